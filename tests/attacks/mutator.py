"""Files that are damaged on purpose, with the right checksums: what a reader meets who trusts nothing but them."""

from __future__ import annotations

import random
import struct
import zlib
from functools import lru_cache
from typing import Any

import google_crc32c
import msgspec

from inrcodec.bitstream.container import ANCILLARY, CRITICAL, SIGNATURE

Piece = tuple[bytes, bytes]  # kind and payload of a chunk
ODD = (0, 1, 2, 3, 7, 31, 32, 63, 64, 127, 128, 255, 256, 1023, 4096, 16384, 65535, 2**26, 2**31, 2**32, 2**63 - 1, -1)


def taken_apart(blob: bytes) -> list[Piece]:
    """Chunks of an intact file, TAIL included."""
    pieces, at = [], len(SIGNATURE)
    while at < len(blob):
        kind, length = struct.unpack_from("<4sI", blob, at)
        pieces.append((kind, blob[at + 8 : at + 8 + length]))
        at += 12 + length
    return pieces


def joined(pieces: list[Piece]) -> bytes:
    """A file of chunks, with their lengths and checksums, whatever they hold and however they are ordered."""
    return SIGNATURE + b"".join(_framed(piece) for piece in pieces)


@lru_cache(512)
def _framed(piece: Piece) -> bytes:
    kind, payload = piece
    framed = struct.pack("<4sI", kind, len(payload)) + payload
    return framed + int(google_crc32c.value(framed)).to_bytes(4, "little")


def mutated(dice: random.Random, intact: list[Piece]) -> bytes:
    """The file with one to three changes, each of bytes, of a header's elements or of the order of chunks."""
    pieces = list(intact)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        number = dice.randrange(len(pieces))
        kind, payload = pieces[number]
        what = dice.random()
        if what < 0.45:
            pieces[number] = kind, _other_bytes(dice, payload)
        elif what < 0.85:
            number = 0 if dice.random() < 0.7 else number
            pieces[number] = pieces[number][0], _other_elements(dice, pieces[number][1])
        elif what < 0.95:
            dice.choice((_drop, _double, _swap))(dice, pieces, number)
        else:
            pieces[number] = _other_kind(dice), payload
        if not pieces:
            pieces = [(b"TAIL", b"")]
    return joined(pieces)


def mutated_inside(dice: random.Random, intact: list[Piece]) -> bytes:
    """The file with one to three changes behind its header: chunks stay in order, so that most of it is decoded.

    Three of four changes are in what decides pixels.
    """
    pieces = list(intact)
    behind = range(1, max(2, len(pieces) - 1))
    deciding = [number for number in behind if pieces[number][0] in CRITICAL]
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        number = dice.choice(deciding if deciding and dice.random() < 0.75 else behind)
        kind, payload = pieces[number]
        change = dice.choice((_other_bytes, _other_bytes, _other_elements, _other_inflated))
        pieces[number] = kind, change(dice, payload)
    return joined(pieces)


def _other_kind(dice: random.Random) -> bytes:
    """One that readers know, where it does not belong, or one that none knows."""
    if dice.random() < 0.5:
        return dice.choice((*CRITICAL, *ANCILLARY))
    return bytes(dice.choice(b"ABCDHINOPRSTWabcefgnrs") for _ in range(4))


def _other_bytes(dice: random.Random, payload: bytes) -> bytes:
    changed = bytearray(payload)
    if not changed or dice.random() < 0.1:
        return bytes(changed) + dice.randbytes(dice.randrange(1, 9))
    at = dice.randrange(len(changed))
    kind = dice.randrange(4)
    if kind == 0:
        changed[at] ^= 1 << dice.randrange(8)
    elif kind == 1:
        changed[at] = dice.choice((0, 0x7F, 0x80, 0xC0, 0xFF))
    elif kind == 2:
        del changed[at : at + dice.randrange(1, 9)]
    else:
        changed[at:at] = dice.randbytes(dice.randrange(1, 9))
    return bytes(changed)


def _other_elements(dice: random.Random, payload: bytes) -> bytes:
    """One element of msgpack somewhere in it, where it is any (a table of weights has its length in front)."""
    front = 0 if payload[:1] and payload[0] >= 0x80 else 2
    try:
        decoded = msgspec.msgpack.decode(payload[front:] if front == 0 else payload[2 : 2 + _length(payload)])
    except (msgspec.DecodeError, ValueError):
        return _other_bytes(dice, payload)
    changed = msgspec.msgpack.encode(_with_one_other(dice, decoded))
    if front == 0:
        return changed
    return len(changed).to_bytes(2, "little") + changed + payload[2 + _length(payload) :]


def _other_inflated(dice: random.Random, payload: bytes) -> bytes:
    """The same behind what is compressed, which is so again."""
    try:
        plain = zlib.decompress(payload, wbits=-15)
    except zlib.error:
        return _other_bytes(dice, payload)
    again = zlib.compressobj(9, wbits=-15)
    return again.compress(_other_bytes(dice, plain)) + again.flush()


def _length(payload: bytes) -> int:
    return int.from_bytes(payload[:2], "little")


def _with_one_other(dice: random.Random, value: Any) -> Any:
    if isinstance(value, list) and value and dice.random() < 0.93:
        number = dice.randrange(len(value))
        return [*value[:number], _with_one_other(dice, value[number]), *value[number + 1 :]]
    if isinstance(value, list):
        return dice.choice(([], [*value, dice.choice(ODD)], value[:-1], value * 2, None))
    if isinstance(value, bool) or not isinstance(value, int):
        return dice.choice(
            ("", "pyramid", "grid", "latent", "smooth", "\u202e" * 9, b"", b"\x00" * 9, None, 1.5, [], 7)
        )
    return dice.choice((value + 1, value - 1, value * 2, dice.choice(ODD), dice.choice(ODD), "word", None))


def _drop(dice: random.Random, pieces: list[Piece], number: int) -> None:
    del pieces[number]


def _double(dice: random.Random, pieces: list[Piece], number: int) -> None:
    pieces.insert(dice.randrange(len(pieces) + 1), pieces[number])


def _swap(dice: random.Random, pieces: list[Piece], number: int) -> None:
    other = dice.randrange(len(pieces))
    pieces[number], pieces[other] = pieces[other], pieces[number]
