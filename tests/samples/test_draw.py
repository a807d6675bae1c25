"""The committed icons are what the script draws, and what the README promises of them."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def labels() -> dict[str, str]:
    with (SAMPLES / "labels.csv").open(newline="") as table:
        return {row["name"]: row["label"] for row in csv.DictReader(table)}


def test_both_sizes_of_every_labelled_icon_are_there(labels: dict[str, str]) -> None:
    assert len(labels) >= 64
    for size in (48, 256):
        files = sorted((SAMPLES / str(size)).iterdir())
        assert [file.name for file in files] == sorted(f"{name}.png" for name in labels)
        for file in files:
            with Image.open(file) as image:
                assert (image.mode, image.size) == ("RGBA", (size, size))
    assert sum(file.stat().st_size for file in SAMPLES.rglob("*.png")) < 3_000_000


def test_families_hold_what_their_in_betweens_need(labels: dict[str, str]) -> None:
    families = {family: [name for name in labels if labels[name] == family] for family in labels.values()}
    assert families["clock"] == [f"clock-{hour:02}" for hour in range(1, 13)]
    assert sorted(families["arrow"]) == sorted(f"arrow-{name}" for name in ("n", "ne", "e", "se", "s", "sw", "w", "nw"))
    assert all(len(members) >= 3 for members in families.values())


def test_the_small_icon_is_the_same_drawing_as_the_large_one(labels: dict[str, str]) -> None:
    for name in labels:
        pair = [
            np.asarray(Image.open(SAMPLES / size / f"{name}.png").convert("RGBa"), np.float64) for size in ("48", "256")
        ]
        means = [pixels.mean((0, 1)) for pixels in pair]
        np.testing.assert_allclose(means[0], means[1], atol=0.5, err_msg=name)


def test_no_two_icons_are_alike(labels: dict[str, str]) -> None:
    assert len({Image.open(SAMPLES / "48" / f"{name}.png").tobytes() for name in labels}) == len(labels)


@pytest.mark.parametrize("name", ["clock-03", "arrow-ne", "overlap-circles"])
def test_the_script_draws_what_is_committed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SAMPLES)
    import draw

    try:
        for size, pixels in draw.render(draw.icons()[name]).items():
            committed = np.asarray(Image.open(SAMPLES / str(size) / f"{name}.png"))
            assert np.abs(pixels.astype(int) - committed).max() <= 1
    finally:
        for module in [module for module in sys.modules if module == "draw" or module.split(".")[0] == "drawing"]:
            del sys.modules[module]
