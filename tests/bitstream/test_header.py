"""The header: round trips and bounds of every field, and hostile headers refused before they cost anything."""

from __future__ import annotations

import time
import tracemalloc
from typing import Any

import msgspec
import numpy as np
import pytest
import second_reader
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import written

from inrcodec.bitstream import header as room
from inrcodec.bitstream.deflate import deflate
from inrcodec.bitstream.header import Header, Holdout, decode_header, encode_header, image_shapes, pack_shapes
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.field.conditioning import CONDITIONINGS
from inrcodec.settings import ACTIVATIONS, SPACES, Architecture, Level, ModelSettings

SPACE = st.sampled_from(SPACES)
REFUSED = (CorruptFileError, UnsupportedFileError)
PLAIN = Header(1, 3, 100, ((48, 48),), b"", ModelSettings(), Holdout(100_000, 7, "release"), "inrcodec 0.1.0")


def raw(**changes: Any) -> bytes:
    """PLAIN as msgpack with some elements replaced by anything."""
    return msgspec.msgpack.encode(
        [written(changes.get(name, getattr(PLAIN, name))) for name in Header.__struct_fields__]
    )


@st.composite
def models(draw: st.DrawFn) -> ModelSettings:
    """Settings of every conditioning, with a plain network and with others."""
    conditioning = draw(st.sampled_from(CONDITIONINGS))
    levels = ModelSettings().levels if conditioning == "pyramid" else ()
    if conditioning in ("latent", "hypernetwork"):
        levels = (Level(31, draw(st.integers(1, 1024))),)
    head = draw(st.integers(0, 4096)) if conditioning == "hypernetwork" else 0
    network = Architecture(
        draw(st.sampled_from(ACTIVATIONS)), draw(st.integers(1, 256)), head, draw(st.integers(1, 1000))
    )
    network = draw(st.sampled_from([network, Architecture()]))
    return ModelSettings(
        conditioning, hidden_layers=draw(st.integers(3, 8)), levels=levels, architecture=network, space=draw(SPACE)
    )


@st.composite
def headers(draw: st.DrawFn) -> tuple[Header, list[tuple[int, int]]]:
    """A legal header and the (height, width) of each of its images."""
    side = st.integers(1, 16_384)
    choice = draw(st.lists(st.tuples(side, side).filter(lambda s: s[0] * s[1] <= 1 << 26), min_size=1, max_size=5))
    sizes = draw(st.lists(st.sampled_from(choice), min_size=1, max_size=40))
    shapes, index = pack_shapes(sizes)
    ppm = draw(st.integers(0, 900_000))
    mode = draw(st.sampled_from(["release", "strict"])) if ppm else "none"
    model = draw(models())
    holdout = Holdout(ppm, draw(st.integers(0, 2**32 - 1)), mode)
    encoder = draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=64))
    return Header(1, draw(st.sampled_from([3, 4])), len(sizes), shapes, index, model, holdout, encoder), sizes


@given(headers())
def test_round_trip(drawn: tuple[Header, list[tuple[int, int]]]) -> None:
    header, sizes = drawn
    payload = encode_header(header)
    decoded = decode_header(payload)
    assert decoded == header
    assert [tuple(shape) for shape in image_shapes(decoded).tolist()] == sizes
    other = second_reader.header(payload)
    assert (other.channels, other.sizes, other.software) == (header.channels, sizes, header.software)
    assert other.holdout == [header.holdout.fraction_ppm, header.holdout.seed, header.holdout.mode]
    assert other.model == msgspec.msgpack.decode(msgspec.msgpack.encode(written(header.model)))


def test_an_ordinary_header_is_small() -> None:
    assert len(encode_header(PLAIN)) < 90


def test_more_than_256_shapes() -> None:
    sizes = [(1 + number, 2) for number in range(300)] * 2
    shapes, index = pack_shapes(sizes)
    header = msgspec.structs.replace(PLAIN, images=600, shapes=shapes, shape_index=index)
    assert image_shapes(decode_header(encode_header(header))).tolist() == [list(size) for size in sizes]


def test_the_largest_set_of_random_sizes_fits() -> None:
    rng = np.random.default_rng(0)
    sizes = [(int(height), int(width)) for height, width in rng.integers(1, 200, (100_000, 2))]
    shapes, index = pack_shapes(sizes)
    header = msgspec.structs.replace(PLAIN, images=100_000, shapes=shapes, shape_index=index)
    assert decode_header(encode_header(header)) == header


