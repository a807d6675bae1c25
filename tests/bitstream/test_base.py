"""The base: weights come back from their differences, and files that name another base are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Archive
from inrcodec.bitstream.base import (
    GUESSED,
    NUMBERS,
    QUALITIES,
    Base,
    base_for,
    decode_against,
    decode_base,
    encode_against,
    encode_base,
    nearest_table,
)
from inrcodec.bitstream.container import BASE, Chunk, read_chunks, write_chunks
from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.stored import StoredSet
from inrcodec.bitstream.weights import CodedTensor, step_size
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError
from inrcodec.field.conditioning import model_for
from inrcodec.field.field import field_shapes
from inrcodec.settings import ModelSettings

FORMAT = " ".join((Path(__file__).parents[2] / "inrcodec" / "bitstream" / "FORMAT.md").read_text("utf-8").split())
GOLDEN = Path(__file__).parent.parent / "golden"
BITSTREAM = Path(__file__).parents[2] / "inrcodec" / "bitstream"
SHAPES = field_shapes(ModelSettings(), 3, 1)


def table(quality: float = 50, channels: int = 3, number: int = NUMBERS[0]) -> Base:
    shapes = field_shapes(ModelSettings(), channels, 1)
    found = base_for(ModelSettings(), channels, shapes, nearest_table(quality), number)
    assert found is not None
    return found


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_tables_for_all(channels: int, quality: int, number: int) -> None:
    for one in table(quality, channels, number).values():
        assert np.isfinite(one).all()
        assert one.any()


def test_weights_come_back_from_differences() -> None:
    rng, base = np.random.default_rng(0), table()
    tensors = []
    for one in base.tensors:
        step = one.step if one.step == CONTEXT_STEP else one.step + int(rng.integers(-7, 8))
        values = one.values() + rng.normal(0, 3, one.integers.shape) * step_size(step)
        tensors.append(CodedTensor(np.rint(values / step_size(step)).astype(np.int64), step))
    ranges = [(-3, 4)] * 8
    payload = encode_against(base, tensors, ranges)
    found, found_ranges = decode_against(base, payload, [one.integers.shape for one in tensors], 8)
    assert list(found_ranges) == ranges
    for one, other in zip(tensors, found, strict=True):
        assert one.step == other.step
        np.testing.assert_array_equal(one.integers, other.integers)
    assert len(payload) < 0.8 * len(encode_against(None, tensors, ranges))


@pytest.mark.parametrize("finer", [-9, -4, -1, 0, 1, 2, 3, 4, 8])
def test_integers_at_other_steps_are_the_nearest(finer: int) -> None:
    base = table()
    steps = [one.step - finer for one in base.tensors]
    for one, other, step in zip(base.tensors, base.predicted(steps), steps, strict=True):
        exact = one.integers * 2.0 ** (one.step / 4) / 2.0 ** (step / 4)
        assert np.abs(other - exact).max() <= 0.5 + 1e-9
        if finer in (0, 4, 8):
            np.testing.assert_array_equal(other, one.integers << (finer // 4))


def test_the_table_of_the_nearest_quality_is_taken() -> None:
    assert [QUALITIES[nearest_table(quality)] for quality in (0, 19, 21, 50, 81, 100)] == [10, 10, 30, 50, 90, 90]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_file_names_it_by_its_hash(number: int) -> None:
    digest = hashlib.sha256((BITSTREAM / "bases" / f"{number}.bin").read_bytes()).digest()[:4]
    payload = encode_base(table(number=number))
    assert payload == bytes([number, 2]) + digest
    assert decode_base(payload, ModelSettings(), 3, SHAPES) == table(number=number)
    assert f"[`bases/{number}.bin`](bases/{number}.bin), whose hash begins with {digest.hex()}" in FORMAT


@pytest.mark.parametrize(
    ("payload", "failure", "said"),
    [
        (b"", CorruptFileError, "base: 0 bytes"),
        (bytes([max(NUMBERS) + 1, 2]) + bytes(4), UnsupportedFileError, "update inrcodec"),
        (bytes([GUESSED, 2]) + bytes(4), UnsupportedFileError, "update inrcodec"),
        (bytes([NUMBERS[0], 9]) + encode_base(table())[2:], CorruptFileError, "no table 9"),
    ],
)
def test_others_are_refused(payload: bytes, failure: type[InrError], said: str) -> None:
    with pytest.raises(failure, match=said):
        decode_base(payload, ModelSettings(), 3, SHAPES)


@pytest.mark.parametrize(
    "model",
    [
        ModelSettings(hidden_width=24),
        ModelSettings(space="smooth"),
        ModelSettings(hidden_layers=3),
        model_for("grid", 900),
    ],
)
def test_other_designs_have_none(model: ModelSettings) -> None:
    assert base_for(model, 3, field_shapes(model, 3, 1), 2) is None


def test_a_design_that_has_none_cannot_name_one() -> None:
    head, *others = read_chunks((GOLDEN / "grid.inr").read_bytes())
    with pytest.raises(CorruptFileError, match="no table"):
        Archive.from_bytes(write_chunks([head, Chunk(BASE, encode_base(table())), *others]))


def test_it_stands_before_the_weights() -> None:
    head, weights, *others = read_chunks((GOLDEN / "pyramid-rgb.inr").read_bytes())
    with pytest.raises(CorruptFileError, match="order"):
        write_chunks([head, weights, Chunk(BASE, encode_base(table())), *others])


def test_what_is_left_of_a_file_without_its_base_is_not_taken_for_a_network() -> None:
    blob = bytearray((GOLDEN / "base.inr").read_bytes())
    blob[blob.index(b"BASE") + 8] ^= 1
    with pytest.raises(CorruptFileError, match="BASE"):
        StoredSet(bytes(blob), field_shapes, salvage=True)
