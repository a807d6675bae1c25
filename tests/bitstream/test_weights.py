"""Weights: round trips of any integers and steps; tables that lie, or say the same in another way, are refused."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inrcodec.bitstream.weights import (
    HIGHEST_STEP,
    LARGEST_LATENT,
    LARGEST_WEIGHT,
    LOWEST_STEP,
    CodedTensor,
    decode_weights,
    encode_weights,
    step_size,
)
from inrcodec.errors import CorruptFileError

SHAPES = ((3, 4), (5,), (2, 2, 2))
RANGES = ((-3, 4), (0, 0), (-LARGEST_LATENT, LARGEST_LATENT))


def tensors(seed: int, largest: int, step: int) -> tuple[CodedTensor, ...]:
    """Random integers in SHAPES."""
    rng = np.random.default_rng(seed)
    return tuple(CodedTensor(rng.integers(-largest, largest + 1, shape), step) for shape in SHAPES)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, LARGEST_WEIGHT), st.integers(LOWEST_STEP, HIGHEST_STEP))
def test_round_trip(seed: int, largest: int, step: int) -> None:
    given_tensors = tensors(seed, largest, step)
    found, ranges = decode_weights(encode_weights(given_tensors, RANGES), SHAPES, len(RANGES))
    assert ranges == RANGES
    for one, other in zip(found, given_tensors, strict=True):
        np.testing.assert_array_equal(one.integers, other.integers)
        assert one.step == other.step
        assert one.values().dtype == np.float32
        np.testing.assert_array_equal(one.values(), (other.integers * 2.0 ** (step / 4)).astype(np.float32))


def test_steps_are_quarters_of_an_octave() -> None:
    assert step_size(-20) == 1 / 32
    assert [step_size(step) for step in (-4, 0, 4)] == [0.5, 1.0, 2.0]


def test_small_weights_are_cheap() -> None:
    rng = np.random.default_rng(0)
    tensor = CodedTensor(np.rint(rng.laplace(0, 4, 3000)).astype(np.int64), -20)
    assert len(encode_weights([tensor], ())) * 8 / 3000 < np.log2(2 * np.e * 4) + 0.1  # the entropy, a little more
    assert len(encode_weights([CodedTensor(np.zeros(5000, dtype=np.int64), 0)], ())) < 12


def stored(alphabets: Any, ranges: Any, stream: bytes = b"", length: int | None = None) -> bytes:
    """A payload from anything."""
    table = msgspec.msgpack.encode([alphabets, ranges])
    return (len(table) if length is None else length).to_bytes(2, "little") + table + stream


PLAIN = [[0, 0, 5, 5]] * 3  # alphabets of one symbol, which need no stream


def test_the_plainest_payload_is_legal() -> None:
    found, ranges = decode_weights(stored(PLAIN, RANGES), SHAPES, 3)
    assert [tensor.integers.tolist() for tensor in found] == [np.full(shape, 5).tolist() for shape in SHAPES]
    assert ranges == RANGES


BAD = {
    "nothing": b"",
    "half a length": b"\5",
    "no table": b"\0\0",
    "cut short": stored(PLAIN, RANGES)[:-1],
    "longer than the chunk": stored(PLAIN, RANGES, length=200),
    "shorter than the table": stored(PLAIN, RANGES, length=5),
    "too long a stream": stored(PLAIN, RANGES, bytes(5)),
    "too short a stream": stored([[0, 56, -9000, 9000]] * 3, RANGES),
    "too few tensors": stored(PLAIN[1:], RANGES),
    "too many tensors": stored([*PLAIN, PLAIN[0]], RANGES),
    "too few ranges": stored(PLAIN, RANGES[1:]),
    "too many ranges": stored(PLAIN, [*RANGES, (0, 0)]),
    "an extra element": stored([[0, 0, 5, 5, 0]] * 3, RANGES),
    "a missing element": stored([[0, 0, 5]] * 3, RANGES),
    "an extra table": (25).to_bytes(2, "little") + msgspec.msgpack.encode([PLAIN, RANGES, []]),
    "a float": stored([[0.0, 0, 5, 5]] * 3, RANGES),
    "text": stored("abc", RANGES),
    "step too low": stored([[LOWEST_STEP - 1, 0, 5, 5]] * 3, RANGES),
    "step too high": stored([[HIGHEST_STEP + 1, 0, 5, 5]] * 3, RANGES),
    "scale too low": stored([[0, -41, 5, 5]] * 3, RANGES),
    "scale too high": stored([[0, 57, 5, 5]] * 3, RANGES),
    "upside down": stored([[0, 0, 5, 4]] * 3, RANGES),
    "weights too low": stored([[0, 0, -LARGEST_WEIGHT - 1, 5]] * 3, RANGES),
    "weights too high": stored([[0, 0, 5, LARGEST_WEIGHT + 1]] * 3, RANGES),
    "weights beyond everything": stored([[0, 0, -(2**63), 2**64 - 1]] * 3, RANGES),
    "latents upside down": stored(PLAIN, [(1, 0), *RANGES[1:]]),
    "latents too low": stored(PLAIN, [(-LARGEST_LATENT - 1, 0), *RANGES[1:]]),
    "latents too high": stored(PLAIN, [(0, LARGEST_LATENT + 1), *RANGES[1:]]),
    "latents beyond everything": stored(PLAIN, [(-(2**63), 2**64 - 1), *RANGES[1:]]),
    "a claim of 2**32 tensors": b"\x06\0\x92\xdd\xff\xff\xff\xff",
    "arrays in arrays": b"\xff\xff" + b"\x91" * 65535,
}
TABLE = msgspec.msgpack.encode([PLAIN, RANGES])
BAD["a longer form"] = (len(TABLE) + 1).to_bytes(2, "little") + TABLE.replace(b"\x00\x00\x05", b"\xcc\x00\x00\x05", 1)
BAD["a signed form"] = stored(PLAIN, RANGES).replace(b"\xcd\x03\xff", b"\xd1\x03\xff")


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_bad_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(CorruptFileError) as caught:
        decode_weights(payload, SHAPES, 3)
    assert "\n" not in str(caught.value)
