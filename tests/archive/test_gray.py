"""A set that is gray has one channel in its file, and what comes out of it is in color as ever."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main

GOLDEN = Path(__file__).parents[1] / "golden" / "gray.inr"
QUICK = {"threads": 1, "device": "cpu", "seed": 1}
Capture = pytest.CaptureFixture[str]


def wave(number: int, side: int = 16) -> np.ndarray:
    rows, columns = np.mgrid[:side, :side] / side
    return np.rint(127 + 120 * np.sin(number + 4 * rows + (3 - number) * columns)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gray pictures, one of them in three channels, one in 16 bits, one in its palette."""
    place = tmp_path_factory.mktemp("gray")
    Image.fromarray(wave(0)).save(place / "a.png")
    Image.fromarray(np.dstack([wave(1)] * 3)).save(place / "b.png")
    Image.fromarray(wave(2).astype(np.uint16) * 257).save(place / "c.png")
    Image.fromarray(wave(3)).convert("P").save(place / "d.gif")
    return place


@pytest.fixture(scope="module")
def gray(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("encoded") / "gray.inr"
    inrcodec.encode(folder, path, passes=120, **QUICK)
    return path


def test_one_channel_is_stored_and_three_are_drawn(gray: Path) -> None:
    archive = inrcodec.open(gray)
    assert archive.header.channels == 1
    assert archive.channels == 3
    assert archive.means["psnr"] > 28
    for number, image in enumerate(archive):
        for size in (None, 8, 40, (50, 30)):
            for way in ("detail", "field", "nearest", "lanczos"):
                drawn = image.render(size, way)  # type: ignore[arg-type]
                assert drawn.shape[2] == 3
                assert (drawn == drawn[..., :1]).all()
        assert (image.render_octets(40) == image.render_octets(40)[..., :1]).all()
        apart = image.render_octets()[..., 0].astype(float) - wave(number)
        assert 10 * np.log10(255**2 / np.square(apart).mean()) == pytest.approx(image.psnr, abs=0.2)


def test_it_is_smaller_than_the_same_in_color(folder: Path, tmp_path: Path) -> None:
    """Without a base, of which each has its own."""
    sizes = {}
    colored = np.dstack([wave(0)] * 3)
    colored[0, 0] = 200, 0, 0
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    Image.fromarray(colored).save(tmp_path / "a.png")
    for source, channels in ((folder, 1), (tmp_path, 3)):
        archive = inrcodec.encode(source, tmp_path / f"{channels}.inr", passes=120, base="none", **QUICK).archive
        assert archive.header.channels == channels
        sizes[channels] = archive.file_size
    assert sizes[1] < sizes[3]


@pytest.mark.parametrize(
    "words",
    [
        ["info", "FILE"],
        ["verify", "FILE"],
        ["report", "FILE", "--html", "page.html"],
        ["decode", "FILE", "--size", "2x"],
        ["decode", "FILE", "--sheet", "--size", "40", "--upsample", "nearest"],
        ["derive", "FILE", "--sheet", "-o", "derived.png"],
        ["derive", "FILE", "--index", "0", "--normals", "-o", "normals.png"],
        ["neighbors", "FILE", "0", "--sheet", "rows.png"],
        ["pairs", "FILE", "--similar", "1"],
        ["morph", "FILE", "0", "3", "--frames", "2", "--size", "24", "--gif"],
        ["morph", "FILE", "0", "3", "--frames", "2", "--size", "24", "--compare"],
        ["morph", "FILE", "0", "3", "--size", "24", "--metrics"],
        ["fuse", "FILE", "--index", "0,3", "-o", "fused.png"],
        ["remove", "FILE", "0", "-o", "fewer.inr"],
    ],
    ids=" ".join,
)
def test_every_command_reads_it(
    words: list[str], tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([str(GOLDEN) if word == "FILE" else word for word in words]) == 0, capsys.readouterr().err


def test_info_says_gray(capsys: Capture) -> None:
    assert main(["info", str(GOLDEN)]) == 0
    assert "1 (gray)" in capsys.readouterr().out


def test_originals_are_found_and_measured(folder: Path, gray: Path, capsys: Capture) -> None:
    assert main(["report", str(gray), "--against", str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    stored = inrcodec.open(gray).means["psnr"]
    assert answer["mean_psnr"] == pytest.approx(stored, abs=0.1)


def test_gray_pictures_join_and_colored_ones_do_not(gray: Path, tmp_path: Path, capsys: Capture) -> None:
    Image.fromarray(np.dstack([wave(1, 12)] * 3)).save(tmp_path / "new.png")
    Image.fromarray(np.dstack([wave(1), wave(2), wave(3)])).save(tmp_path / "colored.png")
    words = ["add", str(gray), str(tmp_path / "new.png"), str(tmp_path / "colored.png"), "--refine", "20"]
    assert main([*words, "--threads", "1", "-o", str(tmp_path / "more.inr")]) == 5
    assert "colored.png: has colors, which" in capsys.readouterr().err
    assert inrcodec.open(tmp_path / "more.inr").names[-1] == "new.png"
    with pytest.raises(inrcodec.errors.UsageError, match="gray"):
        inrcodec.replace(gray, 0, tmp_path / "colored.png", tmp_path / "x.inr", steps=2, **QUICK)
    inrcodec.replace(gray, 0, tmp_path / "new.png", tmp_path / "y.inr", steps=2, **QUICK)


def test_codes_that_an_encoder_finds(folder: Path, tmp_path: Path) -> None:
    options = {"conditioning": "latent", "code": 4, "keep_encoder": True, "passes": 3, **QUICK}
    inrcodec.encode(folder, tmp_path / "a.inr", **options)  # type: ignore[arg-type]
    Image.fromarray(wave(5)).save(tmp_path / "new.png")
    inrcodec.add(tmp_path / "a.inr", tmp_path / "new.png", **QUICK)
    assert inrcodec.open(tmp_path / "a.inr").header.channels == 1


def test_nearest_repeats_pixels() -> None:
    image = inrcodec.open(GOLDEN)[1]
    native = image.render_octets()
    np.testing.assert_array_equal(
        image.render_octets((3 * image.width, 2 * image.height), "nearest"), native.repeat(2, axis=0).repeat(3, axis=1)
    )
    odd = image.render_octets((image.width + 1, image.height), "nearest")
    assert {tuple(color) for color in odd.reshape(-1, 3)} <= {tuple(color) for color in native.reshape(-1, 3)}
