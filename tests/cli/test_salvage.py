"""`decode --salvage`: what a damaged file still holds comes out, and nothing that is not in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.bitstream.container import read_chunks
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred images in four blocks."""
    from made_up import random_set

    from inrcodec.settings import Level

    path = tmp_path_factory.mktemp("many") / "many.inr"
    path.write_bytes(random_set(5, images=200, levels=(Level(0, 1),)).file())
    return path


def blocks(path: Path) -> list[tuple[int, int]]:
    """Where every block begins and ends."""
    chunks = [chunk for chunk in read_chunks(path.read_bytes()) if chunk.kind == b"BLCK"]
    return [(chunk.offset, chunk.offset + chunk.size) for chunk in chunks]


def damaged(many: Path, tmp_path: Path, kind: str) -> tuple[Path, list[int]]:
    """A copy with that damage, and the numbers of the images that are lost by it."""
    blob, places = bytearray(many.read_bytes()), blocks(many)
    lost: list[int] = []
    if kind == "bits":
        blob[places[1][0] + 12] ^= 4
        lost = list(range(64, 128))
    elif kind == "length":
        blob[places[2][0] + 5] ^= 1
        lost = list(range(128, 192))
    elif kind == "kind":
        blob[places[0][0]] = 0
        lost = list(range(64))
    elif kind == "cut":
        del blob[places[2][0] + 20 :]
        lost = list(range(128, 200))
    elif kind == "hole":
        del blob[places[1][0] + 8 : places[2][0] + 9]
        lost = list(range(64, 192))
    elif kind == "two holes":
        blob[places[0][0]] = blob[places[2][0]] = 0
        lost = list(range(192))
    elif kind == "end":
        del blob[-5:]
    path = tmp_path / "damaged.inr"
    path.write_bytes(bytes(blob))
    return path, lost


@pytest.mark.parametrize("kind", ["bits", "length", "kind", "cut", "hole", "two holes", "end"])
def test_what_is_whole_comes_out(kind: str, many: Path, tmp_path: Path, capsys: Capture) -> None:
    path, lost = damaged(many, tmp_path, kind)
    assert main(["decode", str(path), "-o", str(tmp_path / "plain")]) == 3
    capsys.readouterr()
    assert main(["decode", str(path), "--salvage", "-o", str(tmp_path / "saved"), "--json"]) == 3
    out, err = capsys.readouterr()
    answer = json.loads(out)
    written = {one["images"][0]: Path(one["path"]) for one in answer["written"]}
    assert sorted(written) == [number for number in range(200) if number not in lost]
    assert len(answer["damaged"]) == len(lost)
    assert (f"{len(lost)} images could not be saved" in err) == bool(lost)
    whole = inrcodec.open(many)
    for number in list(written)[::17]:
        with Image.open(written[number]) as drawn:
            np.testing.assert_array_equal(np.asarray(drawn), whole[number].render_octets())


def test_some_images_of_a_damaged_file(many: Path, tmp_path: Path, capsys: Capture) -> None:
    path, _ = damaged(many, tmp_path, "cut")
    assert main(["decode", str(path), "--salvage", "--index", "3", "-o", str(tmp_path / "three.png")]) == 3
    assert main(["decode", str(path), "--salvage", "--index", "150", "-o", str(tmp_path / "x.png")]) == 3
    assert "none of these images" in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


def test_what_cannot_be_saved_and_what_need_not(many: Path, tmp_path: Path, capsys: Capture) -> None:
    blob = many.read_bytes()
    for name, part in (("head", blob[:20]), ("network", blob[: blocks(many)[0][0] - 3]), ("none", b"")):
        (tmp_path / name).write_bytes(part)
        assert main(["decode", str(tmp_path / name), "--salvage", "-o", str(tmp_path / "out")]) == 3
    assert "Traceback" not in capsys.readouterr().err
    assert main(["decode", str(many), "--salvage", "--index", "0", "-o", str(tmp_path / "a.png")]) == 0
