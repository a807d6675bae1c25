"""How far a fit comes in the time that it has, and what to say where that is not far enough."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.errors import Message, Parameter
from inrcodec.settings import FitSettings

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit
    from inrcodec.fitting.timing import Timing

FEW_PASSES, GOOD_PASSES = 40, 100  # fewer leave blots; so many leave pictures
FITTED_PASSES = 8  # fewer do not pay for what they cost guesses: rounding, references that are not looked for
TELLING = 0.5  # passes, from which on it is known what one takes
NOT_MEASURED = "none are held out, and how well such are met is not measured"
POOR_PSNR = 22.0  # dB: below, nobody is glad of a picture
# Passes and dB at the default quality; icons and photographs lie within some 3 dB of it. Measured.
EARLY = ((1, 9.0), (4, 12.0), (8, 16.0), (16, 21.5), (32, 25.5), (64, 30.0), (100, 32.0), (200, 33.5))
SMALLEST_SIDE = 32  # pixels that pictures are still worth shrinking to


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """How far a fit comes.

    passes: visits of every pixel, and how many were planned; a_pass: seconds of one; other: seconds of all else, such
    as loading, guessing, writing and verifying, but for compiling, which is done once; images of the set, and the
    longest side among them, pixels; guessed: whether latents begin as a network guesses them, so that pictures are
    pictures from the start; limit: seconds that all may take; given_up: whether it leaves so
    few passes that none is taken, unhidden: or that no pixels are hidden, as was asked for; resumed: whether it began
    with a checkpoint.
    """

    passes: float
    planned: int
    a_pass: float
    other: float
    images: int
    longest: int
    guessed: bool = False
    limit: float | None = None
    given_up: bool = False
    unhidden: bool = False
    resumed: bool = False

    @property
    def seconds(self) -> float:
        """In all."""
        return self.seconds_for(self.passes)

    def seconds_for(self, passes: float) -> float:
        """In all, with so many passes."""
        return self.other + self.a_pass * passes

    @property
    def cut_short(self) -> bool:
        """Whether time ends it before pictures are pictures."""
        return not self.guessed and self.passes < min(FEW_PASSES, self.planned - 1)

    @property
    def psnr(self) -> float:
        """Roughly what so few passes come to, dB."""
        passes, figures = zip(*EARLY, strict=True)
        return float(np.interp(math.log(max(1.0, self.passes)), np.log(passes), figures))

    def warnings(self) -> Iterator[Message]:
        """What to know before a fit that will be cut short."""
        if self.limit is not None and self.other > self.limit:
            guessing = "guessing, " if self.guessed else ""
            yield Message(
                f"reading, {guessing}writing and verifying alone take {self.other:.1f} s or so, longer than ",
                Parameter("time_limit"),
            )
        if self.given_up:
            yield Message(
                "there is no time for passes that gain anything: latents will be taken as they are guessed, as with ",
                Parameter("effort", 0),
            )
        if self.unhidden:
            yield self._unhidden("is")
        if self.cut_short:
            yield Message(
                f"there is time for {self.passes:.0f} passes over the pictures ({self.seconds / self.images:.2g} s an "
                f"image), which come to some {self.psnr:.0f} dB; for more than 30 dB ",
                *self._cure(),
            )

    def verdicts(self, psnr: float) -> Iterator[Message]:
        """What to know of a file with that mean PSNR, in dB."""
        if self.resumed and self.limit is not None and self.passes < self.planned - 1:
            yield Message(
                f"the fit was ended after {self.passes:.0f} of {self.planned:,} passes, at {psnr:.1f} dB, as ",
                Parameter("time_limit"), " counts from where it went on; the file is whole, with more time it is finer",
            )  # fmt: skip
        elif self.cut_short:
            yield Message(
                f"the fit was cut short after {self.passes:.0f} of {self.planned:,} passes, at {psnr:.1f} dB; "
                "for more than 30 dB ",
                *self._cure(),
            )
        elif self.given_up:
            yield Message(
                "there was no time for passes that gain anything: latents are as they were guessed, as with ",
                Parameter("effort", 0), "; give it a longer ", Parameter("time_limit"),
            )  # fmt: skip
        elif self.unhidden:
            yield self._unhidden("was")
        elif self.guessed and too_few(self.passes, self.planned):
            yield Message(
                f"there was time for {self.passes:.0f} of {self.planned:,} passes, too few to gain from; "
                "give it a longer ", Parameter("time_limit"), ", or take the guesses: ", Parameter("effort", 0),
            )  # fmt: skip
        elif psnr < POOR_PSNR:
            cure = Parameter("passes", GOOD_PASSES) if self.planned < GOOD_PASSES else Parameter("quality")
            yield Message(f"the pictures are poor, at {psnr:.1f} dB; ask for more ", cure)

    def _unhidden(self, verb: str) -> Message:
        if self.resumed:  # with another limit than the one that decided it
            return Message("when the fit began, there was time for too few passes to hide pixels from: ", NOT_MEASURED)
        return Message(f"there {verb} time for {self.passes:.0f} passes, too few to hide pixels from: {NOT_MEASURED}")

    def _cure(self) -> Iterator[str | Parameter]:
        good = min(GOOD_PASSES, self.planned)
        if self.passes < TELLING:
            yield "give it a longer "
            yield Parameter("time_limit")
            yield "; most of this one went by before the first pass"
            return
        yield "give it "
        yield Parameter("time_limit", math.ceil(1.1 * self.seconds_for(good)))
        side = int(self.longest * math.sqrt(self.passes / good))
        if side >= SMALLEST_SIDE:
            yield ", or smaller pictures: "
            yield Parameter("max_size", side)


def too_few(passes: float, planned: int) -> bool:
    """Whether so many passes, of those that were planned, are worth less than guesses without any."""
    return passes < min(FITTED_PASSES, planned - 1)


def outlook_of(
    fit: Fit, started: float, *, resumed: bool = False, given_up: bool = False, unhidden: bool = False
) -> Outlook:
    """Of a fit that is under way or through; started: when all began, by the monotonic clock; see `Outlook`."""
    meter = fit.meter
    a_pass = meter.seconds_per_pass
    before = time.monotonic() - started - meter.counted_seconds - fit.compiling
    return Outlook(
        passes=meter.passes if meter.done >= 1.0 else meter.expected_passes,
        planned=fit.run.settings.passes,
        a_pass=a_pass,
        other=before + meter.ending,
        images=fit.run.images,
        longest=max(max(group.size) for group in fit.run.groups),
        guessed=fit.run.guessed,
        limit=fit.run.settings.time_limit,
        given_up=given_up,
        unhidden=unhidden,
        resumed=resumed,
    )


def outlook_by(
    timing: Timing,
    settings: FitSettings,
    before: float,
    ending: float,
    images: int,
    longest: int,
    *,
    given_up: bool = False,
    unhidden: bool = False,
    resumed: bool = False,
) -> Outlook:
    """Of a fit whose parts were timed; before: seconds until it begins; ending: of writing and verifying."""
    planned, limit = settings.passes, settings.time_limit
    left = math.inf if limit is None else limit - before - ending
    return Outlook(
        passes=min(planned, max(1.0, timing.passes_in(left))),
        planned=planned,
        a_pass=timing.a_pass,
        other=before + timing.total(0) + ending,
        images=images,
        longest=longest,
        guessed=settings.guess,
        limit=limit,
        given_up=given_up,
        unhidden=unhidden,
        resumed=resumed,
    )
