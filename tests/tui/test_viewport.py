"""Viewports: a part of an image is what the whole image shows there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.halfblocks import levels_of
from inrcodec.tui.overview import FRAME, with_overview
from inrcodec.tui.viewport import WHOLE, Viewport, render_viewport


def test_viewports_stay_inside() -> None:
    viewport, quarter = Viewport().zoomed(4.0, 64.0), (0.25, 0.25)
    assert viewport == Viewport(0.0, 0.0, 4.0)
    assert viewport.moved(10.0, -10.0, quarter) == Viewport(0.75, -0.75, 4.0)
    assert viewport.zoomed(1000.0, 64.0).zoom == 64.0
    assert viewport.moved(10.0, 10.0, quarter).zoomed(0.01, 64.0).moved(0.0, 0.0, WHOLE) == Viewport()


def test_zoomed_in_the_whole_pane_is_filled() -> None:
    square, wide_pane = (48, 48), (120, 60)
    assert Viewport().extent(square, wide_pane) == WHOLE
    assert Viewport(zoom=1.5).extent(square, wide_pane) == pytest.approx((1.0, 2 / 3))
    assert Viewport(zoom=4.0).extent(square, wide_pane) == pytest.approx((0.5, 0.25))
    assert Viewport(zoom=4.0).extent((100, 10), (50, 50)) == pytest.approx((0.25, 1.0))


@pytest.mark.parametrize("upsample", ["detail", "field"])
def test_a_part_is_cut_out_of_the_whole(small_set: Path, upsample: str) -> None:
    image = inrcodec.open(small_set)["one.png"]
    whole = image.render_stored((96, 96), upsample)  # type: ignore[arg-type]
    part = render_viewport(image, Viewport(0.5, -0.5, 2.0), (0.5, 0.5), (48, 48), upsample)  # type: ignore[arg-type]
    assert part.shape == (48, 48, image.archive.channels)
    assert np.abs(part - whole[:48, 48:]).mean() < 0.01
    wide = render_viewport(image, Viewport(0.0, -0.5, 2.0), (1.0, 0.5), (96, 48), upsample)  # type: ignore[arg-type]
    assert np.abs(wide - whole[:48]).mean() < 0.01


@pytest.mark.parametrize("upsample", ["detail", "field"])
def test_far_in_it_is_smooth_and_small(small_set: Path, upsample: str) -> None:
    image = inrcodec.open(small_set)["three.png"]
    extent = (1 / 64, 1 / 64)
    part = render_viewport(image, Viewport(0.1, 0.1, 64.0), extent, (60, 30), upsample)  # type: ignore[arg-type]
    assert part.shape[:2] == (30, 60)
    assert np.abs(np.diff(part, axis=1)).max() < 0.1


def test_an_overview_says_where_one_is(small_set: Path) -> None:
    image, backdrop = inrcodec.open(small_set)["one.png"], Backdrop()
    part = np.zeros((120, 120, 3), np.uint8)
    shown = with_overview(part, image, Viewport(0.5, -0.5, 2.0), (0.5, 0.5), backdrop)
    small = shown[-20:, -20:]
    framed = (small == FRAME).all(axis=-1)
    rows, columns = np.flatnonzero(framed.any(axis=1)), np.flatnonzero(framed.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (0, 9, 10, 19)
    inside = small[1:9, 11:19]
    assert (inside == levels_of(image.render_stored((20, 20)), backdrop)[1:9, 11:19]).all()
    assert not shown[:90, :90].any()
    assert with_overview(part[:30, :30], image, Viewport(), WHOLE, backdrop).shape == (30, 30, 3)
