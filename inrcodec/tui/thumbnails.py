"""Thumbnails of a set: what is seen is decoded in order, each once, then what will be seen next; some are kept.

In half blocks, and where the terminal draws pixels of its own, as sprites that are laid over those.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from inrcodec.archive import ArchivedImage
from inrcodec.field.work import TooMuchWork
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.backend import Sprite
from inrcodec.tui.blocks import Line
from inrcodec.tui.decoding import BLOCK
from inrcodec.tui.halfblocks import Levels, coarse, levels_of
from inrcodec.tui.host import Host
from inrcodec.tui.loader import Urgency

KEPT = 4000
MOST_BYTES = 48 << 20  # of what is kept
Made = TypeVar("Made")
Key = tuple[int, int]  # image number, characters across
OnReady = Callable[[], None]


class Damaged(str):
    """Why there is no picture; `word` stands in its place."""

    __slots__ = ()
    word = "damaged"


class Refused(Damaged):
    """The file asks for more work than its size lets one expect."""

    __slots__ = ()
    word = "too much"


class Small(Generic[Made]):
    """Small pictures by image number and width in characters, made by the loader."""

    SEEN, AHEAD = Urgency.SEEN, Urgency.AHEAD

    def __init__(self, host: Host, on_ready: OnReady) -> None:
        self._host, self._on_ready = host, on_ready
        self._lock = threading.Lock()  # of what follows: asked for in one thread, decoded in another
        self._kept: OrderedDict[Key, Made | Damaged] = OrderedDict()
        self._bytes = 0
        self._seen: Sequence[Key] = ()
        self._ahead: Sequence[Key] = ()
        self._fresh: list[int] = []  # image numbers since the last look

    def get(self, number: int, width: int) -> Made | Damaged | None:
        """What is to be drawn, or None while it is on its way."""
        with self._lock:
            return self._kept.get((number, width))

    def want(self, seen: Sequence[Key], ahead: Sequence[Key] = ()) -> None:
        """Make these, in this order; what was wanted before and is not any more is left."""
        with self._lock:
            self._seen, self._ahead = seen, ahead
            missing = [any(key not in self._kept for key in keys) for keys in (self._seen, self._ahead)]
        if missing[0]:
            self._host.loader.ask((id(self), "seen"), self._decode_seen, self._done, self.SEEN)
        if missing[1]:
            self._host.loader.ask((id(self), "ahead"), self._decode_ahead, self._done, self.AHEAD)

    def take_fresh(self) -> list[int]:
        """The image numbers that came in since this was asked last."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def clear(self) -> None:
        """Forget all of them: they are to look different now."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    # What is made

    def _make(self, image: ArchivedImage, width: int, backdrop: Backdrop) -> Made:
        raise NotImplementedError

    def _size(self, made: Made) -> int:
        """Bytes that it takes."""
        raise NotImplementedError

    # In the loader's thread

    def _decode_seen(self) -> None:
        self._decode_all(lambda: self._seen, Line.SEEN)

    def _decode_ahead(self) -> None:
        self._decode_all(lambda: self._ahead, Line.AHEAD)

    def _decode_all(self, wanted: Callable[[], Sequence[Key]], line: Line) -> None:
        """First what is at hand; blocks that are not come from other processes, or else are decoded here."""
        blocks, stored = self._host.blocks, self._host.archive.stored
        while missing := self._missing(wanted()):
            blocks.collect()
            at_hand = next((key for key in missing if stored.has(stored.block_of(key[0]))), None)
            if at_hand is None:
                numbers = dict.fromkeys(stored.block_of(number) for number, _ in missing)
                blocks.want(numbers, BLOCK, line)
                if blocks.expects((BLOCK, next(iter(numbers)))):
                    blocks.collect(0.05)
                    self._host.loader.serve()
                    continue
            self._decode(at_hand or missing[0])
            self._host.loader.serve()

    def _missing(self, keys: Sequence[Key]) -> list[Key]:
        with self._lock:
            return [] if self._host.loader.closed else [key for key in keys if key not in self._kept]

    def _decode(self, key: Key) -> None:
        number, width = key
        backdrop = self._host.backdrop
        try:
            made: Made | Damaged = self._make(self._host.archive[number], width, backdrop)
        except TooMuchWork as failure:
            made = Refused(failure)
            self._host.refuse(failure)
        except Exception as failure:
            made = Damaged(failure)
        with self._lock:
            if backdrop is not self._host.backdrop:
                return  # it was changed meanwhile: once more
            self._kept[key] = made
            self._bytes += 0 if isinstance(made, Damaged) else self._size(made)
            while len(self._kept) > KEPT or self._bytes > MOST_BYTES:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= 0 if isinstance(gone, Damaged) else self._size(gone)
            first = not self._fresh
            self._fresh.append(number)
        if first:
            self._on_ready()

    def _done(self, result: object) -> None:
        if isinstance(result, BaseException):
            raise result


class Thumbnails(Small[Levels]):
    """Pixels of half blocks."""

    def _make(self, image: ArchivedImage, width: int, backdrop: Backdrop) -> Levels:
        size = self._host.backend.thumbnail(image.width, image.height, width, width // 2)
        return coarse(levels_of(image.render_stored(size), backdrop), backdrop.ground)

    def _size(self, made: Levels) -> int:
        return made.nbytes


class Sprites(Small[Sprite]):
    """The terminal's own pixels; they come when all half blocks are there."""

    SEEN, AHEAD = Urgency.SET, Urgency.AHEAD

    def _make(self, image: ArchivedImage, width: int, backdrop: Backdrop) -> Sprite:
        backend = self._host.backend
        cells = backend.cells(image.width, image.height, width, width // 2)
        return backend.sprite(levels_of(image.render_stored(backend.pixels(cells)), backdrop), cells)

    def _size(self, made: Sprite) -> int:
        return len(made.data)
