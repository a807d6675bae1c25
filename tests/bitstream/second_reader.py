"""A second reader of .inr files, written from FORMAT.md alone; it imports nothing of inrcodec and no range coder.

This half reads sections 1 to 6, the bytes; second_model.py, second_latents.py and second_pixels.py go on from there.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

SIGNATURE = bytes([0x89, 0x49, 0x4E, 0x52, 0x0D, 0x0A, 0x1A, 0x0A])


class Illegal(Exception):
    """The file breaks a rule of FORMAT.md."""


def crc32c(plain: bytes) -> int:
    """CRC-32C, bit by bit."""
    register = 0xFFFFFFFF
    for byte in plain:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def chunks(blob: bytes) -> list[tuple[str, bytes]]:
    """Section 2: the (kind, payload) of every chunk this reader knows, in order."""
    if blob[:8] != SIGNATURE:
        raise Illegal("signature")
    found: list[tuple[str, bytes]] = []
    at = 8
    while at < len(blob):
        kind, length = blob[at : at + 4], int.from_bytes(blob[at + 4 : at + 8], "little")
        end = at + 8 + length
        if end + 4 > len(blob) or not (kind.isalpha() and kind.isascii()):
            raise Illegal(f"chunk at {at}")
        if crc32c(blob[at:end]) != int.from_bytes(blob[end : end + 4], "little"):
            raise Illegal(f"checksum at {at}")
        found.append((kind.decode(), blob[at + 8 : end]))
        at = end + 4
    critical = [kind for kind, _ in found if kind[0].isupper()]
    start = ["HEAD", *(kind for kind in ("ENDS", "BASE", "POSE", "REFS") if kind in critical), "WGTS"]
    if critical != [*start, *["BLCK"] * (len(critical) - len(start) - 1), "TAIL"]:
        raise Illegal("order")
    if found[0][0] != "HEAD" or found[-1] != ("TAIL", b""):
        raise Illegal("order")
    kinds = ("HEAD", "ENDS", "BASE", "POSE", "REFS", "WGTS", "BLCK", "nAME", "fIGS", "eNCO", "tIME")
    known = [chunk for chunk in found if chunk[0] in kinds]
    if any(sum(kind == other for other, _ in known) > 1 for kind in ("nAME", "fIGS", "eNCO", "tIME")):
        raise Illegal("repeated")
    return known


@dataclass
class Pack:
    """The few kinds of MessagePack that a header uses."""

    raw: bytes
    at: int = 0

    def bytes(self, count: int) -> bytes:
        part = self.raw[self.at : self.at + count]
        if len(part) != count:
            raise Illegal("header is cut short")
        self.at += count
        return part

    def number(self, count: int) -> int:
        return int.from_bytes(self.bytes(count), "big")

    def value(self) -> Any:
        code = self.number(1)
        if code <= 0x7F:
            return code
        if code >= 0xE0:
            return code - 256
        if 0xCC <= code <= 0xCF:
            return self.number(1 << (code - 0xCC))
        if code == 0xCB:
            return float(struct.unpack(">d", self.bytes(8))[0])
        if 0xD0 <= code <= 0xD3:
            return int.from_bytes(self.bytes(1 << (code - 0xD0)), "big", signed=True)
        if 0xC4 <= code <= 0xC6:
            return self.bytes(self.number(1 << (code - 0xC4)))
        if 0xA0 <= code <= 0xBF:
            return self.bytes(code - 0xA0).decode()
        if 0xD9 <= code <= 0xDB:
            return self.bytes(self.number(1 << (code - 0xD9))).decode()
        if 0x90 <= code <= 0x9F:
            return [self.value() for _ in range(code - 0x90)]
        if 0xDC <= code <= 0xDD:
            return [self.value() for _ in range(self.number(2 << (code - 0xDC)))]
        raise Illegal(f"header has a value of kind {code:#x}")


@dataclass
class Header:
    """Section 3, with the (height, width) of each image already looked up."""

    channels: int
    sizes: list[tuple[int, int]]
    conditioning: str
    model: list[Any]
    holdout: list[Any]
    software: str


def header(payload: bytes) -> Header:
    """Section 3."""
    pack = Pack(payload)
    version, channels, images, shapes, index, model, holdout, software = pack.value()
    if version != 1 or pack.at != len(payload) or channels not in (1, 3, 4) or not 1 <= images <= 100_000:
        raise Illegal("header")
    if len(shapes) == 1:
        numbers = [0] * images
    else:
        wide = 1 if len(shapes) <= 256 else 2
        plain = inflate(index, images * wide)
        numbers = [int.from_bytes(plain[at : at + wide], "little") for at in range(0, len(plain), wide)]
    if len(numbers) != images or max(numbers) >= len(shapes):
        raise Illegal("shape index")
    return Header(channels, [tuple(shapes[number]) for number in numbers], model[0], model, holdout, software)


def inflate(packed: bytes, limit: int) -> bytes:
    """Raw DEFLATE of at most `limit` bytes."""
    stream = zlib.decompressobj(-15)
    plain = stream.decompress(packed, limit + 1)
    if len(plain) > limit or not stream.eof or stream.unused_data:
        raise Illegal("DEFLATE")
    return plain


def names(payload: bytes, images: int) -> list[str]:
    """Section 4."""
    found = inflate(payload, 1 << 24).decode().split("\0")
    if len(found) != images or len(set(found)) != images or not all(1 <= len(name.encode()) <= 4096 for name in found):
        raise Illegal("names")
    return found


def figures(payload: bytes, images: int) -> dict[str, tuple[float, list[float]]]:
    """Section 5: for each column, its mean and the value of every image; NaN is unknown."""
    plain = inflate(payload, 1 + 16 * (1 + 32 + 13 + images))
    columns: dict[str, tuple[float, list[float]]] = {}
    at = 1
    for _ in range(plain[0]):
        end = at + 1 + plain[at]
        top, mean, low, high = struct.unpack_from("<Bfff", plain, end)
        codes = plain[end + 13 : end + 13 + images]
        special = {254: math.inf, 255: math.nan}
        if len(codes) != images or any(top < code < 254 for code in codes):
            raise Illegal("figures")
        columns[plain[at + 1 : end].decode()] = mean, [special.get(c, low + (high - low) * c / top) for c in codes]
        at = end + 13 + images
    if at != len(plain):
        raise Illegal("figures")
    return columns


def record(payload: bytes) -> tuple[tuple[int, float, float], dict[str, tuple[float, list[float]]]]:
    """Section 12: steps, passes and seconds, and the columns."""
    moments, *taken = struct.unpack_from("<HIff", payload)
    return tuple(taken), figures(payload[14:], moments)


def times(payload: bytes, images: int) -> list[float]:
    """Section 15: seconds of every image."""
    plain = inflate(payload, 4 * images)
    found = [int.from_bytes(plain[at : at + 4], "little") for at in range(0, len(plain), 4)]
    if len(found) != images or 0 in found:
        raise Illegal("times")
    return [one / 1e6 for one in found]


class RangeReader:
    """Section 6: one symbol after the other, in Python's own integers."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.at = 0
        self.settled = 0
        self.width = 2**64 - 1
        self.code = self._next(8)

    def _next(self, count: int) -> int:
        part = self.stream[self.at : self.at + count]
        self.at += count
        return int.from_bytes(part.ljust(count, b"\0"), "big")

    def symbol(self, frequencies: list[int]) -> int:
        """The next symbol, given its table."""
        if len(frequencies) == 1:
            return 0
        unit = (self.width >> 24) << 8
        slot = self.code // unit
        if slot >= 65536:
            raise Illegal("range coder")
        symbol, below = 0, 0
        while below + frequencies[symbol] <= slot:
            below += frequencies[symbol]
            symbol += 1
        self.code -= unit * below
        self.width = unit * frequencies[symbol]
        if self.width < 2**32:
            self.code = (self.code << 32) | self._next(4)
            self.width <<= 32
            self.settled += 4
        return symbol

    def end(self) -> None:
        """The stream ends where its symbols end."""
        if not self.settled <= len(self.stream) <= self.settled + 4:
            raise Illegal("range coder: length")
