"""The second reader's part for files of one signal, written from section 14 of FORMAT.md alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from second_latents import tensor
from second_reader import Illegal, Pack, RangeReader, chunks

from inrcodec.numerics.arrays import FloatArray

AXES = {"shape": (3,), "sound": (1,), "video": (3,), "field": (1, 2, 3)}
CHANNELS = {"shape": 1, "sound": 16, "video": 4, "field": 16}


@dataclass
class Signal:
    """Everything that a file says."""

    kind: str
    axes: list[int]
    channels: int
    network: list[Any]
    places: list[list[float]]
    scale: list[list[float]]
    tensors: list[FloatArray]

    def at(self, points: FloatArray) -> FloatArray:
        """Values (points, channels) at coordinates (points, axes)."""
        width, layers, activation, _ = self.network
        g = np.asarray(points, np.float64).T
        if activation == "relu-pe":
            turns = [2**k * math.pi for k in range(7)]
            g = np.concatenate([g, *(wave(t * g) for t in turns for wave in (np.sin, np.cos))])
        first, bias, *others, last = self.tensors
        sums = first.astype(np.float64) @ g + bias[:, None]
        waves = {"sine": np.sin, "tanh": np.tanh}
        h = waves.get(activation, lambda t: np.maximum(t, 0))(sums[:width])
        for layer in range(layers - 1):
            weight, shift = others[2 * layer : 2 * layer + 2]
            h = waves.get(activation, lambda t: np.maximum(t, 0))(weight @ h + shift[:, None])
        out = (sums[width:] + last @ h).T
        low, high = np.array(self.scale).T
        return low + (out + 1) * (high - low) / 2


def read(blob: bytes) -> Signal:
    """A whole file."""
    found = chunks(blob)
    if any(kind not in ("HEAD", "WGTS", "nAME", "fIGS", "rECD", "tIME", "TAIL") for kind, _ in found):
        raise Illegal("chunks")
    payloads = dict(found)
    pack = Pack(payloads["HEAD"])
    version, kind, axes, channels, network, places, scale, _ = pack.value()
    if version != 2 or pack.at != len(payloads["HEAD"]) or len(axes) not in AXES[kind]:
        raise Illegal("header")
    if not 1 <= channels <= CHANNELS[kind] or len(places) != len(axes) or len(scale) != channels:
        raise Illegal("header")
    if not all(low < high for low, high in (*places, *scale)):
        raise Illegal("places")
    return Signal(kind, axes, channels, network, places, scale, weights(payloads["WGTS"], network, channels, len(axes)))


def weights(payload: bytes, network: list[Any], channels: int, axes: int) -> list[FloatArray]:
    """Section 7 with the tensors of section 14."""
    width, layers, activation, _ = network
    inputs = axes * (15 if activation == "relu-pe" else 1)
    shapes: list[tuple[int, ...]] = [(width + channels, inputs), (width + channels,)]
    for before, units in pairwise([width] * layers):
        shapes += [(units, before), (units,)]
    shapes.append((channels, width))
    length = int.from_bytes(payload[:2], "little")
    pack = Pack(payload[2 : 2 + length])
    entries, ranges = pack.value()
    if pack.at != length or len(entries) != len(shapes) or ranges:
        raise Illegal("tensors")
    stream = RangeReader(payload[2 + length :])
    integers = [tensor(stream, entry, shape) for entry, shape in zip(entries, shapes, strict=True)]
    stream.end()
    return [(n * 2.0 ** (step / 4)).astype(np.float32) for n, (step, *_) in zip(integers, entries, strict=True)]
