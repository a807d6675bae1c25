"""Plots are pictures of the promised kind; without matplotlib there is a hint."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from inrcodec.errors import MissingPackageError
from inrcodec.exporters import plots
from inrcodec.exporters.plots import PlottedCurve, draw_curves

CURVES = [
    PlottedCurve("ours", "ours", (1.0, 2.0), (30.0, 35.0), strong=True),
    PlottedCurve("AVIF sheet", "AVIF", (1.5, 2.5), (29.0, 34.0), dashed=True),
    PlottedCurve("PNG files", "PNG", (7.0,), (float("inf"),), lossless=True),
]


def test_png_and_svg() -> None:
    pytest.importorskip("matplotlib")
    with Image.open(io.BytesIO(draw_curves("six images", CURVES, ".png"))) as image:
        assert image.format == "PNG"
        assert min(image.size) > 400
    svg = draw_curves("six images", CURVES, ".svg").decode()
    assert svg.startswith("<?xml")
    for text in ("six images", "ours", "AVIF sheet", "PNG files", "bits per pixel"):
        assert text in svg
    assert svg == draw_curves("six images", CURVES, ".svg").decode()


def test_the_hint_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"inrcodec\[plots\]"):
        plots.check_plots()
