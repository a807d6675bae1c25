"""Fits that are stopped on the way, and files that are compared but for the seconds they took."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from inrcodec.bitstream.container import RECORD, Chunk, read_chunks, write_chunks
from inrcodec.fitting.progress import Progress

QUICK: dict[str, Any] = {"passes": 30, "threads": 1, "device": "cpu", "seed": 3}


class Stop(BaseException):
    """As a signal, but nobody else's."""


def stop_at(share: float) -> Callable[[Progress], None]:
    def stop(progress: Progress) -> None:
        if progress.done >= share:
            raise Stop

    return stop


def timeless(path: Path) -> bytes:
    """A file whose training record says nothing of seconds: all else has to be the same."""
    chunks = list(read_chunks(path.read_bytes()))
    for number, chunk in enumerate(chunks):
        if chunk.kind == RECORD:
            chunks[number] = Chunk(RECORD, chunk.payload[:10] + bytes(4) + chunk.payload[14:])
    return write_chunks(chunks)
