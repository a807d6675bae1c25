"""What a line of progress tells."""

from __future__ import annotations

import math

import pytest

from inrcodec.cli.progress import fit_figures
from inrcodec.fitting.progress import Progress

UNKNOWN = math.nan


@pytest.mark.parametrize(
    ("passes", "psnr", "bits_per_pixel", "remaining", "told"),
    [
        (12.0, 31.25, 1.5, 9.0, "pass 12  31.25 dB  1.500 bpp  9 s left"),
        (1.0, 20.0, 2.0, UNKNOWN, "pass 1  20.00 dB  2.000 bpp"),
        (0.0, UNKNOWN, UNKNOWN, 0.0, ""),  # latents as they are guessed, nothing fitted
        (0.0, UNKNOWN, UNKNOWN, 3.0, "3 s left"),
    ],
)
def test_figures_that_nobody_knows_are_not_told(
    passes: float, psnr: float, bits_per_pixel: float, remaining: float, told: str
) -> None:
    progress = Progress("measure", 0, 0, passes, psnr, bits_per_pixel, 1.0, remaining, 0.0)
    assert fit_figures(progress) == told
