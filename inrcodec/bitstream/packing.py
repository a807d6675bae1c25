"""From what a fit leaves to the bytes of a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.base import Base, encode_against, encode_base
from inrcodec.bitstream.choosing_references import Choice, choose_all, share_alike
from inrcodec.bitstream.container import (
    BASE,
    BLOCK,
    ENCODER,
    FIGURES,
    HEAD,
    NAMES,
    POSES,
    RECORD,
    REFERENCES,
    TIMES,
    WEIGHTS,
    Chunk,
    size_of,
    write_chunks,
)
from inrcodec.bitstream.context import level_contexts
from inrcodec.bitstream.figures import Column, encode_figures_within
from inrcodec.bitstream.header import Header, encode_header, image_shapes
from inrcodec.bitstream.latents import BlockCoder, LatentCodec, Latents
from inrcodec.bitstream.likeness import GoOn
from inrcodec.bitstream.limits import block_bounds, check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.poses import Codes, encode_poses
from inrcodec.bitstream.record import Record, encode_record
from inrcodec.bitstream.related_latents import RelatedCodec
from inrcodec.bitstream.times import encode_times
from inrcodec.bitstream.weights import CodedTensor, Range, encode_weights

FIGURES_SHARE, LEAST_FIGURES = 0.05, 512  # of the rest of a file; bytes that figures may take in any case
RECORD_RESOLUTION = 127  # of a column of the training record


def pack_latents(
    header: Header,
    context: Sequence[CodedTensor],
    latents: Sequence[Latents],
    coder: BlockCoder | None = None,
    *,
    share: bool = False,
    go_on: GoOn = lambda pixels: True,
    choice: Choice | None = None,
) -> tuple[tuple[Range, ...], list[Chunk], npt.NDArray[np.float64]]:
    """Ranges of the channels, the blocks, and the bits (images,) that each image takes in them.

    coder: codes blocks in the place of the codec itself; share: images may be coded from others like them; where that
    makes the file smaller, the first chunk says how; go_on: see `choose_all`; choice: what is known of
    that already.
    """
    shapes = shapes_of(header)
    check_limits(header.model, shapes, ())
    ranges = _ranges(header, latents)
    if not ranges:
        return (), [], np.zeros(len(latents))
    codec = LatentCodec(header.model, level_contexts(header.model, context), ranges)
    parts = _blocks(latents, shapes)
    if share and choice is None:
        choice = choose_all(codec, parts, go_on, coder)
    if choice is not None:
        related = RelatedCodec(codec.model, codec.contexts, codec.ranges, choice.references)
        if coder is not None:
            packed = coder.encode(related, parts, choice.chosen)
        else:
            packed = [related.encode_with(*part, chosen) for part, chosen in zip(parts, choice.chosen, strict=True)]
    else:
        packed = [codec.encode(*part) for part in parts] if coder is None else coder.encode(codec, parts)
    blocks = [Chunk(BLOCK, payload) for payload, _ in packed]
    return ranges, [*([choice.chunk] if choice else []), *blocks], np.concatenate([bits for _, bits in packed])


def share_related(header: Header, context: Sequence[CodedTensor], latents: Sequence[Latents]) -> float:
    """Share of the images that are like others, and worth a look: see `choose_all`."""
    ranges = _ranges(header, latents)
    codec = LatentCodec(header.model, level_contexts(header.model, context), ranges)
    return share_alike(codec, _blocks(latents, shapes_of(header))) if ranges else 0.0


def pack(
    header: Header,
    tensors: Sequence[CodedTensor],
    ranges: Sequence[Range],
    blocks: Sequence[Chunk],
    names: Sequence[str],
    figures: Sequence[Column],
    record: Record | None = None,
    poses: Codes | None = None,
    encoder: Sequence[CodedTensor] = (),
    times: Sequence[float] = (),
    base: Base | None = None,
) -> bytes:
    """The bytes of a file; `tensors` are the network's, then the context model's; poses (images, 4) if it has any.

    blocks: as `pack_latents` gives them; times: seconds that each image is shown, where they are the frames of a clip;
    base: what tensors are stored as differences from.
    """
    chunks = [Chunk(HEAD, encode_header(header))]
    if base is not None:
        chunks.append(Chunk(BASE, encode_base(base)))
    if poses is not None:
        chunks.append(Chunk(POSES, encode_poses(poses)))
    chunks += [chunk for chunk in blocks if chunk.kind == REFERENCES]
    chunks.append(Chunk(WEIGHTS, encode_against(base, tensors, ranges)))
    chunks += [chunk for chunk in blocks if chunk.kind == BLOCK]
    chunks.append(Chunk(NAMES, encode_names(list(names))))
    if times:
        chunks.append(Chunk(TIMES, encode_times(times)))
    chunks += measurements(figures, record, size_of(chunks))
    if encoder:
        chunks.append(Chunk(ENCODER, encode_weights(encoder, ())))
    return write_chunks(chunks)


def measurements(figures: Sequence[Column], record: Record | None, others: int) -> list[Chunk]:
    """Chunks of figures, which take a small share of a file that has `others` bytes besides, and of the record."""
    chunks = []
    if figures:
        room = max(LEAST_FIGURES, int(FIGURES_SHARE * others))
        chunks.append(Chunk(FIGURES, encode_figures_within(figures, room)))
    if record:
        chunks.append(Chunk(RECORD, encode_record(record, top=RECORD_RESOLUTION)))
    return chunks


def _blocks(
    latents: Sequence[Latents], shapes: Sequence[tuple[int, int]]
) -> list[tuple[Sequence[Latents], Sequence[tuple[int, int]]]]:
    """The images of every block."""
    return [(latents[first:last], shapes[first:last]) for first, last in pairwise(block_bounds(shapes))]


def _ranges(header: Header, latents: Sequence[Latents]) -> tuple[Range, ...]:
    ranges = []
    for number, level in enumerate(header.model.levels):
        for channel in range(level.channels):
            lowest = min(int(image[number][channel].min()) for image in latents)
            highest = max(int(image[number][channel].max()) for image in latents)
            ranges.append((lowest, highest))
    return tuple(ranges)


def shapes_of(header: Header) -> list[tuple[int, int]]:
    """(height, width) of every image."""
    return [(height, width) for height, width in image_shapes(header).tolist()]
