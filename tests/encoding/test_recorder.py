"""The curves of a fit: samples of its whole course, and how many steps it took, however many at once."""

from __future__ import annotations

import numpy as np

from inrcodec.encoding.recorder import SAMPLES, Recorder
from inrcodec.fitting.progress import Progress


def seen(done: float, psnr: float) -> Progress:
    return Progress(
        phase="fit", step=0, steps=1, passes=done, psnr=psnr, bits_per_pixel=1.0, seconds=done, remaining=0.0,
        done=done, holdout_psnr=psnr - 1,
    )  # fmt: skip


def test_samples_that_a_stretch_passes_over_are_known() -> None:
    recorder = Recorder()
    for place, done in enumerate((0.01, 0.3, 0.31, 0.9, 1.0)):
        recorder.see(seen(done, 20.0 + place), 30 * (place + 1))
    record = recorder.record()
    assert record is not None
    assert record.steps == 150
    for column, less in zip(record.columns, (0, 1), strict=True):
        assert len(column.values) == SAMPLES
        assert np.isfinite(column.values).all()
        assert column.values[0] == 20 - less
        assert column.values[-1] == 24 - less
        assert (np.diff(column.values) >= 0).all()
