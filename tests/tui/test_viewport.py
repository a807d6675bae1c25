"""Windows: a part of an image is what the whole image shows there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.tui.viewport import Viewport, render_viewport


def test_windows_stay_inside() -> None:
    viewport = Viewport().zoomed(4.0, 64.0)
    assert viewport == Viewport(0.0, 0.0, 4.0)
    assert viewport.moved(10.0, -10.0) == Viewport(0.75, -0.75, 4.0)
    assert viewport.zoomed(1000.0, 64.0).zoom == 64.0
    assert viewport.moved(10.0, 10.0).zoomed(0.01, 64.0) == Viewport()


@pytest.mark.parametrize("upsample", ["detail", "field"])
def test_a_part_is_cut_out_of_the_whole(small_set: Path, upsample: str) -> None:
    image = inrcodec.open(small_set)["one.png"]
    whole = image.render_stored((96, 96), upsample)  # type: ignore[arg-type]
    part = render_viewport(image, Viewport(0.5, -0.5, 2.0), (48, 48), upsample)  # type: ignore[arg-type]
    assert part.shape == (48, 48, image.archive.channels)
    assert np.abs(part - whole[:48, 48:]).mean() < 0.01


@pytest.mark.parametrize("upsample", ["detail", "field"])
def test_far_in_it_is_smooth_and_small(small_set: Path, upsample: str) -> None:
    image = inrcodec.open(small_set)["three.png"]
    part = render_viewport(image, Viewport(0.1, 0.1, 64.0), (60, 30), upsample)  # type: ignore[arg-type]
    assert part.shape[:2] == (30, 60)
    assert np.abs(np.diff(part, axis=1)).max() < 0.1
