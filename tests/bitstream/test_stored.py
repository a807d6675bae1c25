"""A whole set as stored: everything comes back, blocks hold what they should, and limits are checked before work."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import second_latents
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_set

from inrcodec.bitstream import limits
from inrcodec.bitstream.container import MAX_CHUNKS, write_chunks
from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.header import MAX_IMAGES, MAX_PIXELS, MAX_TOTAL_PIXELS
from inrcodec.bitstream.limits import BLOCK_IMAGES, BLOCK_PIXELS, block_bounds, check_limits
from inrcodec.bitstream.packing import pack, pack_latents
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level, ModelSettings

FLAT = {"levels": (Level(31, 3), Level(0, 1)), "context_width": 2, "hidden_width": 3}
SIZES = st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 3000)), min_size=1, max_size=200)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_round_trip(seed: int) -> None:
    made = random_set(seed)
    ranges, blocks, bits = pack_latents(made.header, made.context, made.latents)
    names = [f"image {number}" for number in range(len(made.sizes))]
    figures = [Column("bits", float(bits.mean()), bits.astype(np.float32))]
    blob = pack(made.header, (*made.network, *made.context), ranges, blocks, names, figures, poses=made.poses)
    found = StoredSet(blob, field_shapes)
    assert found.header == made.header
    assert found.shapes == made.sizes
    assert found.size == len(blob) == sum(size for _, size in found.parts())
    assert found.names() == tuple(names)
    assert [column.name for column in found.figures()] == ["bits"]
    for one, other in zip(found.network, made.network, strict=True):
        np.testing.assert_array_equal(one.values(), other.values())
    for number, expected in enumerate(made.latents):
        for level, same in zip(found.latents(number), expected, strict=True):
            np.testing.assert_array_equal(level, same)


def test_names_and_figures_may_be_missing() -> None:
    made = random_set(1, images=2, **FLAT)
    chunks = StoredSet(made.file(), field_shapes).chunks
    bare = StoredSet(write_chunks([chunk for chunk in chunks if chunk.kind != b"nAME"]), field_shapes)
    assert bare.names() is None
    assert bare.figures() == ()


def test_overhead_is_small() -> None:
    parts = dict(StoredSet(random_set(2, images=64, side=1, **FLAT).file(), field_shapes).parts())
    assert parts["overhead"] <= 160


@given(SIZES)
def test_blocks_are_full_and_never_too_full(sizes: list[tuple[int, int]]) -> None:
    bounds = block_bounds(sizes)
    assert (bounds[0], bounds[-1]) == (0, len(sizes))
    areas = [height * width for height, width in sizes]
    for first, last in pairwise(bounds):
        assert 1 <= last - first <= BLOCK_IMAGES
        assert last - first == 1 or sum(areas[first:last]) <= BLOCK_PIXELS
        if last < len(sizes) and last - first < BLOCK_IMAGES:
            assert sum(areas[first : last + 1]) > BLOCK_PIXELS
    assert [range(*pair) for pair in pairwise(bounds)] == second_latents.division(sizes)


def test_the_largest_sets_have_few_enough_blocks() -> None:
    most = 2 * MAX_TOTAL_PIXELS // BLOCK_PIXELS + -(-MAX_IMAGES // BLOCK_IMAGES) + 1
    assert most + 6 <= MAX_CHUNKS  # two neighbouring blocks that pixels have filled hold more than BLOCK_PIXELS


def test_blocks_are_cut_by_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BLOCK_PIXELS", 100)
    made = random_set(3, images=12, side=9, **FLAT)
    found = StoredSet(made.file(), field_shapes)
    parts = [chunk for chunk in found.chunks if chunk.kind == b"BLCK"]
    assert len(parts) == len(block_bounds(made.sizes)) - 1 == 3
    for number in (11, 0, 5):
        np.testing.assert_array_equal(found.latents(number)[1], made.latents[number][1])


def test_a_damaged_block_loses_its_images_only() -> None:
    made = random_set(4, images=70, side=3, **FLAT)
    blob = bytearray(made.file())
    first = next(chunk for chunk in StoredSet(bytes(blob), field_shapes).chunks if chunk.kind == b"BLCK")
    blob[first.offset + 9] ^= 1
    with pytest.raises(CorruptFileError, match="checksum"):
        StoredSet(bytes(blob), field_shapes)
    found = StoredSet(bytes(blob), field_shapes, lenient=True)
    np.testing.assert_array_equal(found.latents(69)[1], made.latents[69][1])
    with pytest.raises(CorruptFileError, match="checksum"):
        found.latents(0)


LARGEST = (1 << 13, 1 << 13)


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (ModelSettings(hidden_width=4096, hidden_layers=8), (1, 1), "number of weights"),
        (ModelSettings(levels=tuple(Level(s, 64) for s in range(8, 0, -1)), context_width=128), (1, 1), None),
        (ModelSettings(hidden_width=2560, hidden_layers=4), (1, 1), None),
        (ModelSettings(hidden_width=2560, hidden_layers=4), LARGEST, "multiplications"),
        (ModelSettings(hidden_width=64, hidden_layers=8, footprint=8), LARGEST, "multiplications"),
        (ModelSettings(hidden_width=64, hidden_layers=2, footprint=8), LARGEST, None),
        (ModelSettings(levels=(Level(1, 9),)), LARGEST, "latents of a block"),
        (ModelSettings(), LARGEST, None),
    ],
)
def test_limits(model: ModelSettings, shape: tuple[int, int], message: str | None) -> None:
    assert shape[0] * shape[1] <= MAX_PIXELS
    sizes = [(1, 1), shape, (1, 1)]
    if message is None:
        check_limits(model, sizes, field_shapes(model, 4, len(sizes)))
    else:
        with pytest.raises(UnsupportedFileError, match=message):
            check_limits(model, sizes, field_shapes(model, 4, len(sizes)))


def test_nothing_beyond_the_limits_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made = random_set(5, **FLAT)
    monkeypatch.setattr(limits, "MAX_BLOCK_LATENTS", 3)
    with pytest.raises(UnsupportedFileError, match="latents of a block"):
        pack_latents(made.header, made.context, made.latents)


def test_blocks_must_be_as_many_as_the_images_need() -> None:
    chunks = StoredSet(random_set(6, images=65, side=2, **FLAT).file(), field_shapes).chunks
    block = next(chunk for chunk in chunks if chunk.kind == b"BLCK")
    for wrong in ([chunk for chunk in chunks if chunk is not block], [*chunks, block]):
        with pytest.raises(CorruptFileError, match="blocks of latents"):
            StoredSet(write_chunks(wrong), field_shapes)


def test_as_many_blocks_are_kept_as_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    blob = random_set(7, images=200, side=2, **FLAT).file()
    decoded: list[int] = []
    decode = StoredSet._decode

    def counting(stored: StoredSet, block: int) -> object:
        decoded.append(block)
        return decode(stored, block)

    monkeypatch.setattr(StoredSet, "_decode", counting)
    for kept, expected in ((1, [0, 1, 0, 2, 1, 0]), (2, [0, 1, 2, 1, 0]), (9, [0, 1, 2])):
        found = StoredSet(blob, field_shapes, kept_blocks=kept)
        decoded.clear()
        for image in (0, 63, 64, 1, 128, 65, 2):
            found.latents(image)
        assert decoded == expected, kept
        assert found.block_of(64) == 1
    monkeypatch.setattr("inrcodec.bitstream.kept_blocks.KEPT_LATENTS", 1)
    found = StoredSet(blob, field_shapes, kept_blocks=9)
    decoded.clear()
    for image in (0, 1, 64, 65, 0):
        found.latents(image)
    assert decoded == [0, 1, 0]
