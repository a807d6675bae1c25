"""Blocks coded by kernels: the bytes, the bits and the refusals of the codec in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba")
from made_up import assert_same_latents, random_set
from test_references import any_references, family

from inrcodec.bitstream.latents import LatentCodec
from inrcodec.bitstream.likeness import Block
from inrcodec.errors import CorruptFileError
from inrcodec.fitting.kernels.coding import KernelCoder
from inrcodec.settings import Level

LEVELS = (Level(31, 2), Level(2, 3), Level(1, 4), Level(0, 2))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_what_latents_take_by_themselves(seed: int, images: int) -> None:
    made = family(seed, images)
    known = any_references(made, seed)[0]  # with references or without, a latent by itself has none
    plain, fast = Block(known, made.latents, made.sizes), Block(known, made.latents, made.sizes, KernelCoder())
    for one, other in zip(plain.bits(range(images)), fast.bits(range(images)), strict=True):
        for level, found in zip(one, other, strict=True):
            np.testing.assert_array_equal(found, level)
    for one, other in zip(plain.pairs(), fast.pairs(), strict=True):
        np.testing.assert_array_equal(other.saved, one.saved)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_bytes_and_bits_are_those_of_the_codec(seed: int) -> None:
    made = random_set(seed) if seed % 2 else random_set(seed, levels=LEVELS, context_width=1 + seed % 19)
    if not made.header.model.levels:
        return
    known = made.codec()
    payload, bits = known.encode(made.latents, made.sizes)
    ((found, shares),) = KernelCoder().encode(known, [(made.latents, made.sizes)])
    assert found == payload
    np.testing.assert_array_equal(shares, bits)
    (images,) = KernelCoder().decode(known, [(payload, made.sizes)])
    assert_same_latents(images, made.latents)
    with pytest.raises(CorruptFileError, match="does not end with its symbols"):
        KernelCoder().decode(known, [(payload + bytes(5), made.sizes)])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_references_are_known(seed: int, images: int) -> None:
    made = family(seed, images)
    known, chosen = any_references(made, seed)
    payload, bits = known.encode_with(made.latents, made.sizes, chosen)
    ((found, shares),) = KernelCoder().encode(known, [(made.latents, made.sizes)], [chosen])
    assert found == payload
    np.testing.assert_array_equal(shares, bits)
    (read,) = KernelCoder().decode(known, [(payload, made.sizes)])
    assert_same_latents(read, made.latents)
    for damaged in (payload + bytes(5), payload[:-6], bytes(4) + payload):
        try:
            (read,) = KernelCoder().decode(known, [(damaged, made.sizes)])
        except CorruptFileError:
            with pytest.raises(CorruptFileError):
                known.decode(damaged, made.sizes)
        else:
            assert_same_latents(read, known.decode(damaged, made.sizes))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80))
def test_noise_is_refused_or_read_alike(payload: bytes) -> None:
    made = random_set(10, images=4, levels=LEVELS, context_width=3, hidden_width=2)
    known = made.codec()
    try:
        expected = known.decode(payload, made.sizes)
    except CorruptFileError:
        with pytest.raises(CorruptFileError):
            KernelCoder().decode(known, [(payload, made.sizes)])
        return
    (found,) = KernelCoder().decode(known, [(payload, made.sizes)])
    assert_same_latents(found, expected)


def test_threads_change_nothing() -> None:
    sets = [random_set(seed, images=3, levels=LEVELS, context_width=4, hidden_width=2) for seed in range(5)]
    known = sets[0].codec()
    widest = tuple((-1023, 1023) for _ in known.ranges)
    known = LatentCodec(known.model, known.contexts, widest)
    blocks = [(made.latents, made.sizes) for made in sets]
    packed = KernelCoder(3).encode(known, blocks)
    assert [payload for payload, _ in packed] == [known.encode(*block)[0] for block in blocks]
    read = KernelCoder(3).decode(
        known, [(payload, sizes) for (payload, _), (_, sizes) in zip(packed, blocks, strict=True)]
    )
    for images, made in zip(read, sets, strict=True):
        assert_same_latents(images, made.latents)
