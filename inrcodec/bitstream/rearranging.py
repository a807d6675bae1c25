"""Fewer images of a file, or others in their places: what stays decodes to what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np

from inrcodec.bitstream.appending import Extended, checked_chunks
from inrcodec.bitstream.container import BLOCK, Chunk
from inrcodec.bitstream.figures import LATENT_BITS, Column
from inrcodec.bitstream.header import encode_header, pack_shapes
from inrcodec.bitstream.latents import Latents
from inrcodec.bitstream.limits import block_bounds, check_limits
from inrcodec.bitstream.stored import StoredSet


@dataclass(frozen=True)
class Newcomer:
    """An image that takes a place: its (height, width), its latents, within the file's ranges, and see `Ends.white`."""

    shape: tuple[int, int]
    latents: Latents
    white: bool


def rearranged(stored: StoredSet, images: Sequence[int | Newcomer]) -> Extended:
    """The set of these images in this order: numbers of its own, and newcomers; bits: of every image."""
    checked_chunks(stored, "change it")
    everything = [stored.shapes[one] if isinstance(one, int) else one.shape for one in images]
    shapes, index = pack_shapes(everything)
    header = msgspec.structs.replace(stored.header, images=len(images), shapes=shapes, shape_index=index)
    encode_header(header)
    check_limits(header.model, everything, [tensor.integers.shape for tensor in stored.network])
    blocks = [chunk for chunk in stored.chunks if chunk.kind == BLOCK]
    known = {tuple(range(*span)): blocks[at] for at, span in enumerate(pairwise(block_bounds(stored.shapes)))}
    found, bits = [], []
    for first, last in pairwise(block_bounds(everything)):
        part = images[first:last]
        latents = [stored.latents(one) if isinstance(one, int) else one.latents for one in part]
        payload, shares = stored.codec.encode(latents, everything[first:last])
        kept = known.get(tuple(one if isinstance(one, int) else -1 for one in part))
        found.append(kept or Chunk(BLOCK, payload))
        bits.append(shares)
    ends = stored.ends.of([stored.ends.whitens(one) if isinstance(one, int) else one.white for one in images])
    return Extended(header, tuple(found), np.concatenate(bits), ends)


def rearranged_figures(
    stored: StoredSet, images: Sequence[int | Newcomer], measured: Sequence[Column], extended: Extended
) -> list[Column]:
    """The figures of these images; measured: columns of the newcomers, in order, unknown where there is none."""
    new = {column.name: column.values for column in measured}
    columns = []
    for column in stored.figures():
        fresh = iter(new.get(column.name, np.full(len(images), np.nan, np.float32)))
        values = np.array(
            [column.values[one] if isinstance(one, int) else next(fresh) for one in images], dtype=np.float32
        )
        if column.name == LATENT_BITS:
            values = np.log2(extended.bits + 1.0).astype(np.float32)
        finite = values[np.isfinite(values)]
        otherwise = np.inf if np.isposinf(values).any() else column.mean  # of all, where only that was kept
        mean = float(finite.mean()) if len(finite) else float(otherwise)
        columns.append(Column(column.name, mean, values, column.resolution))
    return columns
