"""Blocks of latents: round trips of anything legal, alone or all together, and the same in the second reader."""

from __future__ import annotations

import numpy as np
import pytest
import second_pixels
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import assert_same_latents, random_set

from inrcodec.bitstream import latents as room
from inrcodec.bitstream.latents import LatentCodec, Latents
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level

MIXED = {"levels": (Level(31, 2), Level(2, 3), Level(0, 2)), "context_width": 3, "hidden_width": 2}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_round_trip(seed: int) -> None:
    made = random_set(seed)
    if not made.header.model.levels:
        return
    coder = made.codec()
    payload, bits = coder.encode(made.latents, made.sizes)
    assert_same_latents(coder.decode(payload, made.sizes), made.latents)
    assert bits.shape == (len(made.sizes),)
    assert bits.sum() / 8 - 5 <= len(payload) <= bits.sum() / 8 * 1.0001 + 5
    with pytest.raises(CorruptFileError, match="does not end with its symbols"):
        coder.decode(payload + bytes(5), made.sizes)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_second_reader_finds_the_same(seed: int) -> None:
    made = random_set(seed, side=6)
    other = second_pixels.read(made.file())
    for number, levels in enumerate(made.latents):
        for theirs, ours in zip(other.latents(number), levels, strict=True):
            np.testing.assert_array_equal(theirs, ours)


def test_a_block_decodes_alone() -> None:
    made = random_set(7, images=150, side=5, **MIXED)
    blob = made.file()
    straight = StoredSet(blob, field_shapes)
    for number in (149, 3, 64, 63, 127, 128, 0):
        assert_same_latents((StoredSet(blob, field_shapes).latents(number),), (made.latents[number],))
        assert_same_latents((straight.latents(number),), (made.latents[number],))
    other = second_pixels.read(blob)
    assert [len(images) for images, _ in other.blocks] == [64, 64, 22]
    for theirs, ours in zip(other.latents(140), made.latents[140], strict=True):
        np.testing.assert_array_equal(theirs, ours)


def test_slices_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = random_set(8, images=9, **MIXED)
    coder = made.codec()
    payload, bits = coder.encode(made.latents, made.sizes)
    for cells, entries in ((1, 1 << 18), (7, 1 << 18), (1 << 12, 10)):
        monkeypatch.setattr(room, "SLICE", cells)
        monkeypatch.setattr(room, "ENTRIES", entries)
        again, shares = coder.encode(made.latents, made.sizes)
        assert again == payload
        np.testing.assert_allclose(shares, bits)
        assert_same_latents(coder.decode(payload, made.sizes), made.latents)


def thin(rng: np.random.Generator, coder: LatentCodec, size: tuple[int, int]) -> Latents:
    """Random latents of one image within the ranges of a coder."""
    ends, levels = iter(coder.ranges), []
    for level in coder.model.levels:
        shape = level.cells(size[0]), level.cells(size[1])
        planes = [rng.integers(low, high + 1, shape) for low, high in (next(ends) for _ in range(level.channels))]
        levels.append(np.stack(planes).astype(np.int16))
    return tuple(levels)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 2)])
def test_thin_images(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(9)
    made = random_set(9, images=1, **MIXED)
    coder = made.codec()
    images = tuple(thin(rng, coder, size) for _ in range(3))
    payload, _ = coder.encode(images, [size] * 3)
    assert_same_latents(coder.decode(payload, [size] * 3), images)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=80))
def test_noise_is_refused_or_legal(payload: bytes) -> None:
    made = random_set(10, images=4, **MIXED)
    coder = made.codec()
    try:
        found = coder.decode(payload, made.sizes)
    except CorruptFileError:
        return
    for number, level in enumerate(MIXED["levels"]):
        first = sum(before.channels for before in MIXED["levels"][:number])
        for channel in range(level.channels):
            lowest, highest = coder.ranges[first + channel]
            assert all(
                ((image[number][channel] >= lowest) & (image[number][channel] <= highest)).all() for image in found
            )
