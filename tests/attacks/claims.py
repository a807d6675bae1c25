"""Legal files of some hundred bytes that claim as much as the format lets them: weights are zero, latents one value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.bitstream.container import BLOCK, HEAD, WEIGHTS, Chunk, write_chunks
from inrcodec.bitstream.context import CONTEXT_STEP, context_shapes
from inrcodec.bitstream.header import Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import block_bounds
from inrcodec.bitstream.weights import CodedTensor, Range, encode_weights
from inrcodec.field.field import field_shapes
from inrcodec.settings import Holdout, Level, ModelSettings

FINE = (Level(0, 8),)


def claiming(model: ModelSettings, sizes: Sequence[tuple[int, int]], latents: Range = (0, 0)) -> bytes:
    """A file of a model and images of these (height, width), with no more in it than what the format asks for."""
    shapes, index = pack_shapes(sizes)
    header = Header(1, 3, len(sizes), shapes, index, model, Holdout(), "x")
    network = [CodedTensor(np.zeros(shape, np.int64), 0) for shape in field_shapes(model, 3, len(sizes))]
    context = [CodedTensor(np.zeros(shape, np.int64), CONTEXT_STEP) for shape in context_shapes(model)]
    ranges = (latents,) * sum(level.channels for level in model.levels)
    blocks = [Chunk(BLOCK, b"")] * (len(block_bounds(sizes)) - 1 if model.levels else 0)
    weights = encode_weights([*network, *context], ranges)
    return write_chunks([Chunk(HEAD, encode_header(header)), Chunk(WEIGHTS, weights), *blocks])


def claims() -> dict[str, bytes]:
    """What each exaggerates, and the file."""
    return {
        "weights": claiming(ModelSettings("grid", 4096, 2, 1, ()), [(64, 64)]),
        "points": claiming(ModelSettings("grid", 32, 2, 8, ()), [(4096, 16384)]),
        "latents": claiming(ModelSettings("pyramid", 8, 1, 1, FINE), [(4096, 4096)]),
        "alphabets": claiming(ModelSettings("pyramid", 8, 1, 1, FINE, 128), [(1024, 1024)], (-1023, 1023)),
        "images": claiming(ModelSettings("grid", 8, 1, 1, ()), [(8, 8)] * 100_000),
        "pixels": claiming(ModelSettings(), [(2048, 2048)]),
    }
