"""Images leave, or others take their places: what stays decodes to what it did."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.archive import Archive
from inrcodec.bitstream.ends import Ends
from inrcodec.cli.app import main
from inrcodec.encoding import rearrange
from inrcodec.errors import InrError, UsageError

GOLDEN = Path(__file__).parents[1] / "golden"
QUICK = {"threads": 1, "device": "cpu", "seed": 1}


def drawn(archive: Archive, numbers: list[int]) -> list[bytes]:
    return [archive[number].render_stored().tobytes() for number in numbers]


@pytest.mark.parametrize("gone", [[0], [5], [1, 3], [0, 1, 2, 3, 4]])
def test_images_leave(gone: list[int], small_set: Path, tmp_path: Path) -> None:
    before = inrcodec.open(small_set)
    result = inrcodec.remove(small_set, gone, tmp_path / "fewer.inr")
    after = inrcodec.open(tmp_path / "fewer.inr")
    kept = [number for number in range(6) if number not in gone]
    assert after.names == tuple(before.names[number] for number in kept)
    assert result.names == tuple(before.names[number] for number in gone)
    assert drawn(after, list(range(len(kept)))) == drawn(before, kept)
    assert after.file_size < before.file_size
    for name, values in before.figures.items():
        np.testing.assert_allclose(after.figures[name], values[kept], rtol=0.02, atol=0.06)
    assert after.means["psnr"] == pytest.approx(float(before.figures["psnr"][kept].mean()), abs=0.05)
    after.verify()


@pytest.mark.parametrize("name", ["latent", "encoder", "smooth", "hypernetwork", "references"])
def test_every_design_with_latents(name: str, tmp_path: Path) -> None:
    before = inrcodec.open(GOLDEN / f"{name}.inr")
    inrcodec.remove(GOLDEN / f"{name}.inr", 0, tmp_path / "fewer.inr")
    after = inrcodec.open(tmp_path / "fewer.inr")
    assert drawn(after, list(range(len(after)))) == drawn(before, list(range(1, len(before))))


def test_images_keep_their_whites_or_what_is_nearly_white(tmp_path: Path) -> None:
    before = inrcodec.open(GOLDEN / "ends-white.inr")
    assert before.stored.ends == Ends(16, (False, True, True, True, True))
    for gone, white in ((0, None), (1, (False, True, True, True))):
        inrcodec.remove(GOLDEN / "ends-white.inr", gone, tmp_path / f"{gone}.inr")
        after = inrcodec.open(tmp_path / f"{gone}.inr")
        assert after.stored.ends == Ends(16, white)
        assert drawn(after, list(range(4))) == drawn(before, [number for number in range(5) if number != gone])


def test_full_blocks_stay_as_bytes(tmp_path: Path) -> None:
    from test_appending import payloads

    from inrcodec.bitstream.rearranging import rearranged

    archive = many(tmp_path)
    extended = rearranged(archive.stored, [*range(64), *range(65, 70)])
    assert extended.blocks[0].payload == payloads(archive.stored, b"BLCK")[0]


def many(folder: Path) -> Archive:
    """Seventy images in two blocks."""
    from made_up import random_set

    from inrcodec.settings import Level

    (folder / "many.inr").write_bytes(random_set(5, images=70, levels=(Level(0, 1),)).file())
    return inrcodec.open(folder / "many.inr")


def test_a_picture_takes_a_place(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    before = inrcodec.open(small_set)
    result = inrcodec.replace(small_set, "two.png", newcomers / "six.png", tmp_path / "other.inr", steps=200, **QUICK)
    after = inrcodec.open(tmp_path / "other.inr")
    assert result.names == ("two.png",)
    assert after.names == before.names
    changed = after["two.png"]
    assert (changed.width, changed.height) == (14, 10)
    others = [number for number in range(6) if number != changed.number]
    assert drawn(after, others) == drawn(before, others)
    assert (changed.psnr or 0) > 18
    assert np.isnan(after.figures["holdout_psnr"][changed.number])
    assert np.isfinite(after.figures["ssim"]).all()


def test_in_place(small_set: Path, newcomers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.inr"
    shutil.copy(small_set, path)
    assert main(["remove", str(path), "one.png,sub/*", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["removed"] == ["one.png", "sub/four.png"]
    assert answer["images"] == 4
    words = ["replace", str(path), "two.png", str(newcomers / "five.png"), "--refine", "2", "--threads", "1"]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "two.png"
    assert [one.name for one in tmp_path.iterdir()] == ["a.inr"]


def test_why_a_file_grows_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Variants of one drawing are coded from it; each shows little of any other."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    drawing = Image.fromarray(rng.integers(60, 200, (12, 12, 3), np.uint8)).resize((24, 24), Image.Resampling.BILINEAR)
    for number in range(13):
        variant, (left, top) = drawing.copy(), rng.integers(0, 18, 2).tolist()
        if number:
            variant.paste(tuple(rng.integers(0, 256, 3).tolist()), (left, top, left + 6, top + 6))
        (tmp_path / "star").mkdir(exist_ok=True)
        variant.save(tmp_path / "star" / f"{number:02}.png")
    made = ["encode", "star", "--effort", "0", "--threads", "1", "--device", "cpu", "--quiet", "--no-verdict"]
    assert main([*made, "-o", "star.inr"]) == 0
    capsys.readouterr()
    for gone, larger in (("00.png", True), ("05.png", False)):
        assert main(["remove", "star.inr", gone, "-o", f"{gone}.inr"]) == 0
        said = capsys.readouterr().err
        assert ("+" in said) is larger
        assert ("images that were coded from these" in said) is larger


@pytest.mark.parametrize("name", ["binary", "grid", "bottleneck"])
def test_images_that_are_told_by_their_numbers_stay(name: str, newcomers: Path) -> None:
    with pytest.raises(UsageError, match="numbers"):
        inrcodec.remove(GOLDEN / f"{name}.inr", 0)
    with pytest.raises(UsageError, match="numbers"):
        inrcodec.replace(GOLDEN / f"{name}.inr", 0, newcomers / "five.png")


def test_images_whose_pixels_stay_hidden_by_their_numbers_stay() -> None:
    with pytest.raises(UsageError, match="hidden"):
        inrcodec.remove(GOLDEN / "pyramid-rgba.inr", 0)


def test_what_cannot_be_done_is_refused(
    small_set: Path, newcomers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = small_set.read_bytes()
    for words, said in (
        (["remove", "FILE", "0-5"], "nothing would be left"),
        (["remove", "FILE", "0,cow"], "cow"),
        (["remove", "FILE", "0", "-o", "-"], "stream"),
        (["remove", "FILE", "0", "-o", "FILE"], "--force"),
        (["remove", "nothing.inr", "0"], "no such file"),
        (["replace", "FILE", "0", str(newcomers)], "2 pictures"),
        (["replace", "FILE", "cow", str(newcomers / "five.png")], "cow"),
    ):
        assert main([str(small_set) if word == "FILE" else word for word in words]) == 2
        assert said in capsys.readouterr().err
    assert small_set.read_bytes() == state


def test_a_file_that_changes_meanwhile(small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.inr"
    shutil.copy(small_set, path)
    states = iter([(1,), (2,)])
    for room in ("changing", "rearrange"):  # looked at by the one, and again by the other
        monkeypatch.setattr(f"inrcodec.encoding.{room}.file_state", lambda file: next(states))
    with pytest.raises(InrError, match="someone else"):
        inrcodec.remove(path, 0)
    assert path.read_bytes() == small_set.read_bytes()


def test_an_output_that_exists_is_refused_before_any_work(
    small_set: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken.inr"
    taken.write_bytes(b"mine")
    monkeypatch.setattr(rearrange, "find_latents", lambda *given: pytest.fail("fitted"))
    with pytest.raises(UsageError, match="exists already"):
        inrcodec.replace(small_set, 0, newcomers / "five.png", taken)
    with pytest.raises(UsageError, match="exists already"):
        inrcodec.remove(small_set, 0, taken)
    assert taken.read_bytes() == b"mine"
