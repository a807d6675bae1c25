"""Images that are coded from others like them: smaller files of the same pictures, unless one asks for none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main
from inrcodec.errors import UsageError

GOLDEN = Path(__file__).parents[1] / "golden"
QUICK = {"passes": 60, "threads": 1, "device": "cpu", "seed": 0, "holdout": 0}


@pytest.fixture
def relatives(tmp_path: Path) -> Path:
    """Eight drawings that differ in a spot, of 24 pixels."""
    folder = tmp_path / "relatives"
    folder.mkdir()
    rows, columns = np.mgrid[0:24, 0:24] / 24
    ground = 255 * np.stack([rows, columns, np.sin(9 * rows * columns) ** 2], axis=-1)
    for number in range(8):
        pixels = ground.copy()
        pixels[4 * (number % 4) : 4 * (number % 4) + 5, 3 * number : 3 * number + 3] = 250
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def test_a_family_takes_fewer_bytes(relatives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = inrcodec.encode(relatives, tmp_path / "shared.inr", **QUICK).archive  # type: ignore[arg-type]
    alone = inrcodec.encode(relatives, tmp_path / "alone.inr", share="none", **QUICK).archive  # type: ignore[arg-type]
    assert shared.stored.related() > 4
    assert alone.stored.related() == 0
    assert shared.file_size < 0.97 * alone.file_size
    for one, other in zip(shared, alone, strict=True):
        np.testing.assert_array_equal(one.render_stored(), other.render_stored())
    shared.verify()
    assert main(["info", str(tmp_path / "shared.inr")]) == 0
    assert f"{shared.stored.related()} images are coded from another one" in capsys.readouterr().out
    assert main(["info", str(tmp_path / "alone.inr"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["related_images"] == 0


def test_there_are_two_ways(relatives: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are: auto, none"):
        inrcodec.encode(relatives, tmp_path / "set.inr", share="some")  # type: ignore[arg-type]


def test_a_picture_joins(relatives: Path, tmp_path: Path) -> None:
    before = inrcodec.open(GOLDEN / "references.inr")
    path = tmp_path / "more.inr"
    result = inrcodec.add(GOLDEN / "references.inr", relatives / "3.png", path, steps=2, threads=1, device="cpu")
    assert result.first == len(before)
    after = inrcodec.open(path)
    for image in before:
        np.testing.assert_array_equal(after[image.number].render_stored(), image.render_stored())
    assert after.stored.related() >= before.stored.related()
