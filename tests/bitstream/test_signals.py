"""Files of one signal: round trips, bounds, hostile bytes, and FORMAT.md's section 14 is enough to read them."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import second_reader
import second_signal
from hypothesis import given, settings
from hypothesis import strategies as st

import inrcodec
from inrcodec.archive import Archive, Signal
from inrcodec.bitstream.container import Chunk, read_chunks, write_chunks
from inrcodec.bitstream.header import decode_header
from inrcodec.bitstream.signal_header import SignalHeader, decode_signal_header, encode_signal_header
from inrcodec.errors import CorruptFileError, UnsupportedFileError, UsageError
from inrcodec.settings import ACTIVATIONS, NetworkSettings

GOLDEN = Path(__file__).parents[1] / "golden" / "signals"
FILES = tuple(path.stem for path in sorted(GOLDEN.glob("*.inr")))
REFUSED = (CorruptFileError, UnsupportedFileError)
PLAIN = SignalHeader(
    2, "sound", (32000,), 1, NetworkSettings(128, 3, "sine", (12000,)), ((0.0, 2.0),), ((-1.0, 1.0),), ""
)
BLOB = (GOLDEN / "shape.inr").read_bytes()
CHUNKS = read_chunks(BLOB)


def raw(**changes: Any) -> bytes:
    """PLAIN as msgpack with some elements replaced by anything."""
    return msgspec.msgpack.encode([changes.get(name, getattr(PLAIN, name)) for name in SignalHeader.__struct_fields__])


def remade(**payloads: bytes | None) -> bytes:
    """The golden shape with other payloads, None for no such chunk, further ones before the end."""
    there = {chunk.kind.decode() for chunk in CHUNKS}
    kept = [Chunk(c.kind, payloads.get(c.kind.decode(), c.payload) or b"") for c in CHUNKS]
    kept = [chunk for chunk in kept if payloads.get(chunk.kind.decode(), b"") is not None]
    return write_chunks([*kept, *(Chunk(kind.encode(), new) for kind, new in payloads.items() if kind not in there)])


ENDS = st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)).filter(lambda pair: pair[0] < pair[1])


@st.composite
def headers(draw: st.DrawFn) -> SignalHeader:
    """A legal header of any kind."""
    kind = draw(st.sampled_from(["shape", "sound", "video", "field"]))
    axes = {"shape": 3, "sound": 1, "video": 3}.get(kind) or draw(st.integers(1, 3))
    channels = draw(st.integers(1, {"shape": 1, "video": 4}.get(kind, 16)))
    layers = draw(st.integers(1, 8))
    w0 = st.lists(st.integers(1, 1 << 20), min_size=1, max_size=1) | st.lists(
        st.integers(1, 1 << 20), min_size=layers, max_size=layers
    )
    network = NetworkSettings(draw(st.integers(1, 4096)), layers, draw(st.sampled_from(ACTIVATIONS)), tuple(draw(w0)))
    return SignalHeader(
        version=2,
        kind=kind,
        axes=tuple(draw(st.integers(1, 1600)) for _ in range(axes)),
        channels=channels,
        network=network,
        places=tuple(draw(ENDS) for _ in range(axes)),
        scale=tuple(draw(ENDS) for _ in range(channels)),
        software=draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=64)),
    )


@given(headers())
def test_headers_come_back(header: SignalHeader) -> None:
    assert decode_signal_header(encode_signal_header(header)) == header


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 3},
        {"kind": "smell"},
        {"kind": "shape"},
        {"kind": "video"},
        {"axes": []},
        {"axes": [0]},
        {"axes": [(1 << 31) + 1]},
        {"axes": [1, 1, 1, 1], "kind": "field"},
        {"axes": [1 << 20] * 2, "kind": "field", "places": [[0.0, 1.0]] * 2},
        {"channels": 0},
        {"channels": 17, "scale": [[0.0, 1.0]] * 17},
        {"channels": 2},
        {"network": [4097, 3, "sine", [30]]},
        {"network": [0, 3, "sine", [30]]},
        {"network": [128, 9, "sine", [30]]},
        {"network": [128, 3, "swish", [30]]},
        {"network": [128, 3, "sine", []]},
        {"network": [128, 3, "sine", [30, 30]]},
        {"network": [128, 3, "sine", [(1 << 20) + 1]]},
        {"network": [128, 3, "sine", [0]]},
        {"places": [[1.0, 1.0]]},
        {"places": [[2.0, 1.0]]},
        {"places": [[math.nan, 1.0]]},
        {"places": [[0.0, math.inf]]},
        {"places": [[-1e308, 1e308]]},
        {"places": []},
        {"scale": [[0.0, 1.0]] * 2},
        {"software": "e" * 65},
        {"software": "bell\a"},
    ],
)
def test_out_of_bounds_is_refused_both_ways(changes: dict[str, Any]) -> None:
    with pytest.raises(REFUSED) as caught:
        decode_signal_header(raw(**changes))
    assert "\n" not in str(caught.value)
    header = msgspec.convert(msgspec.msgpack.decode(raw(**changes)), SignalHeader)
    with pytest.raises(REFUSED):
        encode_signal_header(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"axes": [1.0]},
        {"axes": None},
        {"channels": True},
        {"places": [[0, 2]]},
        {"places": [[0.0, 1.0, 2.0]]},
        {"network": [128, 3, "sine", 30]},
        {"network": [128, 3, "sine"]},
        {"software": b"bytes"},
    ],
)
def test_other_forms_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CorruptFileError, match="header"):
        decode_signal_header(raw(**changes))


@settings(max_examples=200)
@given(st.binary(max_size=100) | st.binary(max_size=100).map(lambda tail: b"\x98\x02" + tail))
def test_noise_is_refused(payload: bytes) -> None:
    with pytest.raises(REFUSED):
        decode_signal_header(payload)


def test_readers_of_images_alone_ask_for_an_update() -> None:
    with pytest.raises(UnsupportedFileError, match="update inrcodec"):
        decode_header(CHUNKS[0].payload)


def test_a_set_and_a_signal_are_told_apart() -> None:
    with pytest.raises(UsageError, match="holds a shape and no images"):
        inrcodec.open(GOLDEN / "shape.inr")
    with pytest.raises(UnsupportedFileError, match="version 1"):
        inrcodec.open_signal(GOLDEN.parent / "grid.inr")


@pytest.mark.parametrize("name", FILES)
def test_the_second_reader_agrees(name: str) -> None:
    signal, other = (
        inrcodec.open_signal(GOLDEN / f"{name}.inr"),
        second_signal.read((GOLDEN / f"{name}.inr").read_bytes()),
    )
    assert (signal.kind, list(signal.axes), signal.channels) == (other.kind, other.axes, other.channels)
    with np.load(GOLDEN / f"{name}.npz") as golden:
        half = np.diff(np.array(signal.scale), axis=1)[:, 0] / 2
        ours, theirs = signal.at(golden["points"]), other.at(golden["points"])
        np.testing.assert_allclose(ours / half, golden["values"] / half, atol=1e-4)
        np.testing.assert_allclose(theirs / half, golden["values"] / half, atol=1e-4)


@pytest.mark.parametrize("name", FILES)
def test_gradients_are_those_of_values_in_units(name: str) -> None:
    signal = inrcodec.open_signal(GOLDEN / f"{name}.inr")
    other = second_signal.read((GOLDEN / f"{name}.inr").read_bytes())
    points = np.random.default_rng(2).uniform(-0.9, 0.9, (20, len(signal.axes)))
    found, tiny = signal.gradient(points), 1e-4 / max(signal.header.network.w0)
    for axis, (low, high) in enumerate(signal.places):
        step = np.eye(len(signal.axes))[axis] * tiny
        rise = (other.at(points + step) - other.at(points - step)) / (tiny * (high - low))
        np.testing.assert_allclose(found[:, :, axis], rise, atol=2e-3 * np.abs(rise).max())


@pytest.mark.parametrize("name", FILES)
def test_grids_are_values_at_centers(name: str) -> None:
    signal = inrcodec.open_signal(GOLDEN / f"{name}.inr")
    counts = (7, 5, 3)[: len(signal.axes)]
    grid = signal.on_grid(counts)
    assert grid.shape == (*counts[::-1], signal.channels)
    where = tuple(count // 3 for count in counts)
    point = [[(2 * i + 1) / n - 1 for i, n in zip(where, counts, strict=True)]]
    np.testing.assert_allclose(grid[where[::-1]], signal.at(np.array(point))[0], rtol=1e-5, atol=1e-5)


def test_every_truncation_and_every_flipped_bit_is_refused() -> None:
    for length in range(len(BLOB)):
        with pytest.raises(CorruptFileError):
            Signal.from_bytes(BLOB[:length])
    for bit in range(8 * len(BLOB)):
        damaged = bytearray(BLOB)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            Signal.from_bytes(bytes(damaged))


@pytest.mark.parametrize(
    "payloads",
    [
        {"HEAD": raw(network=[4096, 8, "sine", [30]])},
        {"HEAD": raw(axes=[1 << 31])},
        {"WGTS": b""},
        {"WGTS": bytes(1000)},
        {"WGTS": b"\x06\0\x92\xdd\xff\xff\xff\xff"},
        {"BLCK": b""},
    ],
)
def test_hostile_files_are_refused_at_once(payloads: dict[str, bytes]) -> None:
    start = time.process_time()
    with pytest.raises(REFUSED) as caught:
        Signal.from_bytes(remade(**payloads))
    assert time.process_time() - start < 1.0
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["HEAD", "WGTS", "nAME"])
def test_random_payloads_end_in_a_refusal_or_in_values(kind: str) -> None:
    dice = random.Random(3)
    (payload,) = (chunk.payload for chunk in CHUNKS if chunk.kind == kind.encode())
    for _ in range(60):
        damaged = bytearray(payload)
        for _ in range(dice.randint(1, 3)):
            damaged[dice.randrange(len(damaged))] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        try:
            signal = Signal.from_bytes(remade(**{kind: bytes(damaged)}))
            assert signal.at(np.zeros((2, 3))).shape == (2, 1)
            assert signal.name
        except REFUSED:
            continue


def test_an_archive_of_a_signal_is_refused_by_its_bytes_too() -> None:
    with pytest.raises(UnsupportedFileError):
        Archive.from_bytes(BLOB)
    with pytest.raises(second_reader.Illegal):
        second_signal.read(remade(BLCK=b""))
