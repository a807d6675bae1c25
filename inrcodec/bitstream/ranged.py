"""A set whose file is read in parts: what stands before the blocks, blocks as they are asked for, and the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from inrcodec.bitstream.container import BLOCK, TAIL, Chunk, check_order, chunks_within
from inrcodec.bitstream.stored import NetworkShapes, StoredSet
from inrcodec.errors import CorruptFileError

Read = Callable[[int, int], bytes]  # bytes of the file from one place to before another
SINGLE_BLOCKS = 2  # that are read one by one; who asks for another one gets all of them, once
MOST_AT_ONCE = 1 << 26  # bytes
FRAME = 12  # bytes of a chunk beside its payload


def layout(chunks: Sequence[Chunk]) -> tuple[int, list[int]]:
    """Where the blocks of a file begin, and how many bytes each takes; (0, []) where they do not lie side by side."""
    blocks = [chunk for chunk in chunks if chunk.kind == BLOCK and not chunk.damage]
    sizes = [block.size for block in blocks]
    if not blocks:
        return 0, []
    ends = list(accumulate(sizes, initial=blocks[0].offset))
    return (blocks[0].offset, sizes) if ends[:-1] == [block.offset for block in blocks] else (0, [])


class RangedSet(StoredSet):
    """The same as a whole file that was read, as far as one asks; every chunk is checked when its bytes are there."""

    def __init__(
        self,
        read: Read,
        size: int,
        head: int,
        blocks: Sequence[int],
        network_shapes: NetworkShapes,
        *,
        kept_blocks: int = 1,
    ) -> None:
        """size: of the file; head, blocks: its `layout`, as somebody tells it; CorruptFileError where it is another."""
        self._read, self._head = read, head
        self._starts = list(accumulate(blocks, initial=head))
        self._raw: dict[int, bytes] = {}  # blocks that were read, as they are in the file
        self._fetching = threading.Lock()  # threads that draw share what is read
        start = self._piece(0, head)
        given = (*chunks_within(start, 0), *(Chunk(BLOCK, b"", at) for at in self._starts[:-1]))
        check_order([*given, Chunk(TAIL, b"")])
        self._take(given, size, network_shapes, kept_blocks)

    def _piece(self, start: int, end: int) -> bytes:
        found = self._read(start, end)
        if len(found) != end - start:
            raise CorruptFileError(f"file is cut short: {len(found)} bytes from byte {start} on, not {end - start}")
        return found

    def _payload(self, block: int) -> tuple[bytes, Sequence[tuple[int, int]]]:
        start, end = self._starts[block : block + 2]
        with self._fetching:
            fetched = self._raw.get(block) or self._fetched(block)
        found = chunks_within(fetched, start)
        if len(found) != 1 or found[0].kind != BLOCK or start + found[0].size != end:
            raise CorruptFileError(f"no block of latents where one should be, at byte {start}")
        return found[0].payload, self.shapes[self._bounds[block] : self._bounds[block + 1]]

    def _fetched(self, block: int) -> bytes:
        """The bytes of a block; of all others, too, where one goes through them. They are kept where they are few."""
        first, last = self._starts[0], self._starts[-1]
        if last - first > MOST_AT_ONCE:
            return self._piece(*self._starts[block : block + 2])
        if len(self._raw) < SINGLE_BLOCKS:
            self._raw[block] = self._piece(*self._starts[block : block + 2])
            return self._raw[block]
        piece = self._piece(first, last)
        for at, (start, end) in enumerate(zip(self._starts[:-1], self._starts[1:], strict=True)):
            self._raw[at] = piece[start - first : end - first]
        return self._raw[block]

    @cached_property
    def _rest(self) -> tuple[Chunk, ...]:
        """What stands behind the blocks, without the closing TAIL."""
        found = chunks_within(self._piece(self._starts[-1], self.size), self._starts[-1])
        if not found or found[-1].kind != TAIL:
            raise CorruptFileError("file is cut short: it has no end")
        return found[:-1]

    def _maybe(self, kind: bytes) -> bytes | None:
        before = super()._maybe(kind)
        if before is not None or kind.isupper():  # critical kinds stand before the blocks; others mostly do not
            return before
        return next((chunk.payload for chunk in self._rest if chunk.kind == kind), None)

    def _lengths(self) -> Iterator[tuple[bytes, int]]:
        sizes = iter(end - start - FRAME for start, end in zip(self._starts[:-1], self._starts[1:], strict=True))
        for chunk in (*self.chunks, *self._rest):
            yield chunk.kind, next(sizes) if chunk.kind == BLOCK else len(chunk.payload)
