"""What a slow terminal answers after we stopped waiting for it."""

from __future__ import annotations

import time

from textual.events import Key

OPENING = frozenset("[_^")  # how an unknown answer begins when it is read as keys
WITHIN = 10.0  # seconds after the start
BURST = 0.25  # seconds that one answer takes


class StrayReplies:
    """Takes keys that nobody typed: over a slow line the answers come when the app already reads the keyboard."""

    def __init__(self, *, expected: bool) -> None:
        self._until = time.monotonic() + WITHIN if expected else 0.0
        self._taking = 0.0

    def takes(self, key: Key) -> bool:
        """Whether the key is part of an answer."""
        now = time.monotonic()
        if now < self._until and key.character is not None and key.character in OPENING:
            self._taking = now + BURST
        return now < self._taking
