"""Images that are coded from others like them: smaller files of the same pictures, unless one asks for none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.archive import Archive
from inrcodec.bitstream.references import NONE
from inrcodec.cli.app import main
from inrcodec.encoding import copying
from inrcodec.encoding.copying import with_copies
from inrcodec.errors import UsageError
from inrcodec.images import Picture

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
    assert shared.means["psnr"] > alone.means["psnr"] - 0.3
    shared.verify()
    assert main(["info", str(tmp_path / "shared.inr")]) == 0
    assert f"{shared.stored.related()} images are coded from another one" in capsys.readouterr().out
    assert main(["info", str(tmp_path / "alone.inr"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["related_images"] == 0


def alike() -> tuple[Archive, list[Picture]]:
    """A file with references, and the pictures that it decodes to."""
    archive = inrcodec.open(GOLDEN / "references.inr")
    return archive, [Picture(image.name, image.render_stored(), 0) for image in archive]


def test_latents_are_copied_where_bits_are_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "ALIKE", 0.0)
    archive, pictures = alike()
    before, chosen = list(map(archive.latents, range(len(archive)))), archive.stored.chosen(0)
    copies = with_copies(archive, pictures, 0.1)
    assert copies is not None
    assert copies.worth > 0
    differ = {"before": 0, "after": 0}
    for image, other in enumerate(chosen):
        for level in range(3 if other != NONE else 0):
            differ["before"] += int((before[image][level] != before[other][level]).sum())
            differ["after"] += int((copies.latents[image][level] != copies.latents[other][level]).sum())
        if other == NONE:
            for one, same in zip(copies.latents[image], before[image], strict=True):
                np.testing.assert_array_equal(one, same)
    assert differ["after"] < 0.8 * differ["before"]


def test_nothing_is_copied_where_bits_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    archive, pictures = alike()
    before = list(map(archive.latents, range(len(archive))))
    assert with_copies(archive, pictures, 1e-12) is None
    for image in archive:
        for one, same in zip(archive.latents(image.number), before[image.number], strict=True):
            np.testing.assert_array_equal(one, same)
    monkeypatch.setattr(copying, "MOST_COPIED", 5)
    assert with_copies(archive, pictures, 0.01) is None


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
