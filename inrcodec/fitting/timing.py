"""How long a fit will take, by some of its own steps: a sample of the pictures goes through all phases in a second."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inrcodec.field.field import field_shapes
from inrcodec.fitting.devices import CPU, device_kind, device_named, on_cpu
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.pace import PRODUCTS_PER_SECOND
from inrcodec.fitting.progress import Meter, Progress
from inrcodec.fitting.schedule import AREAS_FROM, FROZEN_FROM, NOISE_UNTIL, QUANTIZED_FROM
from inrcodec.fitting.watching import looks
from inrcodec.numerics.arrays import AnyPixels
from inrcodec.settings import FitSettings, ModelSettings

BOUNDS = (0.0, NOISE_UNTIL, QUANTIZED_FROM, AREAS_FROM, FROZEN_FROM, 1.0)  # of phases, each with a pace of its own
PLACE = 0.4  # in each of them, where it is timed
PHASE_SECONDS, PHASE_STEPS = 0.2, 4  # that are timed, at least
SURE_SECONDS = 1.0  # whose steps, however few, tell enough
ROUNDING_SECONDS = 0.15
BATCHES = 16  # of a usual step that the sample holds
SLOWEST_STEP = 0.3  # seconds
LOADING = 1.0  # seconds that kernels take to load once they are compiled


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What a fit takes on this machine, in seconds.

    start: until the first step; a_pass: a visit of every pixel, as a mean over all phases; once: what is done once or a
    few times, such as looking at held-out pixels; rounding: of the latents, by what they cost.
    """

    start: float
    a_pass: float
    once: float
    rounding: float

    def total(self, passes: float) -> float:
        """Of a fit of so many passes, without writing and verifying."""
        return self.start + self.a_pass * passes + self.once + self.rounding

    def passes_in(self, seconds: float) -> float:
        """How many passes there is time for."""
        return max(0.0, (seconds - self.total(0)) / self.a_pass) if self.a_pass else math.inf


def timed(
    sample: Sequence[AnyPixels], images: int, pixels: int, model: ModelSettings, settings: FitSettings
) -> tuple[Timing, Fit]:
    """Take a sample through every phase for a moment, and tell of a whole set of so many images and pixels.

    With the engine, the threads and the device of the settings; raises what a fit would. Returns the fit, too.
    """
    scale = pixels / _pixels(sample)
    if not settings.passes:
        guessing = time.monotonic()
        fit = Fit(sample, model, settings)
        return Timing(start=scale * (time.monotonic() - guessing), a_pass=0.0, once=0.0, rounding=0.0), fit
    fit, meter, begun, compiled = _tried(sample, model, settings)
    if compiled:  # which took its time in every phase, and is not done again
        fit, meter, begun, _ = _tried(sample, model, settings)
        begun += LOADING
    phases = list(zip(pairwise(BOUNDS), meter.phases, strict=True))
    a_visit = sum((last - first) * phase.a_visit for (first, last), phase in phases)
    entered = [max(0.0, phase.entering - phase.a_visit * phase.first_visits) for _, phase in phases]
    a_look = entered[1] * scale * len(sample) / images  # the second phase begins with nothing else
    timing = Timing(
        start=begun + (scale - 1) * fit.run.guessing,  # pictures of the sample are guessed, and all the others will be
        a_pass=a_visit * len(sample) * scale,
        once=looks(settings) * a_look + max(0.0, entered[2] - entered[1]),
        rounding=meter.rounding * scale,
    )
    return timing, fit


def _tried(
    sample: Sequence[AnyPixels], model: ModelSettings, settings: FitSettings
) -> tuple[Fit, _HurriedMeter, float, bool]:
    """A fit that was through all phases, what was seen of it, seconds until its first step, and whether it compiled."""
    started = time.monotonic()
    fit = Fit(sample, model, settings)
    mixed = len({picture.shape for picture in sample}) > 1
    fit.meter = meter = _HurriedMeter(len(sample), settings.passes, fit.meter, whole_passes=mixed)
    compiled = [progress for progress in fit.steps() if progress.phase == "compile"]
    return fit, meter, meter.phases[0].begun - started, bool(compiled)


