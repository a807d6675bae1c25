"""The blocks of a file: those that are there, in their places, and the latents of those that were decoded last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from inrcodec.bitstream.container import BLOCK, LOST, Chunk
from inrcodec.bitstream.latents import Latents

KEPT_LATENTS = 1 << 26  # of decoded blocks: 128 MiB


def placed(chunks: Sequence[Chunk], expected: int) -> list[Chunk]:
    """The blocks, with damaged ones in the place of what a lenient reader could not make out.

    Behind the first and ahead of the last such place they are counted from the front and from the end; between two of
    them nobody knows which block is which.
    """
    runs: list[list[Chunk]] = [[]]
    lost = None
    for chunk in chunks:
        if chunk.kind == LOST:
            lost = lost or chunk
            runs.append([])
        elif chunk.kind == BLOCK:
            runs[-1].append(chunk)
    front, back = runs[0], runs[-1] if len(runs) > 1 else []
    missing = expected - len(front) - len(back)
    if lost is None or missing < 0:
        return [*front, *back]
    return [*front, *[Chunk(BLOCK, b"", lost.offset, lost.damage)] * missing, *back]


class KeptBlocks:
    """The last `most` blocks, as far as they have no more than KEPT_LATENTS values together; the last one always.

    Threads may share them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[int, tuple[Latents, ...]] = OrderedDict()  # the last one used stands last
        self._lock = threading.Lock()

    def __contains__(self, block: int) -> bool:
        return block in self._kept

    def use(self, block: int) -> tuple[Latents, ...] | None:
        """The latents of a block's images, which is the last one used now; None where it is not kept."""
        with self._lock:
            images = self._kept.get(block)
            if images is not None:
                self._kept.move_to_end(block)
            return images

    def at_hand(self, block: int) -> tuple[Latents, ...]:
        """The latents of a block's images; nothing where it is not kept."""
        return self._kept.get(block, ())

    def keep(self, block: int, images: tuple[Latents, ...]) -> None:
        """Keep a block, and forget those that were not used for longest where there are too many."""
        with self._lock:
            self._kept[block] = images
            self._kept.move_to_end(block)
            sizes = {kept: sum(level.size for image in found for level in image) for kept, found in self._kept.items()}
            while len(self._kept) > 1 and (len(self._kept) > self._most or sum(sizes.values()) > KEPT_LATENTS):
                del sizes[self._kept.popitem(last=False)[0]]

    def forget(self) -> None:
        """Keep none."""
        with self._lock:
            self._kept.clear()
