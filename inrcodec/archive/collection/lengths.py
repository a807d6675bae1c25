"""How long the texts of a Parquet page are that tells of each only what the one before it does not have.

A few bytes of such a page may stand for any number, so lengths are worked out before its library makes texts of them.
They are whole numbers packed as apache/parquet-format, Encodings.md, has them (DELTA_BINARY_PACKED): in blocks of 128
differences, each block with its least difference and the widths in bits of its four parts.
"""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.names import MAX_NAME_BYTES
from inrcodec.errors import CorruptFileError

BLOCK, PARTS, PART = 128, 4, 32  # as Arrow and others write them
MOST_BITS = 32  # of a difference
AT_ONCE = 1 << 10  # parts that are worked out together
Lengths = npt.NDArray[np.int16]


def text_lengths(page: bytes, texts: int) -> Lengths:
    """Of all texts of a page (DELTA_BYTE_ARRAY), bytes.

    CorruptFileError where it has others, a text is too long, or two next to each other are the same.
    """
    if texts > len(page) * PART:  # a block takes 5 bytes at least
        raise CorruptFileError("has a page of names that is cut short")
    shared, start = _unpacked(page, 0, texts)
    own, start = _unpacked(page, start, texts)
    if int(own.sum(dtype=np.int64)) != len(page) - start:
        raise CorruptFileError("has a page of names that is cut short")
    found: Lengths = shared + own
    if (longest := int(found.max(initial=0))) > MAX_NAME_BYTES:
        raise CorruptFileError(f"has a name of {longest} bytes; at most {MAX_NAME_BYTES} are allowed")
    if ((own[1:] == 0) & (shared[1:] == found[:-1])).any():
        raise CorruptFileError("has two images of one name")
    return found


def _unpacked(page: bytes, start: int, texts: int) -> tuple[Lengths, int]:
    """So many lengths that are packed from there on, and where they end."""
    words = _Words(page, start)
    if (words.unsigned(), words.unsigned(), words.unsigned()) != (BLOCK, PARTS, texts):
        raise CorruptFileError("has a page of names in blocks that this does not read")
    last = words.signed()
    parts = -(-max(0, texts - 1) // PART)
    all_leasts, all_widths, all_places = array("q"), bytearray(), array("q")
    for block in range(0, parts, PARTS):
        all_leasts.append(words.signed())
        for width in words.taken(PARTS)[: parts - block]:
            if width > MOST_BITS:
                raise CorruptFileError("has a page of names whose lengths are none")
            all_widths.append(width)
            all_places.append(words.at)
            words.passed(PART * width // 8)
    leasts = np.repeat(np.frombuffer(all_leasts, np.int64), PARTS)[:parts]
    widths, places = np.frombuffer(all_widths, np.uint8), np.frombuffer(all_places, np.int64)
    found = np.empty(texts, np.int16)
    found[:1] = _checked(np.array([last]))
    for part in range(0, parts, AT_ONCE):
        these = slice(part, part + AT_ONCE)
        differences = _numbers(page, places[these], widths[these]) + leasts[these, None]
        sums, own = last + np.cumsum(differences), found[1 + part * PART :][: differences.size]
        own[:] = _checked(sums[: len(own)])
        last = int(sums[-1])
    return found, words.at


def _checked(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Lengths of texts, or of parts of them; CorruptFileError where they are none."""
    if lengths.min(initial=0) < 0 or lengths.max(initial=0) > MAX_NAME_BYTES:
        raise CorruptFileError(f"has names that are shorter than 0 or longer than {MAX_NAME_BYTES} bytes")
    return lengths


def _numbers(page: bytes, places: npt.NDArray[np.int64], widths: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The numbers in parts that lie there, of so many bits each, (parts, PART)."""
    found = np.zeros((len(places), PART), np.int64)
    octets = np.frombuffer(page, np.uint8)
    for width in np.unique(widths[widths > 0]).tolist():
        own = np.flatnonzero(widths == width)
        packed = octets[places[own, None] + np.arange(PART * width // 8)]
        bits = np.unpackbits(packed, axis=1, bitorder="little").reshape(len(own), PART, width)
        for bit in range(width):
            found[own] |= bits[:, :, bit].astype(np.int64) << bit
    return found


class _Words:
    """Numbers of any length in bytes, of which the highest bit says that more follow."""

    def __init__(self, page: bytes, at: int) -> None:
        self._page, self.at = page, at

    def passed(self, count: int) -> None:
        self.at += count
        if self.at > len(self._page):
            raise CorruptFileError("has a page of names that is cut short")

    def taken(self, count: int) -> bytes:
        self.passed(count)
        return self._page[self.at - count : self.at]

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
