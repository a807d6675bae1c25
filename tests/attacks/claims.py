"""Legal files of some hundred bytes that claim as much as the format lets them: weights are zero, latents one value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.bitstream.container import BLOCK, HEAD, WEIGHTS, Chunk, write_chunks
from inrcodec.bitstream.context import CONTEXT_STEP, context_shapes
from inrcodec.bitstream.header import Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import block_bounds
from inrcodec.bitstream.signal_header import SignalHeader
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor, Range, encode_weights
from inrcodec.field.field import field_shapes
from inrcodec.field.signal_field import signal_shapes
from inrcodec.settings import Holdout, Level, ModelSettings, NetworkSettings

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


def claims() -> dict[str, bytes]:
    """What each exaggerates, and the file."""
    return {
        "weights": claiming(ModelSettings("grid", 4096, 2, 1, ()), [(64, 64)]),
        "points": claiming(ModelSettings("grid", 32, 2, 8, ()), [(4096, 16384)]),
        "latents": claiming(ModelSettings("pyramid", 8, 1, 1, FINE), [(4096, 4096)]),
        "alphabets": claiming(ModelSettings("pyramid", 8, 1, 1, FINE, 128), [(1024, 1024)], (-1023, 1023)),
        "images": claiming(ModelSettings("grid", 8, 1, 1, ()), [(8, 8)] * 100_000),
        "pixels": claiming(ModelSettings(), [(2048, 2048)]),
        "large": claiming(ModelSettings(), [(2048, 2048)] * 2),
        "wide": claiming(ModelSettings("pyramid", 4096, 2), [(16, 16)] * 2),
        "deep": claiming(ModelSettings("pyramid", 2048, 4), [(64, 64)] * 2),
        "many": claiming(ModelSettings(), [(8, 8)] * 40_000),
        "long": claiming(ModelSettings(), [(8192, 1), (1, 8192)] * 8),
        "sound": claiming_signal("sound", (1 << 26,), NetworkSettings(64, 3)),
        "clip": claiming_signal("video", (4096, 4096, 64), NetworkSettings(16, 2), 3),
        "frames": claiming_signal("video", (1, 1, 1 << 31), NetworkSettings(8, 1)),
        "shape": claiming_signal("shape", (1024, 1024, 1024), NetworkSettings(64, 3)),
        "wide-sound": claiming_signal("sound", (4096,), NetworkSettings(4096, 2)),
    }
