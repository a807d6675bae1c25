"""An opened archive: selection, rendering at any size, figures, and what is said of a damaged file."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.archive import Archive
from inrcodec.archive import image as image_module
from inrcodec.errors import CorruptFileError, UsageError
from inrcodec.field import raster as field_raster

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="module")
def opened() -> Archive:
    return inrcodec.open(GOLDEN / "pyramid-rgb.inr")


@pytest.fixture(scope="module")
def clear() -> Archive:
    return inrcodec.open(GOLDEN / "pyramid-rgba.inr")


def test_what_can_be_taken_out_is_in(opened: Archive) -> None:
    inside = ["0", str(len(opened) - 1), 0, -1, opened.names[1]]
    outside = [str(len(opened)), len(opened), -len(opened) - 1, "-1", "", "٣", "nobody.png", None, 1.5]
    for which in inside:
        assert which in opened
        assert opened[which].number < len(opened)  # type: ignore[index]
    for which in outside:
        assert which not in opened


def test_images_by_number_name_and_range(opened: Archive) -> None:
    last = len(opened) - 1
    assert opened.select(f"0,2-{last},{opened.names[1]}") == (0, *range(2, last + 1), 1)
    assert opened.select("1,1") == (1,)
    assert opened[opened.names[2]].number == 2
    assert opened[-1].number == last
    assert [image.number for image in opened] == list(range(len(opened)))


@pytest.mark.parametrize("wanted", ["", ",", "nothing.png", "999", "0-999", "-1", "\u0663"])
def test_unknown_images_are_refused(opened: Archive, wanted: str) -> None:
    with pytest.raises(UsageError):
        opened.select(wanted)


def test_sizes(opened: Archive) -> None:
    for image in opened:
        assert image.render().shape == (image.height, image.width, 3)
        assert image.render((7, 5)).shape == (5, 7, 3)
        assert max(image.render(30).shape[:2]) == 30
    with pytest.raises(UsageError):
        opened[0].render((0, 5))


def test_shares_add_up_to_the_file(opened: Archive) -> None:
    assert sum(size for _, size in opened.parts) == opened.file_size
    assert sum(image.bits for image in opened) == pytest.approx(8 * opened.file_size, rel=1e-4)
    assert opened.bits_per_pixel == pytest.approx(8 * opened.file_size / opened.pixels)


@pytest.mark.parametrize("size", [None, 3, 41, (5, 60), (1, 1)])
def test_tiles_change_nothing(
    opened: Archive, size: int | tuple[int, int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [image.render(size, "field") for image in opened]
    for values in (1, 700, 5000):
        monkeypatch.setattr(field_raster, "TILE_VALUES", values)
        for image, expected in zip(opened, whole, strict=True):
            np.testing.assert_allclose(image.render(size, "field"), expected, atol=2e-5)


def test_smaller_is_the_mean_of_native(opened: Archive) -> None:
    """Halving an even image averages the same samples as its native pixels do."""
    image = next(image for image in opened if image.width % 2 == image.height % 2 == 0)
    native = image.render_stored().reshape(image.height // 2, 2, image.width // 2, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(image.render_stored((image.width // 2, image.height // 2)), native, atol=0.02)


def test_alpha_is_straight_in_render_and_premultiplied_in_store(clear: Archive) -> None:
    for image in clear:
        straight, stored = image.render(), image.render_stored()
        assert straight.shape[2] == 4
        np.testing.assert_allclose(
            straight[..., :3] * straight[..., 3:], np.minimum(stored[..., :3], stored[..., 3:]), atol=1e-5
        )
        assert 0.0 <= straight.min() <= straight.max() <= 1.0


def test_codes_differ_and_are_vectors(opened: Archive) -> None:
    codes = [image.code for image in opened]
    assert all(code.ndim == 1 and code.dtype == np.float32 for code in codes)
    assert len({code.tobytes() for code in codes}) > 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    blob = bytearray((GOLDEN / "pyramid-rgb.inr").read_bytes())
    blob[len(blob) // 2] ^= 1
    (tmp_path / "bad.inr").write_bytes(blob)
    with pytest.raises(CorruptFileError, match=r"bad\.inr"):
        inrcodec.open(tmp_path / "bad.inr")


def test_a_damaged_block_spares_the_rest_when_lenient(tmp_path: Path) -> None:
    blob = bytearray((GOLDEN / "pyramid-rgb.inr").read_bytes())
    blob[blob.index(b"BLCK") + 20] ^= 1
    (tmp_path / "bad.inr").write_bytes(blob)
    archive = Archive.open(tmp_path / "bad.inr", lenient=True)
    assert archive.names == inrcodec.open(GOLDEN / "pyramid-rgb.inr").names
    for check in (archive.verify, archive[0].render):
        with pytest.raises(CorruptFileError):
            check()


def test_slices_lists_and_with(opened: Archive) -> None:
    with inrcodec.open(GOLDEN / "pyramid-rgb.inr") as archive:
        assert [image.number for image in archive[1:3]] == [1, 2]
        assert [image.number for image in archive[::-1]] == list(range(len(archive)))[::-1]
        assert [image.number for image in archive[[0, archive.names[2], -1]]] == [0, 2, len(archive) - 1]
        assert archive[np.int64(1)].number == 1
        assert archive[0].render([7, 5]).shape == (5, 7, 3)
        assert max(archive[0].render(np.int64(30)).shape) == 30


def test_what_is_not_there_is_a_lookup_error(opened: Archive) -> None:
    with pytest.raises(KeyError):
        opened["nope"]
    with pytest.raises(IndexError):
        opened[999]
    with pytest.raises(TypeError):
        opened[1.5]  # type: ignore[call-overload]
    with pytest.raises(UsageError, match="longer side"):
        opened[0].render([1, 2, 3])


def test_returned_arrays_cannot_change_the_archive(opened: Archive) -> None:
    before = opened[0].render()
    pixels = opened[0].render()
    pixels[:] = 0
    handed = [*opened.latents(0), *opened.figures.values(), opened.image_bits]
    for array in handed:
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    opened.conditions(0)[:] = 5
    np.testing.assert_array_equal(opened[0].render(), before)


def test_a_large_picture_takes_the_memory_of_a_part_of_it(opened: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside its octets: less than a megabyte of parts here, where drawing all at once takes fifteen."""
    monkeypatch.setattr(image_module, "PART_PIXELS", 1 << 10)
    opened[0].render_octets(8, "field")  # what is read once
    tracemalloc.start()
    octets = opened[0].render_octets((256, 256), "field").nbytes
    beside = tracemalloc.get_traced_memory()[1] - octets
    tracemalloc.stop()
    assert beside < 4_000_000


def test_enlarging_makes_octets_band_by_band(opened: Archive) -> None:
    """A small picture is one block however large it is drawn: its floats twice, and no third time."""
    opened[0].render_octets(8)  # what is read once
    tracemalloc.start()
    octets = opened[0].render_octets((1024, 1024))
    beside = tracemalloc.get_traced_memory()[1] - octets.nbytes
    tracemalloc.stop()
    assert beside < 30 << 20
    assert np.abs(octets - 255 * opened[0].render((1024, 1024))).max() <= 0.51
