"""`encode --preset`: well-known experiments as one word."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from inrcodec.cli.values import spoken_duration
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.options import EncodeOptions
    from inrcodec.images.scan import Source

PATIENCE = 1800.0  # seconds on a processor beyond which a preset is not begun unasked
WIDTHS = ("8x", "6x", "4x", "3x", "2x", "1x", "0.5x", "0.25x")


def memorize() -> EncodeOptions:
    """The study's own: one joint network, 10 times 256 wide, three layers, a tenth of the pixels hidden for good."""
    from inrcodec.encoding.options import EncodeOptions

    return EncodeOptions(conditioning="binary", width="10x", depth=3, holdout_mode="strict")


PRESETS = {"memorize": memorize}


def with_preset(preset: str, options: EncodeOptions) -> EncodeOptions:
    """The options, with the preset's choices wherever they are what they are by default."""
    from inrcodec.encoding.options import EncodeOptions

    usual, chosen = EncodeOptions(), PRESETS[preset]()
    names = [field.name for field in dataclasses.fields(usual)]
    changes: dict[str, Any] = {
        name: getattr(chosen, name) for name in names if getattr(options, name) == getattr(usual, name)
    }
    return dataclasses.replace(options, **changes)


def check_patience(sources: Sequence[Source], options: EncodeOptions) -> None:
    """Refuse what would keep a processor busy for very long, and name a width that would not."""
    if options.time_limit is not None or options.device.partition(":")[0] in ("cuda", "mps"):
        return
    from inrcodec.fitting.devices import device_named

    if device_named(options.device).type != "cpu":
        return
    from inrcodec.encoding.plan import least_seconds

    takes = least_seconds(sources, options)
    if takes <= PATIENCE:
        return
    narrow = [(width, dataclasses.replace(options, width=width)) for width in WIDTHS]
    narrower = [(width, least_seconds(sources, one)) for width, one in narrow]
    fitting = next(((width, seconds) for width, seconds in narrower if seconds <= PATIENCE), narrower[-1])
    raise UsageError(
        f"this network takes about {spoken_duration(takes)} without a GPU; "
        f"try --width {fitting[0]} (about {spoken_duration(fitting[1])}), fewer --passes, or set a --time-limit"
    )
