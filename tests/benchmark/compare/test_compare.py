"""`compare` from pictures to numbers: codecs, archives, fits that are kept, references, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.benchmark.compare import compare
from inrcodec.benchmark.compare.baselines import codecs_named
from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import UsageError

QUICK = EncodeOptions(holdout=0.0, passes=40, threads=1, device="cpu")
ON_WHITE = EncodeOptions(holdout=0.0, background="white")


@pytest.fixture(scope="session")
def large_images(small_images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four of the small pictures three times as large, under other suffixes, one of another shape, one stranger."""
    folder = tmp_path_factory.mktemp("references")
    for name, size in (("one", (36, 36)), ("three", (48, 24)), ("clear", (36, 36)), ("two", (36, 20))):
        with Image.open(small_images / f"{name}.png") as image:
            image.resize(size).save(folder / f"{name}.webp", lossless=True)
    with Image.open(small_images / "one.png") as image:
        image.save(folder / "stranger.png")
    return folder


def test_every_byte_of_the_codecs_is_counted(small_images: Path, tmp_path: Path) -> None:
    found = compare(small_images, qualities=(), codecs=["png", "webp", "jpeg"])
    assert found.images == 6
    assert found.channels == 4
    assert found.pixels == 4 * 144 + 128 + 126
    assert [(one.codec.name, one.codec.packing) for one in found.standings] == [
        ("png", "files"), ("png", "sheet"), ("webp", "files"), ("webp", "sheet"),
    ]  # fmt: skip
    assert any("JPEG left out" in note for note in found.notes)
    for one in found.standings:
        for point in one.codec.points:
            assert point.size > 0
            assert point.bits_per_pixel == pytest.approx(8 * point.size / found.pixels)
        if one.codec.lossless:
            assert one.codec.points[0].psnr == np.inf
    webp = [point.psnr for point in found.standings[2].codec.points if point.best]
    assert len(webp) > 4
    assert webp == sorted(webp)


def test_a_background_lets_jpeg_in(small_images: Path) -> None:
    found = compare(small_images, qualities=(), codecs=["jpeg"], options=ON_WHITE)
    assert found.channels == 3
    assert found.notes == ()
    files, sheet = (one.codec.points for one in found.standings)
    assert {point.variant for point in files} == {"4:2:0", "4:4:4"}
    assert sheet[0].size < files[0].size


def test_an_archive_is_measured_as_its_own_report_says(small_images: Path, small_set: Path) -> None:
    found = compare(small_images, qualities=(), archives=[small_set], codecs=["webp"])
    (point,) = found.inrcodec.points
    archive = inrcodec.open(small_set)
    assert point.size == archive.file_size == small_set.stat().st_size
    assert point.psnr == pytest.approx(archive.means["psnr"], abs=1e-3)
    assert point.encode_seconds is None
    assert all(len(one.rates) == len(one.psnrs) == 1 for one in found.standings)


def test_kept_fits_are_used_again(small_images: Path, tmp_path: Path) -> None:
    phases: list[str] = []
    kept = tmp_path / "fits"
    first = compare(
        small_images, qualities=[30], codecs=(), save=kept, on_step=lambda s: phases.append(s.phase), options=QUICK
    )
    assert "fit" in phases
    assert sorted(path.suffix for path in kept.iterdir()) == [".inr", ".json"]
    phases.clear()
    again = compare(
        small_images, qualities=[30], codecs=(), save=kept, on_step=lambda s: phases.append(s.phase), options=QUICK
    )
    assert phases == []
    assert again.inrcodec.points[0].size == first.inrcodec.points[0].size
    assert again.inrcodec.points[0].encode_seconds == first.inrcodec.points[0].encode_seconds
    (archive,) = kept.glob("*.inr")
    assert inrcodec.open(archive).header.holdout.mode == "none"


def test_a_folder_of_extra_images_is_the_same_by_path_and_by_name(small_images: Path, tmp_path: Path) -> None:
    shutil.copytree(small_images / "sub", tmp_path / "more")
    first, again = (
        compare(
            small_images,
            qualities=[30],
            codecs=(),
            save=tmp_path / "fits",
            options=EncodeOptions(holdout=0.0, passes=2, threads=1, device="cpu", extra=extra),
        )
        for extra in (tmp_path / "more", str(tmp_path / "more"))
    )
    assert first.inrcodec.points[0].size == again.inrcodec.points[0].size
    assert len(list((tmp_path / "fits").glob("*.inr"))) == 1


def test_references_against_enlarged_thumbnails(small_images: Path, small_set: Path, large_images: Path) -> None:
    found = compare(small_images, qualities=(), archives=[small_set], codecs=(), reference=large_images)
    assert found.enlarging is not None
    assert found.enlarging.images == 3
    titles = [way.title for way in found.enlarging.ways]
    assert titles == ["inrcodec small.inr", "nearest", "bilinear", "bicubic", "lanczos"]
    for way in found.enlarging.ways:
        assert 10 < way.psnr < 60
        assert 0 < way.ssim <= 1
    notes = " ".join(found.notes)
    for said in ("2 without a reference", "1 with a reference of another shape: two.png", "stranger.png"):
        assert said in notes


def test_what_does_not_belong_together_is_refused(
    small_images: Path, small_set: Path, large_images: Path, tmp_path: Path
) -> None:
    fewer = tmp_path / "fewer"
    shutil.copytree(small_images, fewer)
    (fewer / "one.png").unlink()
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(small_images / "clear.png", other / "new.png")
    refusals = [
        (fewer, {"archives": [small_set]}, "6 images"),
        (other, {"archives": [small_set]}, "lacks new.png"),
        (small_images, {"archives": [small_set], "options": ON_WHITE}, "give the same background"),
        (small_images, {"archives": [small_set], "options": EncodeOptions(max_size=8)}, "give the max_size"),
        (small_images, {"archives": [tmp_path / "none.inr"]}, "no such file"),
        (small_images, {"codecs": ["gif"]}, "no codec"),
        (other, {"reference": large_images}, "named and shaped"),
        (small_images, {"save": small_set}, "is a file"),
    ]
    for folder, options, said in refusals:
        with pytest.raises(UsageError, match=said):
            compare(folder, **{"qualities": (), **options})  # type: ignore[arg-type]


def test_codecs_keep_their_order() -> None:
    assert [codec.name for codec in codecs_named(["avif", "png"])] == ["png", "avif"]
    assert codecs_named(()) == ()
    assert len(codecs_named(None)) == 7
