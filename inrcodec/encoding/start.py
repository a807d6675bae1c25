"""What a fit starts from: a network of the base, and latents that a network guesses for it, or nothing."""

from __future__ import annotations

import msgspec

from inrcodec.bitstream.base import WIDTH, base_for, nearest_table
from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import Parameter, UsageError
from inrcodec.field.field import field_shapes
from inrcodec.numerics.cores import threads_for_products
from inrcodec.settings import BASES, STARTS, ModelSettings

VISITS_PER_SECOND, FEW_PASSES = 1.5e6, 80  # of pixels by a wide network; below so many passes it is not worth its time
LEAST_SIDE = 24  # pixels: guesses of smaller pictures, digits of 8 and sprites of 16, take a sixth more bytes than none
GUESSED_PASSES = 560  # up to so many passes, fits of the base's width come further from guessed latents than from zeros
GUESSES_PER_SECOND, GUESSING_SHARE = 5e5, 0.4  # pixels, by a thread; of a time limit, that guesses may take at most
NEARLY_AS_WIDE, NARROWED_PASSES = 40, (300, 130)  # ... than a network of up to 40 units, and than a wider one


def base_table(options: EncodeOptions, model: ModelSettings, channels: int) -> int | None:
    """The table of the base to start from and to store the network against, if there is one and it is wanted."""
    if options.base not in BASES:
        raise UsageError(f"unknown base {options.base!r}; there are: {', '.join(BASES)}")
    table = nearest_table(options.quality)
    if options.base == "none" or base_for(model, channels, field_shapes(model, channels, 1), table) is None:
        return None
    return table


def as_the_base(options: EncodeOptions, model: ModelSettings, passes: float) -> ModelSettings:
    """As wide as the base where a set alone would be narrower, or where there is no time to learn anything wider.

    With a base, a small set pays for what differs, and few passes start from something. passes: that there is time for.
    """
    as_wide = msgspec.structs.replace(model, hidden_width=WIDTH)
    few = FEW_PASSES if options.start == "none" else NARROWED_PASSES[model.hidden_width > NEARLY_AS_WIDE]
    wanted = model.hidden_width < WIDTH or passes < few or options.start == "guess"
    if options.width is not None or not wanted or base_table(options, as_wide, 3) is None:
        return model
    return as_wide


def guesses(options: EncodeOptions, table: int | None, passes: float, side: float, pixels: int = 0) -> bool:
    """Whether latents start as a network guesses them for that table of the base.

    passes: that there is time for; side: of a usual picture, in pixels; pixels: of the set. UsageError where latents
    must be guessed and cannot be.
    """
    if options.start not in STARTS:
        raise UsageError(f"unknown start {options.start!r}; there are: {', '.join(STARTS)}")
    asked = Parameter("start", "guess")
    if passes == 0:
        asked = Parameter("effort" if options.passes is None else "passes", 0)
    if passes == 0 and options.start == "none":
        raise UsageError(asked, " takes latents as they are guessed; leave out ", Parameter("start", "none"))
    if table is not None:
        in_time = guessed_in_time(options, pixels)
        helps = passes == 0 or (passes <= GUESSED_PASSES and side >= LEAST_SIDE and in_time)
        return options.start == "guess" or (options.start == "auto" and helps)
    if passes == 0 or options.start == "guess":
        raise UsageError(
            asked, f": latents are guessed for pyramids of {WIDTH} units that start from the base; "
            "leave it out, or what asks for another design",
        )  # fmt: skip
    return False


def guesses_per_second(options: EncodeOptions) -> float:
    """Pixels."""
    return GUESSES_PER_SECOND * threads_for_products(options.threads)


def guessed_in_time(options: EncodeOptions, pixels: int) -> bool:
    """Whether guesses of so many pixels take no more of a time limit than they may."""
    return options.time_limit is None or pixels <= guesses_per_second(options) * GUESSING_SHARE * options.time_limit


def passes_in_time(options: EncodeOptions, passes: int, pixels: int) -> float:
    """How many of so many passes over so many pixels there is time for, about."""
    if options.time_limit is None:
        return passes
    return min(passes, options.time_limit * VISITS_PER_SECOND / pixels)
