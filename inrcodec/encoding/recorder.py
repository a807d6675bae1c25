"""Keeping samples of how a fit went for the file, from the progress that the engine reports."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.bitstream.figures import HOLDOUT_PSNR, TRAIN_PSNR, Column
from inrcodec.bitstream.record import Record
from inrcodec.fitting.progress import Progress

SAMPLES = 48


class Recorder:
    """Sees every step and keeps SAMPLES of them."""

    def __init__(self) -> None:
        self._train, self._holdout = (np.full(SAMPLES, np.nan, np.float32) for _ in range(2))
        self._steps, self._passes, self._seconds = 0, 0.0, 0.0

    def see(self, progress: Progress, steps: int) -> None:
        """Take note of a step, or of some that were taken at once; steps: of the fit so far."""
        if progress.phase == "compile":
            return  # before the first step
        sample = min(SAMPLES - 1, int(progress.done * SAMPLES))
        known = np.flatnonzero(np.isfinite(self._train))
        passed = slice(int(known[-1]) + 1 if len(known) and known[-1] < sample else sample, sample + 1)
        self._train[passed] = progress.psnr
        if progress.holdout_psnr is not None:
            self._holdout[passed] = progress.holdout_psnr
        self._steps = steps
        self._passes, self._seconds = progress.passes, progress.seconds

    def state(self) -> list[Any]:
        """What a checkpoint must keep."""
        return [self._steps, self._passes, self._seconds, self._train.tolist(), self._holdout.tolist()]

    def restore(self, state: list[Any]) -> None:
        """Go on from another's state."""
        self._steps, self._passes, self._seconds = state[:3]
        self._train, self._holdout = (np.array(values, np.float32) for values in state[3:])

    def record(self) -> Record | None:
        """What was seen; None when nothing was."""
        if not self._steps:
            return None
        columns = [_column(TRAIN_PSNR, self._train)]
        if np.isfinite(self._holdout).any():
            columns.append(_column(HOLDOUT_PSNR, self._holdout))
        return Record(self._steps, self._passes, self._seconds, tuple(columns))


def _column(name: str, values: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Column:
    known = values[np.isfinite(values)]
    return Column(name, float(known.mean()) if len(known) else float("nan"), values)
