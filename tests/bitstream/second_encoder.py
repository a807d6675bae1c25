"""The second reader's encoder, section 13 of FORMAT.md: from a picture to its code, value by value."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from second_latents import tensor
from second_reader import Illegal, Pack, RangeReader

Floats = npt.NDArray[np.float64]


def tensors(payload: bytes, channels: int, code: int) -> list[Floats]:
    """The six tensors of an eNCO chunk."""
    shapes = [(16, 9 * channels), (16,), (32, 144), (32,), (code, 512), (code,)]
    length = int.from_bytes(payload[:2], "little")
    pack = Pack(payload[2 : 2 + length])
    entries, ranges = pack.value()
    if pack.at != length or len(entries) != len(shapes) or ranges:
        raise Illegal("encoder")
    stream = RangeReader(payload[2 + length :])
    integers = [tensor(stream, entry, shape) for entry, shape in zip(entries, shapes, strict=True)]
    stream.end()
    return [n * 2.0 ** (entry[0] / 4) for n, entry in zip(integers, entries, strict=True)]


def averaged(picture: Floats) -> Floats:
    """(height, width, channels) over 16 x 16 equal parts, (channels, 16, 16): sixteenths of pixels are all equal."""
    fine = picture.repeat(16, axis=0).repeat(16, axis=1)
    height, width, channels = picture.shape
    return fine.reshape(16, height, 16, width, channels).mean(axis=(1, 3)).transpose(2, 0, 1)


def code(found: list[Floats], picture: Floats) -> Floats:
    """The code of a picture, before rounding."""
    h = averaged(picture) - 0.5
    for weights, bias in (found[0:2], found[2:4]):
        outer = np.pad(h, ((0, 0), (1, 0), (1, 0)))
        half = h.shape[1] // 2
        new = np.zeros((len(bias), half, half))
        for r in range(half):
            for q in range(half):
                new[:, r, q] = weights @ outer[:, 2 * r : 2 * r + 3, 2 * q : 2 * q + 3].reshape(-1) + bias
        h = np.maximum(0, new)
    return found[4] @ h.reshape(-1) + found[5]
