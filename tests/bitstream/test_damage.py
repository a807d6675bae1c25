"""Damaged and hostile files: refused in one line, at once, and with no error that is not the file's."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import second_reader
from made_up import written

from inrcodec.archive import Archive
from inrcodec.bitstream.container import Chunk, read_chunks, write_chunks
from inrcodec.bitstream.context import CONTEXT_STEP, context_shapes
from inrcodec.bitstream.deflate import deflate
from inrcodec.bitstream.header import Header, decode_header
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level, ModelSettings

REFUSED = (CorruptFileError, UnsupportedFileError)
GOLDEN = Path(__file__).parents[1] / "golden"
BLOB = min((path.read_bytes() for path in GOLDEN.glob("*.inr")), key=len)
PYRAMID = (GOLDEN / "pyramid-rgba.inr").read_bytes()
CHUNKS = read_chunks(PYRAMID)
HEADER = decode_header(CHUNKS[0].payload)
SECONDS, BYTES = 1.0, 64 << 20


def refused_at_once(read: Callable[[], Any]) -> None:
    """One of the two errors, in one line, within a second and in little memory."""
    gc.disable()  # looking through what other tests have left takes seconds, and is no file's doing
    try:
        start = time.process_time()  # of this process: the machine may be busy
        with pytest.raises(REFUSED) as caught:
            read()
        taken = time.process_time() - start
    finally:
        gc.enable()
    assert taken < SECONDS
    assert "\n" not in str(caught.value)
    tracemalloc.start()  # makes everything slow, so the clock has stopped
    try:
        with pytest.raises(REFUSED):
            read()
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def remade(**payloads: bytes | Sequence[bytes] | None) -> bytes:
    """PYRAMID with other payloads, None for no such chunk, and right checksums."""
    chunks: list[Chunk] = []
    for chunk in CHUNKS:
        payload = payloads.get(chunk.kind.decode(), chunk.payload)
        parts = [] if payload is None else [payload] if isinstance(payload, bytes) else payload
        chunks += [Chunk(chunk.kind, part) for part in parts]
    return write_chunks(chunks)


def head(**changes: Any) -> bytes:
    """The header with some elements replaced by anything."""
    return msgspec.msgpack.encode(
        [written(changes.get(name, getattr(HEADER, name))) for name in Header.__struct_fields__]
    )


def model(**changes: Any) -> ModelSettings:
    """The header's model with some settings replaced."""
    return msgspec.structs.replace(HEADER.model, **changes)


def table(
    settings: ModelSettings, alphabet: Sequence[int] = (0, 0, 0, 0), ends: Sequence[int] = (0, 0), stream: bytes = b""
) -> bytes:
    """WGTS that claims what the settings imply: every tensor with one alphabet, every channel with one range."""
    contexts = len(context_shapes(settings))
    tensors = [alphabet] * len(field_shapes(settings, HEADER.channels, HEADER.images)) + [
        [CONTEXT_STEP, *alphabet[1:]]
    ] * contexts
    plain = msgspec.msgpack.encode([tensors, [ends] * sum(level.channels for level in settings.levels)])
    return len(plain).to_bytes(2, "little") + plain + stream


def test_the_golden_files_are_whole() -> None:
    for path in GOLDEN.glob("*.inr"):
        Archive.from_bytes(path.read_bytes()).verify()
    Archive.from_bytes(remade(WGTS=table(HEADER.model), BLCK=b"")).verify()  # nothing but zeros: the helpers work


def test_every_truncation_is_refused() -> None:
    for length in range(len(BLOB)):
        with pytest.raises(CorruptFileError):
            Archive.from_bytes(BLOB[:length])


def test_flipped_bits_are_refused_wherever_they_are() -> None:
    for bit in range(0, 8 * len(BLOB), 7):  # in every byte but a few, at every place in it
        damaged = bytearray(BLOB)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            Archive.from_bytes(bytes(damaged))


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"Dear reader,\nthis is no image.\n" * 100,
        b"\x89PNG\r\n\x1a\n" + bytes(1000),
        BLOB + b"\0",
        BLOB + BLOB,
        BLOB[::-1],
        bytes(10_000),
        BLOB[:8] + bytes(10_000),
        BLOB[:8] + b"HEAD\xff\xff\xff\xff" + BLOB,
    ],
)
def test_other_files_are_refused(blob: bytes) -> None:
    refused_at_once(lambda: Archive.from_bytes(blob))


