"""The second reader's weights and latents, sections 7 to 9, 16 and 17 of FORMAT.md."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from second_model import Model
from second_reader import Illegal, Pack, RangeReader
from second_references import References, delays, weight

from inrcodec.numerics.arrays import FloatArray

Ints = npt.NDArray[np.int64]
Range = tuple[int, int]

INVERSE = {s: round(2 ** (16 - s / 8)) for s in range(-40, 57)}
DECAY = np.array([round(65536 * math.exp(-i / 256)) for i in range(3072)] + [0])
BASES = Path(__file__).parents[2] / "inrcodec" / "bitstream" / "bases"
CONTEXT_STEP, CONTEXT_BITS = -24, 6  # weights of the context model are multiples of 1/64
SAME = [(0, -1), (0, -2), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-2, -1), (-2, 0), (-2, 1)]
BEFORE = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]


@dataclass
class Weights:
    """What WGTS holds: float tensors of the network, integer ones of the context model, ranges of the latents."""

    network: list[FloatArray]
    context: list[list[Ints]]
    ranges: list[list[Range]]


def weights(payload: bytes, model: Model, named: list[bytes]) -> Weights:
    """Sections 7 and 16; named: the payload of BASE, if there is one."""
    length = int.from_bytes(payload[:2], "little")
    pack = Pack(payload[2 : 2 + length])
    tensors, flat_ranges = pack.value()
    network_shapes, context_shapes = model.network_shapes(), model.context_shapes()
    shapes = [*network_shapes, *(shape for level in context_shapes for shape in level)]
    if pack.at != length or len(tensors) != len(shapes):
        raise Illegal("tensors")
    if len(flat_ranges) != sum(level.channels for level in model.levels):
        raise Illegal("ranges")
    if not all(-1023 <= lowest <= highest <= 1023 for lowest, highest in flat_ranges):
        raise Illegal("ranges")
    stream = RangeReader(payload[2 + length :])
    integers = [tensor(stream, entry, shape) for entry, shape in zip(tensors, shapes, strict=True)]
    stream.end()
    if named:
        others = base_table(named[0], model, shapes)
        steps = [step for step, *_ in tensors]
        integers = [one + other for one, other in zip(integers, rescaled(others, steps), strict=True)]
    count = len(network_shapes)
    if any(step != CONTEXT_STEP for step, *_ in tensors[count:]):
        raise Illegal("context model")
    network = [n * 2.0 ** (step / 4) for n, (step, *_) in zip(integers[:count], tensors, strict=False)]
    rest, ranges = iter(integers[count:]), iter(flat_ranges)
    return Weights(
        [part.astype(np.float32) for part in network],
        [[next(rest) for _ in level] for level in context_shapes],
        [[tuple(next(ranges)) for _ in range(level.channels)] for level in model.levels],
    )


def base_table(named: bytes, model: Model, shapes: list[tuple[int, ...]]) -> list[tuple[Ints, int]]:
    """Section 16: the integers and the step of every tensor of the table that a file names."""
    if len(named) != 6 or named[0] not in (1, 2):
        raise Illegal("base")
    blob = (BASES / f"{named[0]}.bin").read_bytes()
    if named[2:] != hashlib.sha256(blob).digest()[:4]:
        raise Illegal("base")
    at = 0
    while at < len(blob):
        channels, table, length = blob[at], blob[at + 1], int.from_bytes(blob[at + 2 : at + 6], "little")
        payload, at = blob[at + 6 : at + 6 + length], at + 6 + length
        if (channels, table) == (model.channels, named[1]):
            break
    else:
        raise Illegal("base")
    found, start = [], 1
    for _ in range(payload[0]):
        axes = payload[start]
        found.append(tuple(payload[start + 1 : start + 1 + axes]))
        start += 1 + axes
    if found != shapes or model.conditioning != "pyramid" or model.posed:
        raise Illegal("base")
    size = int.from_bytes(payload[start : start + 2], "little")
    tensors, _ = Pack(payload[start + 2 : start + 2 + size]).value()
    stream = RangeReader(payload[start + 2 + size :])
    return [(tensor(stream, entry, shape), entry[0]) for entry, shape in zip(tensors, shapes, strict=True)]


def rescaled(tensors: list[tuple[Ints, int]], steps: list[int]) -> list[Ints]:
    """Section 16: integers at the steps of a file."""
    found = []
    for (integers, own), step in zip(tensors, steps, strict=True):
        octaves, quarter = divmod(own - step, 4)
        found.append(np.floor(integers * 2.0 ** (quarter / 4) * 2.0**octaves + 0.5).astype(np.int64))
    return found


def tensor(stream: RangeReader, entry: list[int], shape: tuple[int, ...]) -> Ints:
    """The integers of one tensor."""
    step, scale, lowest, highest = entry
    if not (-96 <= step <= 32 and -40 <= scale <= 56 and -16384 <= lowest <= highest <= 16384):
        raise Illegal("tensor")
    table = laplace(0, scale, lowest, highest)
    found = [lowest + stream.symbol(table) for _ in range(math.prod(shape))]
    return np.array(found, dtype=np.int64).reshape(shape)


@lru_cache(maxsize=256)
def laplace(mean: int, scale: int, lowest: int, highest: int, likely: int = 0, weight: int = 0) -> list[int]:
    """Section 9: the frequencies of lowest to highest; section 17: with a weight for what is likely."""
    k = highest - lowest + 1
    j = np.arange(1, k)
    offset = (lowest + j) * 256 - 128 - mean
    half = DECAY[np.minimum((np.abs(offset) * INVERSE[scale]) >> 16, 3072)] >> 1
    below = np.where(offset < 0, half, 65536 - half)
    below = below + ((np.where(lowest + j > likely, 65536, 0) - below) * weight >> 8)
    bounds = ((below * (65536 - k)) >> 16) + j
    frequencies: list[int] = np.diff(bounds, prepend=0, append=65536).tolist()
    return frequencies


def fixed(total: int, has: int, wanted: int) -> int:
    """Section 9: a sum with `has` fractional bits as one with `wanted`, to the nearest."""
    if wanted >= has:
        return total << (wanted - has)
    return (total + (1 << (has - wanted - 1))) >> (has - wanted)


def distribution(mean: int, scale: int, bits: int) -> tuple[int, int]:
    """Mean and scale from the two outputs of the context model."""
    mean = min(max(fixed(mean, bits, 8), -262144), 262144)
    return mean, min(max(fixed(scale, bits, 3), -40), 56)


def waves(rows: int, columns: int, delay: int) -> Iterator[list[tuple[int, int]]]:
    """Sections 8 and 17: the cells of one image, wave by wave, without end."""
    w = -delay
    while True:
        yield [(r, w - 2 * r) for r in range(rows) if 0 <= w - 2 * r < columns]
        w += 1


def latents(
    payload: bytes, model: Model, found: Weights, sizes: list[tuple[int, int]], shared: References | None
) -> list[list[Ints]]:
    """Sections 8 and 17: for each image of a block, for each level, the integers (channels, rows, columns)."""
    stream = RangeReader(payload)
    others = shared.of_block(stream, sizes) if shared else [None] * len(sizes)
    late = delays(others)
    shapes = [[(level.channels, *level.cells(*size)) for level in model.levels] for size in sizes]
    planes = [[np.zeros(shape, dtype=np.int64) for shape in image] for image in shapes]
    for number, level in enumerate(model.levels):
        for c in range(level.channels):
            lowest = found.ranges[number][c][0]
            images = [image[number] for image in planes]
            last = max(plane.shape[2] - 1 + 2 * (plane.shape[1] - 1) for plane in images) + max(late)
            cells = [waves(*plane.shape[1:], delay) for plane, delay in zip(images, late, strict=True)]
            for _ in range(last + 1):
                for image, walk in enumerate(cells):
                    for r, q in next(walk):
                        mean, scale = cell(model, found, planes[image], number, c, r, q)
                        likely, share, other = 0, 0, others[image]
                        if shared and other is not None:
                            step = model.levels[number - 1].shift - level.shift if number else 0
                            codes, place = shared.codes[number], (number, c, r, q)
                            share = weight(codes, planes[image], planes[other], place, step, scale)
                            likely = int(planes[other][number][c, r, q])
                        table = laplace(mean, scale, *found.ranges[number][c], likely, share)
                        planes[image][number][c, r, q] = lowest + stream.symbol(table)
    stream.end()
    return planes


def division(sizes: list[tuple[int, int]]) -> list[range]:
    """Section 8: the images of each block."""
    blocks = [range(0)]
    for image in range(len(sizes)):
        longer = range(blocks[-1].start, image + 1)
        if len(longer) > 64 or (len(longer) > 1 and sum(sizes[i][0] * sizes[i][1] for i in longer) > 2**22):
            longer = range(image, image + 1)
            blocks.append(longer)
        blocks[-1] = longer
    return blocks


def cell(model: Model, found: Weights, planes: list[Ints], number: int, c: int, r: int, q: int) -> tuple[int, int]:
    """Section 9: mean and scale of one latent."""
    level, tensors = model.levels[number], found.context[number]
    if level.static:
        mean, scale = tensors[0][c].tolist()
        return distribution(mean, scale, CONTEXT_BITS)
    plane = planes[number]

    def value(channel: int, down: int, across: int) -> int:
        row, column = r + down, q + across
        inside = channel >= 0 and 0 <= row < plane.shape[1] and 0 <= column < plane.shape[2]
        return int(plane[channel, row, column]) if inside else 0

    context = [value(c, *place) for place in SAME]
    if level.channels > 1:
        context += [value(c - 1, *place) for place in BEFORE] + [value(c - 2, 0, 0)]
    if number and not model.levels[number - 1].static:
        d = model.levels[number - 1].shift - level.shift
        context += planes[number - 1][:, r >> d, q >> d].tolist()
    first, bias, second, last = tensors
    h = np.maximum(0, bias[c] + first[c] @ np.array(context))
    mean, scale = ((last[c] << CONTEXT_BITS) + second[c] @ h).tolist()
    return distribution(mean, scale, 2 * CONTEXT_BITS)
