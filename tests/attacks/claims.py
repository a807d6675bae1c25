"""Legal files of some hundred bytes that claim as much as the format lets them: weights are zero, latents one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from inrcodec.bitstream.base import base_for, encode_base
from inrcodec.bitstream.container import BASE, BLOCK, HEAD, REFERENCES, WEIGHTS, Chunk, write_chunks
from inrcodec.bitstream.context import CONTEXT_STEP, context_shapes
from inrcodec.bitstream.header import Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import block_bounds
from inrcodec.bitstream.rangecoder import RangeEncoder
from inrcodec.bitstream.references import NONE, References, put_references
from inrcodec.bitstream.signal_header import SignalHeader
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor, Range, encode_weights
from inrcodec.field.field import field_shapes
from inrcodec.field.signal_field import signal_shapes
from inrcodec.settings import WHOLE, Holdout, Level, ModelSettings, NetworkSettings

FINE = (Level(0, 8),)


def claiming(
    model: ModelSettings, sizes: Sequence[tuple[int, int]], latents: Range = (0, 0), *, chain: bool = False
) -> bytes:
    """A file of a model and images of these (height, width), with no more in it than what the format asks for.

    chain: every image of a block has the one before it as its reference.
    """
    network = [CodedTensor(np.zeros(shape, np.int64), 0) for shape in field_shapes(model, 3, len(sizes))]
    return _file(model, sizes, network, latents, [Chunk(REFERENCES, bytes((0, 255)))] if chain else [])


def claiming_base(sizes: Sequence[tuple[int, int]], step: int) -> bytes:
    """The same of a network that is the program's own, at an odd quantization step."""
    model = ModelSettings()
    shapes = field_shapes(model, 3, len(sizes))
    base = base_for(model, 3, shapes, 0)
    assert base is not None
    network = [CodedTensor(np.zeros(shape, np.int64), step) for shape in shapes]
    return _file(model, sizes, network, (0, 0), [Chunk(BASE, encode_base(base))])


def _file(
    model: ModelSettings,
    sizes: Sequence[tuple[int, int]],
    network: Sequence[CodedTensor],
    latents: Range,
    ahead: Sequence[Chunk],
) -> bytes:
    shapes, index = pack_shapes(sizes)
    header = Header(1, 3, len(sizes), shapes, index, model, Holdout(), "x")
    context = [CodedTensor(np.zeros(shape, np.int64), CONTEXT_STEP) for shape in context_shapes(model)]
    ranges = (latents,) * sum(level.channels for level in model.levels)
    blocks = [Chunk(BLOCK, _block(last - first, ahead)) for first, last in pairwise(block_bounds(sizes))]
    weights = encode_weights([*network, *context], ranges)
    return write_chunks(
        [Chunk(HEAD, encode_header(header)), *ahead, Chunk(WEIGHTS, weights), *(blocks if model.levels else ())]
    )


def _block(images: int, ahead: Sequence[Chunk]) -> bytes:
    """Latents of one value take nothing; references are all that a block has."""
    if not any(chunk.kind == REFERENCES for chunk in ahead):
        return b""
    coder = RangeEncoder()
    put_references(coder, References(0, 255, np.zeros((0, 0), np.uint8)), range(NONE, images - 1))
    return coder.finish()


def claiming_signal(kind: str, axes: tuple[int, ...], network: NetworkSettings, channels: int = 1) -> bytes:
    """The same of one signal."""
    shapes = signal_shapes(network, channels, len(axes))
    header = SignalHeader(2, kind, axes, channels, network, ((-1.0, 1.0),) * len(axes), ((-1.0, 1.0),) * channels, "x")
    return pack_signal(header, [CodedTensor(np.zeros(shape, np.int64), 0) for shape in shapes], "x")


# Whatever reads a file, with the picture that joins it and a place to write; `browse` has tests of its own.
COMMANDS = (
    "info {file}",
    "verify {file}",
    "report {file}",
    "report {file} --html {out}.html",
    "decode {file} -o {out}",
    "decode {file} --size 16 -o {out}",
    "decode {file} --sheet -o {out}.png",
    "derive {file} --gradient -o {out}",
    "derive {file} --laplacian --size 16 -o {out}",
    "neighbors {file} 0",
    "pairs {file} --similar 3",
    "morph {file} 0 1 -o {out}.gif",
    "fuse {file} --index 0,1 -o {out}.png",
    "add {file} {picture} -o {out}.inr",
    "replace {file} 0 {picture} -o {out}.inr",
    "remove {file} 0 -o {out}.inr",
)


def claims(*names: str) -> dict[str, bytes]:
    """What each exaggerates, and the file; of all, or of those that are named."""
    return {name: MADE[name]() for name in names or MADE}


MADE: dict[str, Callable[[], bytes]] = {
    "weights": lambda: claiming(ModelSettings("grid", 4096, 2, 1, ()), [(64, 64)]),
    "points": lambda: claiming(ModelSettings("grid", 32, 2, 8, ()), [(4096, 16384)]),
    "latents": lambda: claiming(ModelSettings("pyramid", 8, 1, 1, FINE), [(4096, 4096)]),
    "alphabets": lambda: claiming(ModelSettings("pyramid", 8, 1, 1, FINE, 128), [(1024, 1024)], (-1023, 1023)),
    "images": lambda: claiming(ModelSettings("grid", 8, 1, 1, ()), [(8, 8)] * 100_000),
    "pixels": lambda: claiming(ModelSettings(), [(2048, 2048)]),
    "large": lambda: claiming(ModelSettings(), [(2048, 2048)] * 2),
    "wide": lambda: claiming(ModelSettings("pyramid", 4096, 2), [(16, 16)] * 2),
    "deep": lambda: claiming(ModelSettings("pyramid", 2048, 4), [(64, 64)] * 2),
    "many": lambda: claiming(ModelSettings(), [(8, 8)] * 40_000),
    "long": lambda: claiming(ModelSettings(), [(8192, 1), (1, 8192)] * 8),
    "waves": lambda: claiming(ModelSettings("pyramid", 8, 1, 1, (Level(0, 64),)), [(16384, 1), (1, 16384)]),
    "references": lambda: claiming(ModelSettings(), [(16, 16)] * 6400, chain=True),
    "chain": lambda: claiming(ModelSettings(), [(256, 256)] * 64, chain=True),
    "codes": lambda: claiming(ModelSettings("latent", 32, 2, 1, (Level(WHOLE, 1024),)), [(16, 16)] * 2000),
    "base": lambda: claiming_base([(64, 64)] * 2, -96),
    "coarse-base": lambda: claiming_base([(2048, 2048)], 32),
    "sound": lambda: claiming_signal("sound", (1 << 26,), NetworkSettings(64, 3)),
    "clip": lambda: claiming_signal("video", (4096, 4096, 64), NetworkSettings(16, 2), 3),
    "frames": lambda: claiming_signal("video", (1, 1, 1 << 31), NetworkSettings(8, 1)),
    "shape": lambda: claiming_signal("shape", (1024, 1024, 1024), NetworkSettings(64, 3)),
    "wide-sound": lambda: claiming_signal("sound", (4096,), NetworkSettings(4096, 2)),
}
FEW = (
    "points", "latents", "alphabets", "pixels", "large", "long", "waves", "chain", "base", "coarse-base", "sound",
    "clip", "shape",
)  # fmt: skip  # of few images and weights: read in no time as long as nothing is drawn
