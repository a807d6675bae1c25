"""Vectors of the whole set, made once in the background: what neighbors, the map and the order by similarity need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from inrcodec.archive import Archive
from inrcodec.tui.loader import Loader

if TYPE_CHECKING:
    from inrcodec.retrieval.space import Space

Ready = Callable[["Space | BaseException"], None]
OnImage = Callable[[int, int], None]


class Similar:
    """Asks the loader for the set's vectors and keeps them."""

    def __init__(self, archive: Archive, loader: Loader, on_image: OnImage) -> None:
        self._archive, self._loader, self._on_image = archive, loader, on_image
        self._lock = threading.Lock()  # asked for in one thread, made in another
        self._space: Space | BaseException | None = None
        self._asked = False
        self._waiting: list[Ready] = []

    def ask(self, ready: Ready) -> None:
        """Call `ready`, in the loader's thread or at once, with the vectors or with why there are none."""
        with self._lock:
            space, asked, self._asked = self._space, self._asked, True
            if space is None:
                self._waiting.append(ready)
        if space is not None:
            ready(space)
        elif not asked:
            self._loader.ask("similar", self._describe, self._made)

    def _describe(self) -> Space:
        """In the loader's thread."""
        from inrcodec.retrieval.space import describe

        return describe(self._archive, "descriptor", self._tick)

    def _tick(self, done: int, images: int) -> None:
        """Between two images: whoever waits for a thumbnail goes first."""
        self._loader.serve()
        self._on_image(done, images)

    def _made(self, space: Space | BaseException) -> None:
        with self._lock:
            self._space = space
            waiting, self._waiting = self._waiting, []
        for ready in waiting:
            self._loader.answer(ready, space)
