"""Sets that are read in parts: what is asked for, how often, and by several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from made_up import assert_same_latents, random_set

from inrcodec.bitstream.container import BLOCK, NAMES, write_chunks
from inrcodec.bitstream.ranged import RangedSet, layout
from inrcodec.bitstream.stored import StoredSet
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level

SMALL = {"levels": (Level(1, 1),), "context_width": 2, "hidden_width": 2}
IMAGES = 64 * 4


class Parts:
    """A file of four blocks, and every range of it that was asked for."""

    def __init__(self, blob: bytes) -> None:
        self.blob, self.asked = blob, list[tuple[int, int]]()
        self.whole = StoredSet(blob, field_shapes)
        self.head, self.blocks = layout(self.whole.chunks)

    def read(self, start: int, end: int) -> bytes:
        self.asked.append((start, end))
        return self.blob[start:end]

    def opened(self) -> RangedSet:
        return RangedSet(self.read, len(self.blob), self.head, self.blocks, field_shapes)


@pytest.fixture(scope="module")
def blob() -> bytes:
    return random_set(4, images=IMAGES, side=2, **SMALL).file()


def test_all_blocks_are_asked_for_once_whoever_comes_back_to_them(blob: bytes) -> None:
    parts = Parts(blob)
    found = parts.opened()
    for image in (0, 64, 128, 192, 0, 64, 128, 192, 255):
        assert_same_latents([found.latents(image)], [parts.whole.latents(image)])
    ends = parts.head, parts.head + sum(parts.blocks)
    assert len(parts.blocks) == 4
    assert [(end - start) for start, end in parts.asked] == [parts.head, *parts.blocks[:2], ends[1] - ends[0]]


def test_threads_share_what_is_read(blob: bytes) -> None:
    parts = Parts(blob)
    found = parts.opened()
    with ThreadPoolExecutor(8) as threads:
        latents = list(threads.map(found.latents, range(0, IMAGES, 4)))
    assert_same_latents(latents, [parts.whole.latents(image) for image in range(0, IMAGES, 4)])
    assert len(parts.asked) == 4  # the head, two blocks, all of them


def test_names_may_stand_before_the_blocks(blob: bytes) -> None:
    chunks = StoredSet(blob, field_shapes).chunks
    names = next(chunk for chunk in chunks if chunk.kind == NAMES)
    others = [chunk for chunk in chunks if chunk.kind != NAMES]
    first = next(at for at, chunk in enumerate(others) if chunk.kind == BLOCK)
    parts = Parts(write_chunks([*others[:first], names, *others[first:]]))
    assert parts.opened().names() == parts.whole.names() is not None
    assert len(parts.asked) == 1