@pytest.mark.parametrize(
    "changes",
    [
        {"channels": 2},
        {"channels": 5},
        {"images": 0},
        {"images": 100_001},
        {"images": 2**63},
        {"shapes": []},
        {"shapes": [[0, 1]]},
        {"shapes": [[1, 16_385]]},
        {"shapes": [[16_384, 4097]]},
        {"shapes": [[1, 1], [1, 1]], "shape_index": deflate(bytes(100))},
        {"images": 1, "shapes": [[1, 1], [1, 2]], "shape_index": deflate(bytes(1))},
        {"shapes": [[8192, 8192]]},
        {"holdout": [0, 0, "release"]},
        {"holdout": [1, 0, "none"]},
        {"holdout": [900_001, 0, "strict"]},
        {"holdout": [1, -1, "strict"]},
        {"holdout": [1, 1 << 32, "strict"]},
        {"holdout": [1, 0, "later"]},
        {"software": "e" * 65},
        {"software": "bell\a"},
        {"software": "caf\u00e9"},
        {"model": ["t" * 33]},
        {"model": ModelSettings(levels=(Level(2, 1), Level(2, 1)))},
        {"model": ModelSettings(levels=(Level(32, 1),))},
        {"model": ModelSettings(levels=(Level(0, 65),))},
        {"model": ModelSettings(hidden_width=4097)},
        {"model": ModelSettings("latent", levels=(Level(31, 1025),))},
        {"model": ModelSettings(architecture=Architecture("swish"))},
        {"model": ModelSettings(space="curved")},
        {"model": ModelSettings(architecture=Architecture(bottleneck=2))},
        {"model": ModelSettings(architecture=Architecture(bottleneck=0))},
        {"model": ModelSettings(architecture=Architecture(head_width=4097))},
        {"model": ModelSettings(architecture=Architecture(w0=0))},
        {"model": ModelSettings(architecture=Architecture(hidden_w0=(0,)))},
        {"model": ModelSettings(architecture=Architecture(hidden_w0=(30, 30)))},
    ],
)
def test_out_of_bounds_is_refused_both_ways(changes: dict[str, Any]) -> None:
    with pytest.raises(REFUSED) as caught:
        decode_header(raw(**changes))
    assert "\n" not in str(caught.value)
    try:
        header = msgspec.convert(msgspec.msgpack.decode(raw(**changes)), Header)
    except msgspec.ValidationError:
        return
    with pytest.raises(REFUSED):
        encode_header(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"images": 1.0},
        {"images": "1"},
        {"images": None},
        {"images": True},
        {"shapes": [[1]]},
        {"shapes": [[1, 2, 3]]},
        {"shapes": {"1": 2}},
        {"shape_index": "text"},
        {"shape_index": b"one shape needs none"},
        {"holdout": [0, 0, "none", 0]},
        {"holdout": [0, 0]},
        {"model": []},
        {"software": b"bytes"},
    ],
)
def test_other_forms_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CorruptFileError, match="header"):
        decode_header(raw(**changes))


@pytest.mark.parametrize(
    "index",
    [b"", b"\xff\xff", deflate(bytes(99)), deflate(bytes(101)), deflate(bytes(99) + b"\2"), deflate(bytes(100)) + b"!"],
)
def test_shape_index_must_fit(index: bytes) -> None:
    with pytest.raises(CorruptFileError, match="shape index"):
        decode_header(raw(shapes=[[1, 1], [1, 2]], shape_index=index))


def test_extra_elements_and_bytes_are_refused() -> None:
    payload = encode_header(PLAIN)
    longer, wider = bytes([payload[0] + 1]) + payload[1:] + b"\0", b"\x98\xcc\x01" + payload[2:]
    for damaged in (longer, wider, payload + b"\0", b"", b"\x90"):
        with pytest.raises(CorruptFileError):
            decode_header(damaged)


def test_another_version_is_refused_whatever_follows() -> None:
    for payload in (msgspec.msgpack.encode([2, {"new": "things"}]), raw(version=0), raw(version=2)):
        with pytest.raises(UnsupportedFileError, match="version"):
            decode_header(payload)


@settings(max_examples=300)
@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda tail: b"\x98\x01" + tail))
def test_noise_is_refused(payload: bytes) -> None:
    with pytest.raises(REFUSED):
        decode_header(payload)


def test_every_truncation_is_refused() -> None:
    payload = encode_header(PLAIN)
    for length in range(len(payload)):
        with pytest.raises(CorruptFileError):
            decode_header(payload[:length])


BOMB = deflate(bytes(1 << 24))  # 16 KiB that unpack to 16 MiB


@pytest.mark.parametrize(
    "payload",
    [
        raw(images=1_000_000),
        raw(images=1_000_000, shapes=[[16_384, 16_384]]),
        raw(images=100_000, shapes=[[8192, 8192]]),
        raw(images=90_000, shapes=[[1, 1], [1, 2]], shape_index=BOMB),
        b"\x98\x01\x03\x01\xdd\xff\xff\xff\xff" + bytes(100),
        b"\x98\x01\x03\x01\x91\xdd\xff\xff\xff\xff" + bytes(100),
        b"\xdd\xff\xff\xff\xff\x01",
        bytes(room.MAX_HEADER_BYTES + 1),
        b"\x98\x01" + b"\x91" * 100_000,
    ],
)
def test_hostile_headers_cost_nothing(payload: bytes) -> None:
    tracemalloc.start()
    start = time.process_time()  # of this process: the machine may be busy
    with pytest.raises(REFUSED):
        decode_header(payload)
    seconds, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 0.5
    assert peak < 4 << 20
