"""A whole set as it is stored: everything a file says, packed into bytes and read back, blocks only when asked for."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property

from inrcodec.bitstream.base import decode_against, decode_base
from inrcodec.bitstream.container import (
    BASE,
    BLOCK,
    CRITICAL,
    ENCODER,
    ENDS,
    FIGURES,
    HEAD,
    LOST,
    NAMES,
    POSES,
    RECORD,
    REFERENCES,
    TIMES,
    WEIGHTS,
    Chunk,
    read_chunks,
    size_of,
    write_chunks,
)
from inrcodec.bitstream.context import context_shapes, level_contexts
from inrcodec.bitstream.ends import Ends, decode_ends, encode_ends
from inrcodec.bitstream.figures import Column, decode_figures
from inrcodec.bitstream.header import decode_header
from inrcodec.bitstream.kept_blocks import KeptBlocks, placed
from inrcodec.bitstream.latents import BlockCoder, LatentCodec, Latents
from inrcodec.bitstream.limits import block_bounds, check_limits
from inrcodec.bitstream.names import decode_names
from inrcodec.bitstream.packing import measurements, shapes_of
from inrcodec.bitstream.poses import Codes, decode_poses
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.references import NONE, decode_references, references_of
from inrcodec.bitstream.related_latents import RelatedCodec
from inrcodec.bitstream.stored_chunks import StoredChunks
from inrcodec.bitstream.times import decode_times
from inrcodec.bitstream.weights import CodedTensor, Range, decode_weights
from inrcodec.errors import CorruptFileError
from inrcodec.settings import ModelSettings

LABELS = {
    WEIGHTS: "network",
    BLOCK: "latents",
    REFERENCES: "latents",
    POSES: "poses",
    NAMES: "names",
    TIMES: "times",
    FIGURES: "figures",
    RECORD: "record",
    ENCODER: "encoder",
}
NetworkShapes = Callable[[ModelSettings, int, int], Sequence[tuple[int, ...]]]  # the field knows them, the bytes do not


class StoredSet(StoredChunks):
    """A file's contents; the network is decoded when it is first asked for, and so are blocks.

    The last `kept_blocks` of these are kept, as far as `KeptBlocks` has room for them.
    """

    def __init__(
        self,
        blob: bytes,
        network_shapes: NetworkShapes,
        *,
        lenient: bool = False,
        salvage: bool = False,
        kept_blocks: int = 1,
    ) -> None:
        self._take(read_chunks(blob, lenient=lenient, salvage=salvage), len(blob), network_shapes, kept_blocks)

    def _take(self, chunks: tuple[Chunk, ...], size: int, network_shapes: NetworkShapes, kept_blocks: int) -> None:
        """Read what stands before the blocks; the rest waits until it is asked for. size: bytes of the file."""
        self.chunks = chunks
        self.size = size
        self.header = decode_header(self._only(HEAD))
        model = self.header.model
        network = network_shapes(model, self.header.channels, self.header.images)
        self.poses = self._poses()
        ends = self._maybe(ENDS)
        self.ends = Ends() if ends is None else decode_ends(ends, self.header.images)
        self.shapes = shapes_of(self.header)
        check_limits(model, self.shapes, network)
        self._bounds = block_bounds(self.shapes)
        expected = len(self._bounds) - 1 if model.levels else 0
        self._blocks = placed(self.chunks, expected)
        if len(self._blocks) != expected:
            raise CorruptFileError(f"{len(self._blocks)} blocks of latents where the header asks for {expected}")
        self._network_shapes = network
        named = self._maybe(BASE)
        references = self._maybe(REFERENCES)
        if named is None or references is None:
            self._refuse_lost_start()
        self.base = None if named is None else decode_base(named, model, self.header.channels, network)
        self.references = None if references is None else decode_references(references, model)
        self._kept = KeptBlocks(kept_blocks)
        self.kept_blocks = kept_blocks

    def _refuse_lost_start(self) -> None:
        """A reader that salvages may miss a chunk ahead of the weights: without it, numbers would be others."""
        for chunk in self.chunks:
            if chunk.kind == WEIGHTS:
                return
            if chunk.kind == LOST:
                raise CorruptFileError(chunk.damage or "what stands before the weights is lost")

    @property
    def weights(self) -> int:
        """How many numbers the network and the context model have; none of them is decoded for that."""
        return sum(map(math.prod, (*self._network_shapes, *context_shapes(self.header.model))))

    @cached_property
    def _tensors(self) -> tuple[tuple[CodedTensor, ...], tuple[Range, ...]]:
        model = self.header.model
        channels = sum(level.channels for level in model.levels)
        shapes = *self._network_shapes, *context_shapes(model)
        return decode_against(self.base, self._only(WEIGHTS), shapes, channels)

    @property
    def network(self) -> tuple[CodedTensor, ...]:
        """Tensors of the network."""
        return self._tensors[0][: len(self._network_shapes)]

    @property
    def context(self) -> tuple[CodedTensor, ...]:
        """Tensors of the context model."""
        return self._tensors[0][len(self._network_shapes) :]

    @cached_property
    def codec(self) -> LatentCodec:
        """What blocks are coded with."""
        model = self.header.model
        contexts = level_contexts(model, self.context)
        if self.references is not None:
            return RelatedCodec(model, contexts, self._tensors[1], self.references)
        return LatentCodec(model, contexts, self._tensors[1])

    def chosen(self, block: int) -> list[int]:
        """The references of a block's images, by their numbers in the block, or NONE."""
        payload, shapes = self._payload(block)
        if self.references is None:
            return [NONE] * len(shapes)
        return references_of(self.references, payload, shapes)

    def related(self) -> int:
        """How many images are coded from another one like them; blocks that are damaged count for nothing."""
        whole = [number for number, chunk in enumerate(self._blocks) if self.references and not chunk.damage]
        return sum(one != NONE for number in whole for one in self.chosen(number))

    def measured(self, figures: Sequence[Column], record: Record | None = None) -> bytes:
        """The bytes of this file with figures behind its names, and how its fit went; all else is taken over."""
        kept = [chunk for chunk in self.chunks if chunk.kind != FIGURES or not figures]
        kept = [chunk for chunk in kept if chunk.kind != RECORD or record is None]
        new = measurements(figures, record, size_of(kept))
        place = 1 + max(at for at, chunk in enumerate(kept) if chunk.kind in (WEIGHTS, BLOCK, NAMES, TIMES))
        return write_chunks([*kept[:place], *new, *kept[place:]])

    def with_ends(self, ends: Ends) -> StoredSet:
        """The same set, drawn with ends of the scale met: see `numerics.ends`; nothing is decoded anew."""
        other = copy(self)
        other.chunks = self.chunks[0], Chunk(ENDS, encode_ends(ends)), *self.chunks[1:]
        other.size, other.ends = self.size + other.chunks[1].size, ends
        return other

    def reread(self, blob: bytes) -> StoredSet:
        """The file read from bytes that differ from this one's in ancillary chunks alone; nothing is decoded anew."""
        chunks = read_chunks(blob)
        if [chunk for chunk in chunks if chunk.kind in CRITICAL] != [c for c in self.chunks if c.kind in CRITICAL]:
            raise ValueError("the bytes hold another set")
        other = copy(self)
        other.chunks, other.size = chunks, len(blob)
        return other

    def latents(self, image: int) -> Latents:
        """The latents of an image, int16 (channels, cells down, cells across) per level; decodes its block."""
        if not self.header.model.levels:
            return ()
        block = self.block_of(image)
        images = self._kept.use(block)
        if images is None:
            images = self._decode(block)
            self.keep(block, images)
        return images[image - self._bounds[block]]

    def block_of(self, image: int) -> int:
        """The number of the block that holds an image: images of one block cost no more to decode than one of them."""
        return bisect_right(self._bounds, image) - 1

    @property
    def blocks(self) -> int:
        """How many there are."""
        return len(self._bounds) - 1

    def images_of(self, block: int) -> range:
        """The numbers of a block's images."""
        return range(self._bounds[block], self._bounds[block + 1])

    def has(self, block: int) -> bool:
        """Whether the latents of a block are at hand."""
        return block in self._kept or not self.header.model.levels

    def at_hand(self, block: int) -> tuple[Latents, ...]:
        """The latents of a block's images as far as they are kept; nothing where they are not."""
        return self._kept.at_hand(block)

    def keep(self, block: int, images: tuple[Latents, ...]) -> None:
        """Latents that were decoded elsewhere, as `latents` gives them, for every image of a block."""
        self._kept.keep(block, images)

    def forget(self) -> None:
        """Keep no block: what is asked for next is read from the file."""
        self._kept.forget()

    def names(self) -> tuple[str, ...] | None:
        """The images' names, or None where the file has none."""
        payload = self._maybe(NAMES)
        return None if payload is None else tuple(decode_names(payload, self.header.images))

    def figures(self) -> tuple[Column, ...]:
        """The figures measured when the file was written."""
        payload = self._maybe(FIGURES)
        return () if payload is None else decode_figures(payload, self.header.images)

    def times(self) -> tuple[float, ...] | None:
        """Seconds that each image is shown, where they are the frames of a clip."""
        payload = self._maybe(TIMES)
        return None if payload is None else decode_times(payload, self.header.images)

    def encoder(self, shapes: Sequence[tuple[int, ...]]) -> tuple[CodedTensor, ...] | None:
        """The tensors of the network from pictures to codes, which have these shapes, or None where there is none."""
        payload = self._maybe(ENCODER)
        return None if payload is None else decode_weights(payload, shapes, 0)[0]

    def latent_bits(self) -> int:
        """Bits of all blocks together."""
        return 8 * sum(length for kind, length in self._lengths() if kind == BLOCK)

    def parts(self) -> tuple[tuple[str, int], ...]:
        """What the bytes are spent on, as (label, bytes); they add up to the file's size."""
        return self._spent_on(LABELS)

    def _poses(self) -> Codes | None:
        payload, posed = self._maybe(POSES), self.header.model.posed
        if posed != (payload is not None):
            raise CorruptFileError(f"poses: {'none where the header asks for them' if posed else 'in a plain space'}")
        return None if payload is None else decode_poses(payload, self.header.images)

    def read(self, blocks: Sequence[int], coder: BlockCoder) -> list[tuple[Latents, ...]]:
        """The images of some blocks, decoded by a coder; none is kept."""
        return coder.decode(self.codec, [self._payload(block) for block in blocks])

    def _decode(self, block: int) -> tuple[Latents, ...]:
        return self.codec.decode(*self._payload(block))

    def _payload(self, block: int) -> tuple[bytes, Sequence[tuple[int, int]]]:
        """The bytes of a block, and the (height, width) of its images."""
        chunk = self._blocks[block]
        if chunk.damage:
            raise CorruptFileError(chunk.damage)
        return chunk.payload, self.shapes[self._bounds[block] : self._bounds[block + 1]]
