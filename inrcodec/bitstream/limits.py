"""What a header implies, bounded before anything of its size is allocated; and how its images fall into blocks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from inrcodec.bitstream.context import context_shapes
from inrcodec.errors import UnsupportedFileError
from inrcodec.settings import ModelSettings

Shape = tuple[int, int]  # height, width
BLOCK_IMAGES = 64
BLOCK_PIXELS = 1 << 22  # keeps what one block needs in memory below a gigabyte, and all blocks within MAX_CHUNKS
MAX_WEIGHTS = 1 << 25
MAX_PRODUCTS = 1 << 45  # of weights and values, to draw one image at its native size: half an hour on a processor
MAX_BLOCK_LATENTS = 1 << 27


def block_bounds(shapes: Sequence[Shape]) -> tuple[int, ...]:
    """The first image of each block, then the number of images; a block ends when it is full, in images or pixels."""
    bounds, pixels = [0], 0
    for number, (height, width) in enumerate(shapes):
        pixels += height * width
        if number > bounds[-1] and (number == bounds[-1] + BLOCK_IMAGES or pixels > BLOCK_PIXELS):
            bounds.append(number)
            pixels = height * width
    return (*bounds, len(shapes))


def check_limits(model: ModelSettings, shapes: Sequence[Shape], network: Sequence[tuple[int, ...]]) -> None:
    """Raise UnsupportedFileError when images of these (height, width) and a network of these tensors are too much."""
    weights = sum(map(math.prod, network))
    _check("number of weights", weights + sum(map(math.prod, context_shapes(model))), MAX_WEIGHTS)
    points = max(height * width for height, width in shapes) * model.footprint**2
    _check("number of multiplications for one image", points * weights, MAX_PRODUCTS)
    if model.levels:
        latents = {shape: _latents(model, shape) for shape in set(shapes)}
        for first, last in pairwise(block_bounds(shapes)):
            counts = Counter(shapes[first:last])
            total = sum(count * latents[shape] for shape, count in counts.items())
            _check("number of latents of a block", total, MAX_BLOCK_LATENTS)


def check_signal_limits(samples: int, network: Sequence[tuple[int, ...]]) -> None:
    """Raise UnsupportedFileError when so many samples, or a network of these tensors, are too much."""
    weights = sum(map(math.prod, network))
    _check("number of weights", weights, MAX_WEIGHTS)
    _check("number of multiplications for the signal", samples * weights, MAX_PRODUCTS)


def _latents(model: ModelSettings, shape: Shape) -> int:
    height, width = shape
    return sum(level.channels * level.cells(height) * level.cells(width) for level in model.levels)


def _check(what: str, value: int, highest: int) -> None:
    if value > highest:
        raise UnsupportedFileError(f"{what} is {value}, more than the {highest} that a file may ask for")