HUGE = model(hidden_width=4096, hidden_layers=8)
BOTTOMLESS = model(levels=tuple(Level(shift, 64) for shift in range(7, -1, -1)), context_width=128)
LARGE = {"images": 1, "shapes": [[8192, 8192]], "shape_index": b""}
HOSTILE_HEADERS = {
    "a million images": head(images=1_000_000),
    "an empty header": b"",
    "text": b"HEAD",
    "another version": head(version=2),
    "more images than the shape index has": head(images=100_000),
    "images without blocks": head(images=100_000, shapes=[[1, 1]], shape_index=b""),
    "a bomb for a shape index": head(shape_index=deflate(bytes(1 << 26))),
    "4 giga-pixels an image": head(images=1, shapes=[[65_536, 65_536]], shape_index=b""),
    "too many pixels in all": head(images=100_000, shapes=[[8192, 8192]], shape_index=b""),
    "another number of channels": head(channels=3),
    "another hidden width": head(model=model(hidden_width=11)),
    "one layer more": head(model=model(hidden_layers=4)),
    "another context width": head(model=model(context_width=7)),
    "no levels": head(model=model(levels=())),
    "another level": head(model=model(levels=(*HEADER.model.levels[:-1], Level(0, 3)))),
    "levels out of order": head(model=model(levels=HEADER.model.levels[::-1])),
    "a huge shift": head(model=model(levels=(Level(2**31, 2), *HEADER.model.levels[1:]))),
    "a negative shift": head(model=model(levels=(*HEADER.model.levels[:-1], Level(-1, 2)))),
    "a thousand levels": head(model=model(levels=tuple(Level(1000 - n, 1) for n in range(1000)))),
    "a grid with levels": head(model=model(conditioning="grid")),
    "a grid": head(model=ModelSettings("grid", 10, 3, 2, (), 6)),
    "an unknown conditioning": head(model=model(conditioning="tarot")),
    "a path for a conditioning": head(model=model(conditioning="../../evil")),
    "huge weights": head(model=HUGE),
    "a huge image": head(**LARGE),
    "a footprint of a thousand": head(model=model(footprint=1000)),
    "too much to draw": head(**LARGE, model=model(hidden_width=512, footprint=8)),
    "too many latents": head(**LARGE, model=BOTTOMLESS),
}


@pytest.mark.parametrize("payload", HOSTILE_HEADERS.values(), ids=HOSTILE_HEADERS.keys())
def test_hostile_headers(payload: bytes) -> None:
    refused_at_once(lambda: Archive.from_bytes(remade(HEAD=payload)))


def test_weights_that_cost_nothing_are_limited() -> None:
    """One-symbol alphabets need no bytes however many weights there are."""
    refused_at_once(lambda: Archive.from_bytes(remade(HEAD=head(model=HUGE), WGTS=table(HUGE))))
    refused_at_once(
        lambda: Archive.from_bytes(remade(HEAD=head(**LARGE, model=BOTTOMLESS), WGTS=table(BOTTOMLESS), BLCK=b""))
    )


WIDE = model(hidden_width=2000, hidden_layers=4)
PLAIN = HEADER.model
HOSTILE_WEIGHTS = {
    "nothing": b"",
    "zeros": bytes(1000),
    "noise": random.Random(1).randbytes(1000),
    "a table longer than the chunk": b"\xff\xff" + table(PLAIN)[2:],
    "a claim of 4 giga-tensors": b"\x06\0\x92\xdd\xff\xff\xff\xff",
    "tensors of another model": table(model(levels=PLAIN.levels[1:])),
    "a step beyond bounds": table(PLAIN, (33, 0, 0, 0)),
    "a scale beyond bounds": table(PLAIN, (0, 57, 0, 0)),
    "a scale below bounds": table(PLAIN, (0, -41, 0, 0)),
    "weights beyond bounds": table(PLAIN, (0, 0, -(2**40), 2**40)),
    "weights upside down": table(PLAIN, (0, 0, 3, 2)),
    "latents beyond bounds": table(PLAIN, ends=(-1024, 0)),
    "latents far beyond bounds": table(PLAIN, ends=(-(2**62), 2**62)),
    "latents upside down": table(PLAIN, ends=(1, 0)),
    "too short a stream": table(PLAIN, (0, 56, -16384, 16384)),
    "too long a stream": table(PLAIN, stream=bytes(5)),
    "far too long a stream": table(PLAIN, stream=bytes(1 << 20)),
}


