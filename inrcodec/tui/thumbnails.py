"""Thumbnails of a set: what is seen is decoded in order, each once, then what will be seen next; some are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from inrcodec.tui.blocks import Line
from inrcodec.tui.decoding import BLOCK
from inrcodec.tui.halfblocks import Levels, coarse, fitted, levels_of
from inrcodec.tui.host import Host
from inrcodec.tui.loader import Urgency

KEPT = 4000
Key = tuple[int, int]  # image number, characters across
OnReady = Callable[[], None]


class Damaged(str):
    """Why there is no picture."""

    __slots__ = ()


class Thumbnails:
    """Pixels by image number and width in characters, decoded by the loader."""

    def __init__(self, host: Host, on_ready: OnReady) -> None:
        self._host, self._on_ready = host, on_ready
        self._lock = threading.Lock()  # of what follows: asked for in one thread, decoded in another
        self._kept: OrderedDict[Key, Levels | Damaged] = OrderedDict()
        self._seen: Sequence[Key] = ()
        self._ahead: Sequence[Key] = ()
        self._fresh: list[int] = []  # image numbers since the last look

    def get(self, number: int, width: int) -> Levels | Damaged | None:
        """What is to be drawn, or None while it is on its way."""
        with self._lock:
            return self._kept.get((number, width))

    def want(self, seen: Sequence[int], ahead: Sequence[int], width: int) -> None:
        """Decode these, in this order; what was wanted before and is not any more is left."""
        with self._lock:
            self._seen = [(number, width) for number in seen]
            self._ahead = [(number, width) for number in ahead]
            missing = [any(key not in self._kept for key in keys) for keys in (self._seen, self._ahead)]
        if missing[0]:
            self._host.loader.ask((id(self), "seen"), self._decode_seen, self._done, Urgency.SEEN)
        if missing[1]:
            self._host.loader.ask((id(self), "ahead"), self._decode_ahead, self._done, Urgency.AHEAD)

    def take_fresh(self) -> list[int]:
        """The image numbers that came in since this was asked last."""
        with self._lock:
            fresh, self._fresh = self._fresh, []
        return fresh

    def clear(self) -> None:
        """Forget all of them: they are to look different now."""
        with self._lock:
            self._kept.clear()

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
            image = self._host.archive[number]
            size = fitted(image.width, image.height, width, width // 2)
            made: Levels | Damaged = coarse(levels_of(image.render_stored(size), backdrop), backdrop.ground)
        except Exception as failure:
            made = Damaged(failure)
        with self._lock:
            if backdrop is not self._host.backdrop:
                return  # it was changed meanwhile: once more
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            first = not self._fresh
            self._fresh.append(number)
        if first:
            self._on_ready()

    def _done(self, result: object) -> None:
        if isinstance(result, BaseException):
            raise result
