"""The second reader's part of section 17 of FORMAT.md: images that have references."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from second_reader import Illegal, RangeReader

Ints = npt.NDArray[np.int64]
Planes = list[Ints]  # of an image, level by level: (channels, rows, columns)

WEIGHTS = [0, 4, 10, 20, 36, 56, 80, 104, 128, 152, 176, 200, 220, 236, 248, 255]
USUAL = [9, 10, 12, 13, 4, 7, 9, 10, 3, 5, 6, 7, 0, 3, 4, 4, 0, 1, 2, 3, 0, 0, 1, 2] + [0] * 8
NEAR = [(0, 0, -1, 2), (0, -1, 0, 2), (0, -1, -1, 1), (0, -1, 1, 1)]
BEFORE = [(-1, 0, 0, 2), (-1, 0, 1, 1), (-1, 0, -1, 1), (-1, 1, 0, 1), (-1, -1, 0, 1)]


@dataclass
class References:
    """What `REFS` says; codes: 32 of each level."""

    without: int
    previous: int
    codes: list[list[int]]

    def of_block(self, stream: RangeReader, sizes: list[tuple[int, int]]) -> list[int | None]:
        """The reference of every image."""
        n = len(sizes)
        left = 65535 - n
        w, q = left * self.without >> 8, left * self.previous >> 8
        found: list[int | None] = []
        for image in range(n):
            f = [0] + [1 + (left - w - q) // n] * n
            if image:
                f[image] += q
            f[0] = 65536 - sum(f)
            symbol = stream.symbol(f)
            found.append(symbol - 1 if symbol else None)
        if any(one is not None and sizes[one] != size for one, size in zip(found, sizes, strict=True)):
            raise Illegal("sizes of references")
        return found


def references(payload: bytes, levels: int, static: bool) -> References:
    """The chunk."""
    if levels == 0 or static or len(payload) not in (2, 2 + 16 * levels) or payload[0] + payload[1] > 255:
        raise Illegal("references")
    halves = [half for byte in payload[2:] for half in (byte & 15, byte >> 4)]
    codes = [halves[32 * level : 32 * level + 32] for level in range(levels)] if halves else [USUAL] * levels
    if halves and all(code == USUAL for code in codes):
        raise Illegal("references: usual codes")
    return References(payload[0], payload[1], codes)


def delays(found: list[int | None]) -> list[int]:
    """How much later each image comes."""

    def delay(image: int, most: int) -> int:
        other = found[image]
        if most == 0:
            raise Illegal("a circle of references")
        return 0 if other is None else 1 + delay(other, most - 1)

    return [delay(image, len(found) + 1) for image in range(len(found))]


def weight(
    codes: list[int], own: Planes, other: Planes, place: tuple[int, int, int, int], step: int, scale: int
) -> int:
    """What a cell's class stands for; place: level, channel, row and column; step: shifts from the level before."""
    number, c, r, q = place

    def apart(channel: int, row: int, column: int) -> int:
        _, rows, columns = own[number].shape
        if channel < 0 or not (0 <= row < rows and 0 <= column < columns):
            return 0
        return abs(int(own[number][channel, row, column] - other[number][channel, row, column]))

    total = sum(count * apart(c + back, r + down, q + across) for back, down, across, count in NEAR + BEFORE)
    if number:
        before = own[number - 1] - other[number - 1]
        total += int(np.abs(before[:, r >> step, q >> step]).sum())
    return WEIGHTS[codes[4 * min(7, total.bit_length()) + sum(scale >= bound for bound in (-18, -9, 1))]]