@pytest.mark.parametrize("payload", HOSTILE_WEIGHTS.values(), ids=HOSTILE_WEIGHTS.keys())
def test_hostile_weights(payload: bytes) -> None:
    refused_at_once(lambda: Archive.from_bytes(remade(WGTS=payload)))


def test_the_stream_of_many_weights_is_given_up_where_it_ends() -> None:
    refused_at_once(
        lambda: Archive.from_bytes(
            remade(HEAD=head(model=WIDE), WGTS=table(WIDE, (0, 0, -9, 9), stream=bytes(100)), BLCK=b"")
        )
    )


SPREAD = table(PLAIN, ends=(-1023, 1023))
(PIECE,) = (chunk.payload for chunk in CHUNKS if chunk.kind == b"BLCK")
BAD_BLOCKS: dict[str, dict[str, Any]] = {
    "an empty block": {"BLCK": b""},
    "half a block": {"BLCK": PIECE[: len(PIECE) // 2]},
    "trailing zeros": {"BLCK": PIECE + bytes(5)},
    "noise after the end": {"BLCK": PIECE + random.Random(2).randbytes(500)},
    "all ones": {"BLCK": b"\xff" * 5000},
    "zeros": {"BLCK": bytes(5000)},
    "wide ranges, empty": {"WGTS": SPREAD, "BLCK": b""},
    "wide ranges, all ones": {"WGTS": SPREAD, "BLCK": b"\xff" * 300},
    "bytes for latents of one value": {"WGTS": table(PLAIN), "BLCK": b"12345"},
    "a large image": {"HEAD": head(images=1, shapes=[[1024, 1024]], shape_index=b""), "BLCK": PIECE},
    "many images": {"HEAD": head(images=64, shapes=[[100, 100]], shape_index=b""), "BLCK": PIECE},
}


@pytest.mark.parametrize("payloads", BAD_BLOCKS.values(), ids=BAD_BLOCKS.keys())
def test_bad_blocks_are_refused_when_they_are_read(payloads: dict[str, Any]) -> None:
    archive = Archive.from_bytes(remade(**payloads))
    refused_at_once(lambda: archive[0].render())


def test_other_numbers_of_blocks_are_refused() -> None:
    for blob in (remade(BLCK=None), remade(BLCK=[PIECE, PIECE]), remade(BLCK=[b""] * 2000)):
        refused_at_once(partial(Archive.from_bytes, blob))


@pytest.mark.parametrize("kind", ["nAME", "fIGS"])
@pytest.mark.parametrize("payload", [b"", b"\xff" * 9, deflate(b""), deflate(b"\1"), deflate(bytes(1 << 26))])
def test_bad_names_and_figures_are_refused_when_they_are_read(kind: str, payload: bytes) -> None:
    archive = Archive.from_bytes(remade(**{kind: payload}))
    refused_at_once(lambda: archive.names if kind == "nAME" else archive.figures)


def outcome(read: Callable[[], Any]) -> bool:
    """Whether something was read; anything but a refusal passes through."""
    try:
        read()
    except REFUSED:
        return False
    return True


@pytest.mark.parametrize("kind", ["HEAD", "WGTS", "BLCK", "nAME", "fIGS"])
def test_random_payloads_end_in_a_refusal_or_in_pixels(kind: str) -> None:
    """Single bytes of a chunk changed, its checksum made right again."""
    dice = random.Random(3)
    (payload,) = (chunk.payload for chunk in CHUNKS if chunk.kind == kind.encode())
    for _ in range(60):
        damaged = bytearray(payload)
        for _ in range(dice.randint(1, 3)):
            damaged[dice.randrange(len(damaged))] = dice.choice([0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        blob = remade(**{kind: bytes(damaged)})

        def read(blob: bytes = blob) -> None:
            archive = Archive.from_bytes(blob)
            assert np.isfinite(archive[0].render(4)).all()
            assert archive.names
            assert archive.figures

        outcome(read)


def test_the_second_reader_refuses_what_it_must() -> None:
    for blob in (BLOB[:-1], BLOB + b"\0", BLOB[:40] + b"?" + BLOB[41:]):
        with pytest.raises(second_reader.Illegal):
            second_reader.chunks(blob)
