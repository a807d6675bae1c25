"""Files that store their network as what differs from the base: smaller for few pictures, and otherwise as others."""

from __future__ import annotations

from pathlib import Path

import pytest

import inrcodec
from inrcodec.archive import Archive
from inrcodec.bitstream.base import WIDTH
from inrcodec.bitstream.container import BASE, WEIGHTS
from inrcodec.errors import UsageError
from inrcodec.settings import rate_weight_for

QUICK = {"passes": 100, "threads": 1, "device": "cpu", "seed": 0}


def encoded(source: Path, folder: Path, **asked: object) -> Archive:
    name = "-".join(f"{key}{value}" for key, value in asked.items()) or "usual"
    return inrcodec.encode(source, folder / f"{name}.inr", **{**QUICK, **asked}).archive  # type: ignore[arg-type]


def loss(archive: Archive) -> float:
    """What a fit makes small: the error, and what the whole file costs."""
    return float(10 ** (-archive.means["psnr"] / 10)) + rate_weight_for(50) * archive.bits_per_pixel


def payload(archive: Archive, kind: bytes) -> bytes | None:
    return next((chunk.payload for chunk in archive.stored.chunks if chunk.kind == kind), None)


def test_few_pictures_pay_for_what_is_their_own(small_images: Path, tmp_path: Path) -> None:
    usual, cold = encoded(small_images, tmp_path), encoded(small_images, tmp_path, base="none")
    assert usual.header.model.hidden_width == WIDTH > cold.header.model.hidden_width
    assert payload(cold, BASE) is None
    assert usual.file_size < 0.75 * cold.file_size
    assert loss(usual) < 0.95 * loss(cold)


def test_who_names_a_width_gets_it(small_images: Path, tmp_path: Path) -> None:
    for width, named in (("16", False), (str(WIDTH), True)):
        archive = encoded(small_images, tmp_path, width=width)
        assert archive.header.model.hidden_width == int(width)
        assert (payload(archive, BASE) is not None) == named


def test_the_table_is_that_of_the_quality(small_images: Path, tmp_path: Path) -> None:
    for quality, table in ((5, 0), (50, 2), (95, 4)):
        archive = encoded(small_images, tmp_path, quality=quality)
        assert archive.stored.base is not None
        assert archive.stored.base.table == table


def test_both_engines_go_on_from_it(small_images: Path, tmp_path: Path) -> None:
    pytest.importorskip("numba")
    ours, theirs = (encoded(small_images, tmp_path, engine=engine, passes=50) for engine in ("kernel", "torch"))
    assert abs(ours.file_size - theirs.file_size) < 0.06 * theirs.file_size
    assert abs(ours.means["psnr"] - theirs.means["psnr"]) < 0.6


def test_images_are_added_to_such_a_file(small_images: Path, newcomers: Path, tmp_path: Path) -> None:
    before = encoded(small_images, tmp_path)
    result = inrcodec.add(tmp_path / "usual.inr", newcomers, tmp_path / "more.inr", steps=20)
    for kind in (BASE, WEIGHTS):
        assert payload(result.archive, kind) == payload(before, kind)
    assert (result.archive[0].render() == before[0].render()).all()


def test_an_unknown_one_is_refused(small_images: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown base 'photos'; there are: auto, none"):
        encoded(small_images, tmp_path, base="photos")
