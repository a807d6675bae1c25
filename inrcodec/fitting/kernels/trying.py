"""Steps of whole latents, tried and made by kernels: see `fitting.correction` and `deciding`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.deciding import ACCEPT, ATTEMPT, LOOK, Deciding
from inrcodec.fitting.kernels.engine import KernelStep, Sight
from inrcodec.fitting.kernels.packing import FloatArray
from inrcodec.fitting.kernels.parts import Part

Figures = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Every `apart`-th cell along both axes of a channel of a level, from (down, across) on; see `Deciding`."""

    level: int
    channel: int
    last: int
    behind: int
    value: int
    down: int
    across: int
    cells: int


class Attempts:
    """What `correction.Trials` asks for, of images of one size, by one thread."""

    def __init__(
        self,
        kernels: KernelStep,
        weights: FloatArray,
        part: Part,
        shown: Figures,
        worker: int,
        apart: int,
        sight: Sight,
    ) -> None:
        """part: its scales are those of errors alone; shown (images,): see `shown`; worker: whose room is worked in."""
        self._kernels, self._weights, self._part, self._shown = kernels, weights, part, shown
        self._worker, self._apart, self._sight = worker, apart, sight
        self._group, count = part.group, len(part.rows)
        self.pixels = part.group.pixels
        self._per_error = part.scales[:, :1].astype(np.float64) * self.pixels
        counts = list(zip(part.group.view.down.counts(), part.group.view.across.counts(), strict=True))
        self._cells = [(down, across) for down, across in counts]
        most = max(-(-down // apart) * -(-across // apart) for down, across in counts)
        self._errors = np.zeros((count, 2, self.pixels), np.float32)
        self._bits = np.zeros((count, 2, kernels.cells_of(part.group, sight.footprint)), np.float32)
        self._gains = np.zeros((count, 2, most))
        self._last = self.places(0)[0], 0.0
        self._do(LOOK)

    def shown(self) -> Figures:
        """See `correction.Trials`, as all that follows."""
        return self._shown.copy()

    def bits(self) -> float:
        """Of all latents."""
        return float(self._bits[:, 0].sum(dtype=np.float64))

    def places(self, level: int) -> list[Place]:
        """All cells of a level."""
        channels = [one.channels for one in self._kernels.model.levels]
        first, apart, (down, across) = sum(channels[:level]), self._apart, self._cells[level]
        value = sum(count * high * wide for count, (high, wide) in zip(channels[:level], self._cells, strict=False))
        last = first + channels[level]
        behind = last + sum(channels[level + 1 : level + 2])
        return [
            Place(
                level=level,
                channel=first + channel,
                last=last,
                behind=behind,
                value=value + channel * down * across,
                down=row,
                across=column,
                cells=len(range(row, down, apart)) * len(range(column, across, apart)),
            )
            for channel in range(channels[level])
            for row in range(min(down, apart))
            for column in range(min(across, apart))
        ]

    def attempt(self, place: Place, step: float) -> tuple[Figures, Figures]:
        """What a step there would add to errors and bits."""
        self._last = place, step
        self._do(ATTEMPT)
        errors, bits = self._gains[:, :, : place.cells].swapaxes(0, 1)
        return errors * self._per_error, bits.copy()

    def accept(self, wanted: npt.NDArray[np.bool_]) -> None:
        """Make those steps that are wanted."""
        place, _ = self._last
        self._gains[:, 0, : place.cells] = np.where(wanted, -1.0, 0.0)
        self._do(ACCEPT)

    def _do(self, doing: int) -> None:
        place, step = self._last
        asked = Deciding(
            doing=doing,
            level=place.level,
            channel=place.channel,
            last=place.last,
            behind=place.behind,
            value=place.value,
            down=place.down,
            across=place.across,
            step=step,
            errors=self._errors,
            bits=self._bits,
            gains=self._gains,
        )
        stretch = self._part, 0, len(self._part.rows)
        self._kernels.decide_by(self._worker, self._weights, stretch, 0, self._apart, self._sight, asked)
