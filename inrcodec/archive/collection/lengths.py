"""How long the texts of a Parquet page are that tells of each only what the one before it does not have.

A few bytes of such a page may stand for any number, so lengths are worked out before its library makes texts of them.
They are whole numbers packed as apache/parquet-format, Encodings.md, has them (DELTA_BINARY_PACKED): in blocks of 128
differences, each block with its least difference and the widths in bits of its four parts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.names import MAX_NAME_BYTES
from inrcodec.errors import CorruptFileError

BLOCK, PARTS, PART = 128, 4, 32  # as Arrow and others write them
MOST_BITS = 32  # of a difference
Lengths = npt.NDArray[np.int64]


def text_lengths(page: bytes, texts: int) -> Lengths:
    """Of all texts of a page (DELTA_BYTE_ARRAY), bytes; CorruptFileError where it has others or a text is too long."""
    shared, start = _unpacked(page, 0, texts)
    own, start = _unpacked(page, start, texts)
    found = shared + own
    if (longest := int(found.max(initial=0))) > MAX_NAME_BYTES:
        raise CorruptFileError(f"has a name of {longest} bytes; at most {MAX_NAME_BYTES} are allowed")
    if int(own.sum()) != len(page) - start:
        raise CorruptFileError("has a page of names that is cut short")
    return found


def _unpacked(page: bytes, start: int, texts: int) -> tuple[Lengths, int]:
    """So many lengths that are packed from there on, and where they end."""
    words = _Words(page, start)
    if (words.unsigned(), words.unsigned(), words.unsigned()) != (BLOCK, PARTS, texts):
        raise CorruptFileError("has a page of names in blocks that this does not read")
    first = words.signed()
    differences = np.empty(-(-max(0, texts - 1) // PART) * PART, np.int64)
    parts: dict[int, list[tuple[int, int]]] = {}  # by width: where they begin, which they are
    leasts = np.zeros(len(differences) // PART, np.int64)
    for block in range(0, len(leasts), PARTS):
        leasts[block : block + PARTS] = words.signed()
        widths = words.taken(PARTS)
        for part, width in enumerate(widths[: len(leasts) - block], block):
            parts.setdefault(width, []).append((words.at, part))
            words.taken(PART * width // 8)
    for width, places in parts.items():
        if width > MOST_BITS:
            raise CorruptFileError("has a page of names whose lengths are none")
        differences.reshape(-1, PART)[[part for _, part in places]] = _numbers(page, [at for at, _ in places], width)
    differences += np.repeat(leasts, PART)
    found = np.cumsum(np.concatenate([[first], differences[: texts - 1]]))[:texts]
    if found.min(initial=0) < 0 or found.max(initial=0) > MAX_NAME_BYTES:
        raise CorruptFileError(f"has names that are shorter than 0 or longer than {MAX_NAME_BYTES} bytes")
    return found, words.at


def _numbers(page: bytes, starts: list[int], width: int) -> Lengths:
    """The numbers of so many bits in parts that start there, (parts, PART)."""
    if width == 0:
        return np.zeros((len(starts), PART), np.int64)
    octets = np.frombuffer(page, np.uint8)[np.array(starts)[:, None] + np.arange(PART * width // 8)]
    bits = np.unpackbits(octets, axis=1, bitorder="little").reshape(len(starts), PART, width)
    found: Lengths = bits.astype(np.int64) @ (1 << np.arange(width, dtype=np.int64))
    return found


class _Words:
    """Numbers of any length in bytes, of which the highest bit says that more follow."""

    def __init__(self, page: bytes, at: int) -> None:
        self._page, self.at = page, at

    def taken(self, count: int) -> bytes:
        found = self._page[self.at : self.at + count]
        if len(found) < count:
            raise CorruptFileError("has a page of names that is cut short")
        self.at += count
        return found

    def unsigned(self) -> int:
        found = 0
        for shift in range(0, 35, 7):
            (byte,) = self.taken(1)
            found |= (byte & 127) << shift
            if byte < 128:
                return found
        raise CorruptFileError("has a page of names whose lengths are none")

    def signed(self) -> int:
        found = self.unsigned()
        return (found >> 1) ^ -(found & 1)
