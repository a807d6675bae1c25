"""More images in a file that exists: what is there already stays as it is, and full blocks byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.container import BLOCK, ENDS, FIGURES, HEAD, NAMES, POSES, WEIGHTS, Chunk, size_of, write_chunks
from inrcodec.bitstream.ends import Ends, encode_ends
from inrcodec.bitstream.header import Header, encode_header, pack_shapes
from inrcodec.bitstream.latents import Latents
from inrcodec.bitstream.limits import block_bounds, check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.poses import Codes, encode_poses
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import UnsupportedFileError, UsageError


@dataclass(frozen=True)
class Extended:
    """A set with more images behind its own: blocks, the bits (new images,) that each of these takes, and its ends."""

    header: Header
    blocks: tuple[Chunk, ...]
    bits: npt.NDArray[np.float64]
    ends: Ends


def checked_chunks(stored: StoredSet, what: str) -> None:
    """Refuse a file with chunks that say something of single images: frames of a clip, or what nobody here knows."""
    if size_of(stored.chunks) != stored.size:
        raise UnsupportedFileError(f"it has chunks that a newer inrcodec wrote of its images; {what} with that one")
    if stored.times() is not None:
        raise UsageError("it holds the frames of a clip; encode them again, as they are to be")


def longer_header(stored: StoredSet, sizes: Sequence[tuple[int, int]]) -> Header:
    """The header with images of these (height, width) behind the others; raises what a reader of that file would."""
    checked_chunks(stored, "add to it")
    everything = [*stored.shapes, *sizes]
    shapes, index = pack_shapes(everything)
    header = msgspec.structs.replace(stored.header, images=len(everything), shapes=shapes, shape_index=index)
    encode_header(header)
    check_limits(header.model, everything, [tensor.integers.shape for tensor in stored.network])
    return header


def within_ranges(stored: StoredSet, latents: Sequence[Latents]) -> tuple[Latents, ...]:
    """Latents of new images limited to the ranges that a file codes: other ranges would be another file."""
    lowest, highest = (np.array(ends, np.int16) for ends in zip(*stored.codec.ranges, strict=True))
    counts = [level.channels for level in stored.header.model.levels]
    limits = [np.split(ends, np.cumsum(counts)[:-1]) for ends in (lowest, highest)]
    return tuple(
        tuple(
            np.clip(level, low[:, None, None], high[:, None, None])
            for level, low, high in zip(image, *limits, strict=True)
        )
        for image in latents
    )


def extend(
    stored: StoredSet, sizes: Sequence[tuple[int, int]], latents: Sequence[Latents], white: Sequence[bool]
) -> Extended:
    """Add images of these (height, width); white: those whose pixels near white are drawn white, see `Ends`."""
    header = longer_header(stored, sizes)
    known, everything = len(stored.shapes), [*stored.shapes, *sizes]
    blocks = [chunk for chunk in stored.chunks if chunk.kind == BLOCK]
    kept = set(pairwise(block_bounds(stored.shapes)))
    found: list[Chunk] = []
    shares = []
    for first, last in pairwise(block_bounds(everything)):
        if (first, last) in kept:
            found.append(blocks[len(found)])
            continue
        images = [stored.latents(number) for number in range(first, min(last, known))]
        images += latents[max(first, known) - known : max(last, known) - known]
        payload, bits = stored.codec.encode(images, everything[first:last])
        found.append(Chunk(BLOCK, payload))
        shares.append(bits[max(0, known - first) :])
    ends = stored.ends.of([*map(stored.ends.whitens, range(known)), *white])
    return Extended(header, tuple(found), np.concatenate(shares), ends)


def repacked(stored: StoredSet, extended: Extended, names: Sequence[str], poses: Codes | None) -> bytes:
    """The bytes of the longer file without figures; chunks that say nothing of single images are taken over."""
    changed = {HEAD: encode_header(extended.header), NAMES: encode_names(list(names))}
    if poses is not None:
        changed[POSES] = encode_poses(poses)
    if extended.ends.tolerance:
        changed[ENDS] = encode_ends(extended.ends)
    chunks: list[Chunk] = []
    for chunk in stored.chunks:
        if chunk.kind not in (BLOCK, FIGURES):
            chunks.append(Chunk(chunk.kind, changed.pop(chunk.kind, chunk.payload)))
    before = next(place for place, chunk in enumerate(chunks) if chunk.kind == WEIGHTS) + 1
    chunks[before:before] = extended.blocks
    return write_chunks([*chunks, *(Chunk(kind, payload) for kind, payload in changed.items())])
