"""Figures from originals are those that others compute, and the stored ones are theirs; pictures find their images."""

from __future__ import annotations

import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import inrcodec
from inrcodec.errors import InputError
from inrcodec.evaluate import evaluate
from inrcodec.evaluate.matching import Match
from inrcodec.evaluate.originals import measure_again
from inrcodec.evaluate.several import side_by_side
from inrcodec.images import load
from inrcodec.images.decode import Decoded
from inrcodec.numerics.holdout import hidden_pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures without alpha, large enough for the usual window of SSIM."""
    place = tmp_path_factory.mktemp("originals") / "set"
    place.mkdir()
    rows, columns = np.mgrid[0:20, 0:24] / 20
    for number in range(4):
        waves = [0.5 + 0.4 * np.sin(number + (k + 2) * rows + (4 - k) * columns) for k in range(3)]
        Image.fromarray(np.rint(np.stack(waves, axis=-1) * 255).astype(np.uint8)).save(place / f"p{number}.png")
    return place


@pytest.fixture(scope="module")
def strict(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their archive, a fifth of the pixels never fitted."""
    path = tmp_path_factory.mktemp("files") / "strict.inr"
    inrcodec.encode(folder, path, passes=80, threads=1, device="cpu", holdout=0.2, holdout_mode="strict", seed=7)
    return path


def levels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_psnr_and_ssim_are_those_of_scikit_image_on_decoded_pngs(folder: Path, strict: Path, tmp_path: Path) -> None:
    from inrcodec.exporters.stills import encode_still, format_named

    archive = inrcodec.open(strict)
    again, stored = measure_again(archive, folder), evaluate(archive)
    for row, kept in zip(again.images, stored.images, strict=True):
        (tmp_path / row.name).write_bytes(encode_still(archive[row.number].render(), format_named("png")))
        original, decoded = levels(folder / row.name), levels(tmp_path / row.name)
        assert row.psnr == pytest.approx(peak_signal_noise_ratio(original, decoded), abs=1e-3)
        expected = structural_similarity(
            original, decoded, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        assert row.ssim == pytest.approx(expected, abs=2e-3)  # its border is treated another way
        assert row.mae == pytest.approx(np.abs(original / 255 - decoded / 255).mean(), abs=1e-6)
        assert kept.psnr == pytest.approx(row.psnr, abs=0.1)
        assert kept.ssim == pytest.approx(row.ssim, abs=0.02)
        assert kept.mae == pytest.approx(row.mae, rel=0.2)


def test_the_held_out_figures_are_those_of_the_mask_made_again_from_the_seed(folder: Path, strict: Path) -> None:
    archive = inrcodec.open(strict)
    again, stored = measure_again(archive, folder), evaluate(archive)
    for row, kept in zip(again.images, stored.images, strict=True):
        hidden = hidden_pixels(7, row.number, row.height, row.width, 200_000)
        assert 0.1 < hidden.mean() < 0.3
        apart = levels(folder / row.name) / 255 - np.rint(archive[row.number].render() * 255) / 255
        assert row.holdout_psnr == pytest.approx(-10 * np.log10(np.square(apart[hidden]).mean()), abs=1e-3)
        assert row.holdout_mae == pytest.approx(np.abs(apart[hidden]).mean(), abs=1e-6)
        assert row.fitted_mae == pytest.approx(np.abs(apart[~hidden]).mean(), abs=1e-6)
        assert kept.holdout_psnr == pytest.approx(row.holdout_psnr, abs=0.3)  # stored before rounding to 8 bits
    assert stored.mean_holdout_mae == pytest.approx(again.mean_holdout_mae, rel=0.05)


def test_what_does_not_match_is_said(folder: Path, strict: Path, tmp_path: Path) -> None:
    place = tmp_path / "moved"
    shutil.copytree(folder, place)
    (place / "p0.png").rename(place / "renamed.png")
    (place / "p1.png").unlink()
    Image.new("RGB", (24, 20), "red").save(place / "p2.png")
    Image.new("RGB", (24, 20), "blue").save(place / "stranger.png")
    matches: list[Match] = []
    report = measure_again(inrcodec.open(strict), place, on_match=matches.append)
    said = "\n".join(report.notes)
    assert "p0.png: matched by content with renamed.png" in said
    assert "no original for p1.png" in said
    assert "p2.png: the original differs" in said
    assert "not in the file: stranger.png" in said
    assert report.images[1].psnr is None
    assert report.images[0].psnr is not None
    assert [match.image.name for match in matches] == ["p2.png", "p3.png", "p0.png"]


def test_originals_are_read_once_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve pictures of 4 MB each, of images of 20 pixels: no more than three are in memory at once."""
    folder, file, side, names = tmp_path / "large", tmp_path / "set.inr", 600, []
    folder.mkdir()
    rows = np.mgrid[0:side, 0:side][0]
    for number in range(12):
        shade = np.where(rows < side * number / 12, 30, 220).astype(np.uint8)
        Image.fromarray(np.stack([shade, shade, 255 - shade], axis=2)).save(folder / f"{number}.png")
    inrcodec.encode(folder, file, passes=20, threads=1, device="cpu", max_size=20)
    (folder / "3.png").rename(folder / "other.png")  # to be found by content
    original = load.decode

    def counted(path: Path) -> Decoded:
        names.append(path.name)
        return original(path)

    monkeypatch.setattr(load, "decode", counted)
    archive = inrcodec.open(file)
    tracemalloc.start()
    report = measure_again(archive, folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * side * side * 3 * 4
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    assert report.notes[-1] == "3.png: matched by content with other.png"


def test_a_folder_of_strangers_is_refused(strict: Path, tmp_path: Path) -> None:
    Image.new("RGB", (5, 5)).save(tmp_path / "other.png")
    with pytest.raises(InputError, match="none of its pictures"):
        measure_again(inrcodec.open(strict), tmp_path)


def test_several_files_have_means_and_deviations(strict: Path, small_set: Path) -> None:
    reports = [evaluate(inrcodec.open(path)) for path in (strict, small_set)]
    spreads = {one.figure: one for one in side_by_side(reports)}
    sizes = [path.stat().st_size for path in (strict, small_set)]
    assert spreads["file_size"].mean == pytest.approx(np.mean(sizes))
    assert spreads["file_size"].deviation == pytest.approx(np.std(sizes, ddof=1))
    (alone,) = (one for one in side_by_side(reports[:1]) if one.figure == "mean_psnr")
    assert alone.deviation is None