@dataclass
class _Phase:
    """What was seen of a phase; its first steps also enter it, and are kept apart."""

    begun: float = 0.0  # when its first step was through
    entering: float = 0.0  # seconds of the first steps
    first_visits: float = 0.0
    seconds: float = 0.0
    visits: float = 0.0
    steps: int = 0

    @property
    def a_visit(self) -> float:
        """Seconds for one image."""
        return self.seconds / self.visits


class _HurriedMeter(Meter):
    """Calls a phase done as soon as it has been timed."""

    def __init__(self, images: int, passes: int, usual: Meter, *, whole_passes: bool) -> None:
        super().__init__(images, passes, None, usual.pace_of)
        self.phases: list[_Phase] = [_Phase()]
        self.rounding = 0.0  # seconds, of all latents
        self._enough = images if whole_passes else 0  # visits
        self._tick = time.monotonic()
        self.done = BOUNDS[1] * PLACE

    @property
    def passes(self) -> float:
        """As at the end: what is done in long fits only is to be timed, too."""
        return self._planned / self._images

    @property
    def expected_passes(self) -> float:
        """As planned."""
        return self._planned / self._images

    @property
    def overdue(self) -> bool:
        """Whether enough latents were rounded."""
        return self.rounded > 0 and time.monotonic() - self._tick > ROUNDING_SECONDS

    def done_ahead(self, images: float) -> float:
        """The same until the phase has been timed."""
        return self.done

    def tick(self, phase: str, images: float, figures: Sequence[tuple[float, float]], steps: int = 1) -> Progress:
        """Count some steps."""
        now, seen = time.monotonic(), self.phases[-1]
        seconds, self._tick = now - self._tick, now
        entering = 2 if len(self.phases) == 1 else 1  # hidden pixels are looked at behind the very first step
        if seen.steps < entering:
            seen.begun = seen.begun or now
            seen.entering += seconds
            seen.first_visits += images
        else:
            seen.seconds += seconds
            seen.visits += images
        seen.steps += steps
        enough = seen.seconds >= PHASE_SECONDS and seen.visits >= self._enough
        if enough and (seen.steps >= entering + PHASE_STEPS or seen.seconds >= SURE_SECONDS):
            self._go_on()
        return self.progress(phase)

    def _go_on(self) -> None:
        number = len(self.phases)
        if number == len(BOUNDS) - 1:
            self.done = 1.0
            return
        first, last = BOUNDS[number : number + 2]
        self.done = first + PLACE * (last - first)
        self.phases.append(_Phase())

    def progress(self, phase: str) -> Progress:
        """How far it is."""
        if phase == "round" and self.rounded > 0:
            now = time.monotonic()
            self.rounding = (now - self._tick) / self.rounded
        return super().progress(phase)


def sample_of(
    pictures: Sequence[AnyPixels], model: ModelSettings, settings: FitSettings
) -> list[tuple[int, AnyPixels]]:
    """Pictures from all over the set, by number, as many as fill some usual steps; large ones are cut."""
    kind = CPU if on_cpu(settings.device) else device_kind(device_named(settings.device))
    wanted = float(BATCHES * kind.batch_pixels)
    if kind is CPU:  # wide networks are slow
        weights = sum(math.prod(shape) for shape in field_shapes(model, pictures[0].shape[2], len(pictures)))
        wanted = min(wanted, 8 * SLOWEST_STEP * PRODUCTS_PER_SECOND / (6 * weights))
    side = max(16, math.isqrt(int(wanted / 2)))
    cut = [picture[:side, :side] for picture in pictures]
    count = max(min(2, len(cut)), min(len(cut), int(wanted * len(cut) / _pixels(cut))))
    return [(int(number), cut[int(number)]) for number in np.linspace(0, len(cut) - 1, count).round()]


def _pixels(pictures: Sequence[AnyPixels]) -> int:
    return sum(pixels.shape[0] * pixels.shape[1] for pixels in pictures)
