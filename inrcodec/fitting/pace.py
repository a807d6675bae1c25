"""How long the parts of a fit take beside each other, so that time limits are kept and what is left is known."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from inrcodec.fitting.schedule import AREAS_FROM, FROZEN_FROM
from inrcodec.settings import ModelSettings

PASSES_PER_VISIT = 0.4  # that a look at one phase of one channel takes as long as, when latents are rounded; measured
PRODUCTS_PER_SECOND = 1e11  # floating-point operations of large matrices, two CPU cores; measured
SHARE = 0.14  # of the fit that rounding may take


@dataclass(frozen=True)
class Pace:
    """The time of a fit, in fits on points alone: steps on points, then on areas, and the rounding of the latents."""

    footprint: int
    rounding: float = 0.0

    @property
    def total(self) -> float:
        """Of the whole fit."""
        return self._steps(1.0) + self.rounding

    def time_share(self, done: float, rounded: float) -> float:
        """Share of the fit's time that is gone when `done` of its steps are, and `rounded` of its latents."""
        return (self._steps(done) + self.rounding * rounded) / self.total

    def done_after(self, share: float) -> float:
        """How much of the steps should be done when that share of the time is gone."""
        time = share * self.total
        if time > self._steps(FROZEN_FROM):
            time = max(self._steps(FROZEN_FROM), time - self.rounding)
        if time <= AREAS_FROM:
            return time
        return min(1.0, AREAS_FROM + (time - AREAS_FROM) / self._area_cost)

    def _steps(self, done: float) -> float:
        return min(done, AREAS_FROM) + max(0.0, done - AREAS_FROM) * self._area_cost

    @property
    def _area_cost(self) -> float:
        """What a step on areas costs, in steps on points."""
        return 0.4 + 0.6 * self.footprint**2


def pace_of(model: ModelSettings, passes: float) -> Pace:
    """Of a fit of so many passes."""
    levels = rounded_levels(model, passes)
    return Pace(model.footprint, _rounding_passes(model)[levels - 1] / passes if levels else 0.0)


def rounded_levels(model: ModelSettings, passes: float) -> int:
    """How many levels, from the finest on, can be rounded by what it costs in a small share of so many passes."""
    if not model.spatial:
        return 0
    return sum(cost <= SHARE * passes for cost in _rounding_passes(model))


def cells_apart(footprint: int) -> int:
    """Cells between two that are rounded at once: of what changes with one, nothing changes with the other.

    A sample reads 4 cells along an axis, and the samples of a pixel that is an area together one more; a latent is
    context of one cell before it and two behind it.
    """
    return 4 if footprint == 1 else 5


def _rounding_passes(model: ModelSettings) -> list[float]:
    """What rounding the finest levels takes, in passes over points: of the finest, the finest two, and so on."""
    visits = cells_apart(model.footprint) ** 2 * model.footprint**2
    channels = accumulate(level.channels for level in reversed(model.levels))
    return [count * visits * PASSES_PER_VISIT for count in channels]
