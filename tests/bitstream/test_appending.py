"""Appending: the longer file holds the old images as they were, the new ones as far as its ranges go, and all else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import random_latents, random_set

from inrcodec.bitstream.appending import extend, repacked, within_ranges
from inrcodec.bitstream.container import Chunk, write_chunks
from inrcodec.bitstream.ends import Ends
from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.limits import BLOCK_IMAGES
from inrcodec.bitstream.stored import StoredSet
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level


def payloads(stored: StoredSet, kind: bytes) -> list[bytes]:
    return [chunk.payload for chunk in stored.chunks if chunk.kind == kind]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, BLOCK_IMAGES - 1, BLOCK_IMAGES, BLOCK_IMAGES + 2]))
def test_old_images_stay_as_they_were(seed: int, images: int) -> None:
    rng = np.random.default_rng(seed)
    made = random_set(seed, images=images, side=3, levels=(Level(20, 2), Level(1, 1), Level(0, 2)), context_width=2)
    stored = StoredSet(made.file(), field_shapes)
    sizes = [(int(h), int(w)) for h, w in rng.integers(1, 4, (int(rng.integers(1, 5)), 2))]
    new = within_ranges(stored, random_latents(rng, made.header.model, sizes))
    extended = extend(stored, sizes, new, [True] * len(new))
    names = [str(number) for number in range(images + len(sizes))]
    figures = [Column("psnr", 30.0, np.linspace(20, 40, len(names)).astype(np.float32))]
    longer = StoredSet(repacked(stored, extended, names, None), field_shapes)
    longer = longer.reread(longer.measured(figures))
    assert longer.shapes == [*made.sizes, *sizes]
    assert longer.names() == tuple(names)
    assert [column.name for column in longer.figures()] == ["psnr"]
    assert payloads(longer, b"WGTS") == payloads(stored, b"WGTS")
    full = images // BLOCK_IMAGES
    assert payloads(longer, b"BLCK")[:full] == payloads(stored, b"BLCK")[:full]
    for number, expected in enumerate([*made.latents, *new]):
        for level, same in zip(longer.latents(number), expected, strict=True):
            np.testing.assert_array_equal(level, same)
    assert len(extended.bits) == len(sizes)
    assert (extended.bits >= 0).all()


def test_latents_are_limited_to_the_ranges() -> None:
    stored = StoredSet(random_set(3, images=2, levels=(Level(1, 2), Level(0, 1))).file(), field_shapes)
    wild = tuple(np.array([[[-1000]], [[1000]]][: level.channels], np.int16) for level in stored.header.model.levels)
    (limited,) = within_ranges(stored, [wild])
    (low, _), (_, high), (lowest, _) = stored.codec.ranges
    assert [int(level.ravel()[0]) for level in limited] == [max(low, -1000), max(lowest, -1000)]
    assert int(limited[0].ravel()[1]) == min(high, 1000)


def test_other_chunks_are_taken_over() -> None:
    plain = StoredSet(random_set(5, images=2, levels=(Level(0, 1),)).file(), field_shapes)
    record = Chunk(b"eNCO", b"whatever an encoder is")
    chunks = list(plain.chunks)
    stored = StoredSet(write_chunks([chunks[0], record, *chunks[1:]]), field_shapes)
    extended = extend(stored, [(2, 2)], within_ranges(stored, [(np.zeros((1, 2, 2), np.int16),)]), [True])
    longer = StoredSet(repacked(stored, extended, ["a", "b", "c"], None), field_shapes)
    assert payloads(longer, b"eNCO") == [record.payload]
    assert [len(longer.shapes), longer.header.images] == [3, 3]
    assert all(first < second for first, second in pairwise(chunk.offset for chunk in longer.chunks))


def test_new_images_say_whether_they_have_white() -> None:
    made = random_set(3, images=2, side=3, levels=(Level(0, 2),), context_width=2)
    stored = StoredSet(made.file(), field_shapes)
    new = within_ranges(stored, random_latents(np.random.default_rng(3), made.header.model, [(2, 2)] * 2))
    for ends, white, expected in (
        (Ends(), [True, False], Ends()),
        (Ends(3), [True, True], Ends(3)),
        (Ends(3), [True, False], Ends(3, (True, True, True, False))),
        (Ends(3, (False, True)), [False, True], Ends(3, (False, True, False, True))),
    ):
        told = stored.with_ends(ends) if ends.tolerance else stored
        extended = extend(told, [(2, 2)] * 2, new, white)
        assert StoredSet(repacked(told, extended, list("abcd"), None), field_shapes).ends == expected
