"""`inrcodec.add`: old images stay to the last byte, new ones are found by a fit or by the file's encoder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
import inrcodec.encoding.add
from inrcodec.archive import Archive
from inrcodec.bitstream.container import Chunk, write_chunks
from inrcodec.encoding import keeping
from inrcodec.errors import InrError, UsageError
from inrcodec.fitting.progress import Progress
from inrcodec.numerics.holdout import hidden_pixels

QUICK = {"threads": 1, "device": "cpu", "seed": 1}
ROOT = Path(__file__).parents[2]


def drawn(archive: Archive, count: int) -> list[bytes]:
    return [archive[number].render_stored().tobytes() for number in range(count)]


def test_new_images_join_and_old_ones_stay(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    before = inrcodec.open(small_set)
    result = inrcodec.add(small_set, newcomers, tmp_path / "more.inr", steps=200, **QUICK)
    after = inrcodec.open(tmp_path / "more.inr")
    assert result.first == len(before) == 6
    assert after.names == (*before.names, "five.png", "six.png")
    assert (after[7].width, after[7].height) == (14, 10)
    assert drawn(after, 6) == drawn(before, 6)
    assert len(inrcodec.open(small_set)) == 6
    worst = np.nanmin(before.figures["psnr"])
    assert min(after[6].psnr, after[7].psnr) > worst - 6  # type: ignore[type-var, operator]
    assert np.isnan(after.figures["holdout_psnr"][6:]).all()
    for name in ("psnr", "ssim", "mae"):
        np.testing.assert_allclose(
            after.figures[name][:6], before.figures[name], atol=0.05 if name == "psnr" else 0.002
        )
        assert np.isfinite(after.figures[name][6:]).all()
    assert after.means["psnr"] == pytest.approx(
        (6 * before.means["psnr"] + float(after.figures["psnr"][6:].sum())) / 8, abs=0.1
    )


def test_a_file_grows_in_place_and_again(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    path = tmp_path / "grows.inr"
    path.write_bytes(small_set.read_bytes())
    inrcodec.add(path, newcomers / "five.png", steps=2, **QUICK)
    inrcodec.add(path, newcomers / "six.png", steps=2, **QUICK)
    assert inrcodec.open(path).names[-2:] == ("five.png", "six.png")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["grows.inr"]


@pytest.mark.parametrize("ending", ["an interrupt", "a full disk"])
def test_an_addition_that_is_ended_goes_on_to_the_same_bytes(
    ending: str, small_set: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "UNSAVED", 0.0)
    path, whole = tmp_path / "more.inr", tmp_path / "whole.inr"

    def stop(progress: Progress) -> None:
        if ending == "an interrupt" and progress.done > 0.3:
            raise KeyboardInterrupt

    def full(*_: object, **__: object) -> None:
        raise InrError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(inrcodec.encoding.add, "write_atomically", full)
        with pytest.raises((KeyboardInterrupt, InrError)):
            inrcodec.add(small_set, newcomers, path, steps=20, on_progress=stop, **QUICK)
    with pytest.raises(UsageError, match="an interrupted fit waits there"):
        inrcodec.add(small_set, newcomers, path, steps=20, **QUICK)
    with pytest.raises(UsageError, match="belongs to other images or settings"):
        inrcodec.add(small_set, newcomers / "five.png", path, steps=20, resume=True, **QUICK)
    inrcodec.add(small_set, newcomers, path, steps=20, resume=True, **QUICK)
    inrcodec.add(small_set, newcomers, whole, steps=20, **QUICK)
    assert path.read_bytes() == whole.read_bytes()
    assert {one.name for one in tmp_path.iterdir()} == {path.name, whole.name}


def test_no_steps_need_something_that_tells_latents(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="0 steps: this file has no encoder"):
        inrcodec.add(small_set, newcomers, tmp_path / "more.inr", steps=0, **QUICK)
    assert not (tmp_path / "more.inr").exists()


def test_an_addition_of_no_time_leaves_nothing(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inrcodec.add(small_set, newcomers, tmp_path / "more.inr", steps=2, on_progress=stop, **QUICK)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["latent", "encoder", "smooth", "pyramid-rgba"])
def test_every_design_with_latents_can_grow(name: str, newcomers: Path, tmp_path: Path) -> None:
    golden = ROOT / "tests" / "golden" / f"{name}.inr"
    before = inrcodec.open(golden)
    result = inrcodec.add(golden, newcomers / "five.png", tmp_path / "more.inr", steps=30, **QUICK)
    assert drawn(result.archive, len(before)) == drawn(before, len(before))
    assert (result.archive.poses is None) == (before.poses is None)
    result.archive.verify()


@pytest.mark.parametrize("name", ["grid", "binary", "bottleneck"])
def test_images_known_by_number_have_no_newcomers(name: str, newcomers: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="numbers"):
        inrcodec.add(ROOT / "tests" / "golden" / f"{name}.inr", newcomers, tmp_path / "x.inr", **QUICK)
    assert not (tmp_path / "x.inr").exists()


def test_what_does_not_fit_the_set_is_refused(small_images: Path, small_set: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"one\.png.*already"):
        inrcodec.add(small_set, small_images / "one.png", tmp_path / "x.inr", **QUICK)
    with pytest.raises(UsageError, match=r"clear\.png: has transparency"):
        inrcodec.add(ROOT / "tests" / "golden" / "latent.inr", small_images / "clear.png", tmp_path / "x.inr", **QUICK)
    with pytest.raises(UsageError, match="exists"):
        inrcodec.add(small_set, small_images / "one.png", small_set, **QUICK)
    with pytest.raises(UsageError, match=r"end it with \.inr"):
        inrcodec.add(small_set, small_images / "one.png", tmp_path / "x.png", **QUICK)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_has_grown_is_added_again(
    small_set: Path, small_images: Path, newcomers: Path, tmp_path: Path
) -> None:
    again = [small_images / "one.png", newcomers / "five.png"]
    result = inrcodec.add(small_set, again, tmp_path / "more.inr", steps=2, **QUICK)
    assert result.archive.names[6:] == ("five.png",)
    assert [(one.path, "already" in one.reason) for one in result.skipped] == [("one.png", True)]


def test_poor_newcomers_get_a_word(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    notes = inrcodec.add(small_set, tmp_path / "noise.png", tmp_path / "a.inr", steps=1, **QUICK).notes
    assert any("1 of 1 new images" in note and "noise.png" in note for note in notes)
    assert inrcodec.add(small_set, newcomers, tmp_path / "b.inr", steps=200, **QUICK).notes == ()


def test_steps_bring_new_images_nearer(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    found = [
        inrcodec.add(small_set, newcomers, tmp_path / f"{steps}.inr", steps=steps, **QUICK).archive
        for steps in (4, 150)
    ]
    few, many = (archive.figures["psnr"][6:].mean() for archive in found)
    assert many > few + 3


def test_an_encoder_needs_no_torch(newcomers: Path, tmp_path: Path) -> None:
    golden, target = ROOT / "tests" / "golden" / "encoder.inr", tmp_path / "more.inr"
    code = (
        f"import sys, inrcodec; inrcodec.add({str(golden)!r}, {str(newcomers)!r}, {str(target)!r});"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, timeout=60)
    before, after = inrcodec.open(golden), inrcodec.open(target)
    assert drawn(after, len(before)) == drawn(before, len(before))
    codes = [after.latents(number)[0] for number in range(len(before), len(after))]
    assert (codes[0] != codes[1]).any()
    assert after.encoder is not None


def test_an_encoder_knows_the_images_that_it_learned_from(small_images: Path, tmp_path: Path) -> None:
    encoded = inrcodec.encode(
        small_images, tmp_path / "set.inr", conditioning="latent", keep_encoder=True, holdout=0, passes=60, **QUICK
    ).archive
    (tmp_path / "again").mkdir()
    for name in ("one.png", "two.png"):
        shutil.copy(small_images / name, tmp_path / "again" / f"copy-of-{name}")
    more = inrcodec.add(tmp_path / "set.inr", tmp_path / "again").archive
    for name in ("one.png", "two.png"):
        stored = encoded.latents(encoded[name].number)[0]
        copy = more.latents(more[f"copy-of-{name}"].number)[0]
        assert np.abs(copy - stored).max() <= 1, name  # the stored encoder has rounded weights


def test_hidden_for_good_means_for_newcomers_too(newcomers: Path, tmp_path: Path) -> None:
    golden = ROOT / "tests" / "golden" / "pyramid-rgba.inr"
    before = inrcodec.open(golden)
    holdout, number = before.header.holdout, len(before)
    assert holdout.mode == "strict"
    result = inrcodec.add(golden, newcomers / "five.png", tmp_path / "a.inr", steps=20, **QUICK)
    hidden = hidden_pixels(holdout.seed, number, 12, 12, holdout.fraction_ppm)
    assert hidden.any()
    assert np.isfinite(result.archive.figures["holdout_psnr"][number])
    pixels = np.array(Image.open(newcomers / "five.png"))
    pixels[hidden] = 255 - pixels[hidden]  # what is hidden may be anything: the fit must not know
    Image.fromarray(pixels).save(tmp_path / "changed.png")
    other = inrcodec.add(golden, tmp_path / "changed.png", tmp_path / "b.inr", steps=20, **QUICK)
    for one, same in zip(result.archive.latents(number), other.archive.latents(number), strict=True):
        np.testing.assert_array_equal(one, same)


def test_a_file_that_changes_meanwhile_is_not_replaced(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    path = tmp_path / "shared.inr"
    path.write_bytes(small_set.read_bytes())

    inrcodec.add(path, newcomers / "six.png", tmp_path / "other.inr", steps=1, **QUICK)

    def somebody_else(news: object) -> None:
        if len(inrcodec.open(path)) == 6:
            (tmp_path / "other.inr").replace(path)

    with pytest.raises(InrError, match="changed by someone else"):
        inrcodec.add(path, newcomers / "five.png", steps=2, on_progress=somebody_else, **QUICK)
    assert inrcodec.open(path).names[6:] == ("six.png",)


def test_who_may_read_a_file_stays_as_it_was(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    path = tmp_path / "private.inr"
    path.write_bytes(small_set.read_bytes())
    path.chmod(0o600)
    inrcodec.add(path, newcomers / "six.png", steps=1, **QUICK)
    assert path.stat().st_mode & 0o777 == 0o600


def test_mistakes_are_found_before_the_fit(
    small_set: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inrcodec.encoding.added_latents._fitted", lambda *arguments: pytest.fail("it fitted"))
    new = newcomers / "five.png"
    for output, asked in [(tmp_path / "no" / "x.inr", {}), (tmp_path, {}), (None, {"steps": -1}), (None, {"seed": -1})]:
        with pytest.raises(UsageError):
            inrcodec.add(small_set, new, output, **{**QUICK, **asked})
    monkeypatch.setattr("inrcodec.bitstream.header.MAX_IMAGES", 6)
    with pytest.raises(InrError, match=r"small\.inr: header: number of images is 7"):
        inrcodec.add(small_set, new, tmp_path / "x.inr", **QUICK)


def test_chunks_of_a_newer_writer_are_not_lost(small_set: Path, newcomers: Path, tmp_path: Path) -> None:
    chunks = inrcodec.open(small_set).stored.chunks
    path = tmp_path / "newer.inr"
    path.write_bytes(write_chunks([chunks[0], Chunk(b"mINE", b"of single images, maybe"), *chunks[1:]]))
    with pytest.raises(InrError, match="newer inrcodec"):
        inrcodec.add(path, newcomers, steps=1, **QUICK)


def test_only_what_is_transparent_stays_outside(newcomers: Path, small_images: Path, tmp_path: Path) -> None:
    golden = ROOT / "tests" / "golden" / "latent.inr"
    sources = [newcomers / "five.png", small_images / "clear.png"]
    result = inrcodec.add(golden, sources, tmp_path / "x.inr", steps=2, **QUICK)
    assert result.archive.names[-1] == "five.png"
    assert [(one.path, "transparency" in one.reason) for one in result.skipped] == [("clear.png", True)]
