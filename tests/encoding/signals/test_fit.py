"""Fits of one signal: what the lists of the documentation come to, with small networks and few steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.encoding.signals.fit import FitResult
from inrcodec.encoding.signals.listed import ConstraintList, Domain, Listed
from inrcodec.encoding.signals.options import SignalOptions, picture_list
from inrcodec.errors import UsageError
from inrcodec.exporters.derivatives import draw_normals, normals
from inrcodec.numerics.metrics import psnr

SIDE = 24
QUICK = {"threads": 1, "device": "cpu", "width": "40", "passes": 250}
rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
SMOOTH = (0.5 + 0.3 * np.sin(5 * rows + 3 * columns) * np.cos(4 * columns))[..., None]


@pytest.fixture(autouse=True)
def _in_a_folder_with_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.rint(255 * SMOOTH[..., 0]).astype(np.uint8)).save("smooth.png")
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[9:14, 8:15] = 255
    Image.fromarray(mask).save("hole.png")


def fitted(*constraints: Listed, constants: str | list[float] | None = None, channels: int = 1) -> FitResult:
    listed = ConstraintList((SIDE, SIDE), channels, constraints, "smooth", constants)
    return inrcodec.fit(listed, "out.inr", overwrite=True, **QUICK)


def drawn(result: FitResult) -> np.ndarray:
    return np.asarray(result.archive[0].render_stored()[..., :1])


@pytest.mark.parametrize(("quantity", "least"), [("value", 38), ("gradient", 36), ("laplacian", 30)])
def test_a_picture_from_its_values_and_from_its_derivatives(quantity: str, least: float) -> None:
    result = inrcodec.fit(picture_list("smooth.png", quantity), "out.inr", **QUICK)  # type: ignore[arg-type]
    assert result.psnr is not None
    assert result.psnr_unquantized is not None
    assert result.psnr > least
    assert result.psnr > result.psnr_unquantized - 0.3
    assert result.archive[0].psnr == pytest.approx(result.psnr, abs=3)  # in 8 bits, whose rounding alone has 59 dB
    if quantity != "value":
        assert result.psnr_lattice is not None
        assert result.psnr_unsettled is not None
        assert result.psnr_lattice > 90
        assert result.psnr_unsettled < result.psnr
        assert drawn(result).mean() == pytest.approx(SMOOTH.mean(), abs=2e-3)


def test_a_hole_is_filled() -> None:
    hole = np.zeros((SIDE, SIDE), bool)
    hole[9:14, 8:15] = True
    scratched = np.where(hole[..., None], 1.0, SMOOTH)
    Image.fromarray(np.rint(255 * scratched[..., 0]).astype(np.uint8)).save("scratched.png")
    result = fitted(
        Listed("value", "scratched.png", Domain(outside="hole.png"), weight=30.0),
        Listed("laplacian", 0.0, Domain(inside="hole.png")),
    )
    found = drawn(result)
    assert psnr(SMOOTH[~hole], found[~hole]) > 30
    assert np.abs(found[hole] - SMOOTH[hole]).max() < 0.12
    assert result.psnr is None  # a part of a picture is no measure of the whole


def test_a_normal_map_becomes_heights() -> None:
    slopes = np.stack(np.gradient(np.repeat(SMOOTH, 3, axis=2), axis=(1, 0)), axis=-1).astype(np.float32)
    Image.fromarray(np.rint(255 * draw_normals(normals(slopes))).astype(np.uint8)).save("normals.png")
    result = fitted(Listed("gradient", "normals.png", reading="normals"), constants=[0.5])
    assert psnr(SMOOTH - SMOOTH.mean(), drawn(result) - drawn(result).mean()) > 30


def test_value_and_gradient_together() -> None:
    result = fitted(Listed("value", "smooth.png"), Listed("gradient", "smooth.png", weight=2.0, reach=1))
    assert result.psnr is not None
    assert result.psnr > 36
    assert result.slopes is not None
    assert result.slopes > 15
    assert result.known == f"{SIDE * SIDE} values and {2 * SIDE * (SIDE - 1):,} differences"


def test_slopes_of_a_distance() -> None:
    """A cone by its slope of 1, its rim and its inside: the eikonal equation, as shapes will use it."""
    turns = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    rim = np.stack([11.5 + 7 * np.cos(turns), 11.5 + 7 * np.sin(turns)], axis=1)
    Path("rim.csv").write_text("\n".join(f"{x},{y}" for x, y in rim))
    Path("middle.csv").write_text("11.5, 11.5\n")
    result = fitted(
        Listed("slope", 0.05, norm=1),
        Listed("value", 0.5, Domain(points="rim.csv"), weight=30.0),
        Listed("value", 0.15, Domain(points="middle.csv"), weight=3.0),
    )
    distance = 0.5 + 0.05 * (np.hypot(rows * SIDE - 11.5, columns * SIDE - 11.5) - 7)
    ring = np.abs(distance - 0.5) < 0.1
    assert np.abs(drawn(result)[..., 0] - distance)[ring].mean() < 0.03


def test_channels_are_settled_one_by_one() -> None:
    tinted = np.concatenate([SMOOTH, SMOOTH**2, 1 - SMOOTH], axis=2)
    Image.fromarray(np.rint(255 * tinted).astype(np.uint8)).save("tinted.png")
    result = inrcodec.fit(picture_list("tinted.png", "gradient"), "out.inr", **QUICK)
    means = result.archive[0].render().mean(axis=(0, 1))
    np.testing.assert_allclose(means, tinted.mean(axis=(0, 1)), atol=3e-3)
    listed = picture_list("tinted.png", "gradient", "#ff0080")
    assert listed.constants == [1.0, 0.0, pytest.approx(128 / 255, abs=1e-6)]
    assert picture_list("tinted.png", "gradient", "none").constants is None


def test_the_same_seed_makes_the_same_bytes() -> None:
    quick = {**QUICK, "passes": 10}
    blobs = []
    for seed in (0, 0, 1):
        blobs.append(inrcodec.fit("smooth.png", "out.inr", overwrite=True, seed=seed, **quick).path.read_bytes())
    assert blobs[0] == blobs[1] != blobs[2]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"effort": 0}, "effort"),
        ({"passes": 0}, "passes"),
        ({"time_limit": 0.0}, "time limit"),
        ({"seed": -1}, "seed"),
        ({"threads": 0}, "threads"),
        ({"width": "wide"}, "width"),
        ({"w0": 5000}, "w0"),
    ],
)
def test_options_out_of_bounds(asked: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        inrcodec.fit("smooth.png", "out.inr", **asked)
    assert not Path("out.inr").exists()


def test_networks_suit_the_size() -> None:
    small, usual, large = (SignalOptions().model((side, side)) for side in (24, 256, 2048))
    assert (usual.hidden_width, usual.architecture.w0) == (128, 100)
    assert small.hidden_width < usual.hidden_width < large.hidden_width
    assert small.architecture.w0 == 15
    assert large.architecture.w0 == 800
