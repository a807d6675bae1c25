"""Room on the disk is looked for before a fit, and the file's is held until it is written."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from inrcodec.errors import InrError

GENERATIONS = 3  # of checkpoints at once: two that stay, and the one being written


class Room:
    """Bytes that are held in a folder for a file, where the system can do that; they are free when this is.

    They are those of a file without a name, which the system forgets with the process, however that ends.
    """

    def __init__(self, output: Path, wanted: int) -> None:
        """InrError where there is less than that."""
        self._held: IO[bytes] | None = None
        free = free_bytes(output.parent)
        if free is not None and free < wanted:
            raise InrError(
                f"{output}: the file may take {wanted:,} bytes, and {output.parent} has room for {free:,}; "
                "free some, or choose another folder"
            )
        with contextlib.suppress(OSError, AttributeError):  # a full disk, Windows, a file system that holds nothing
            self._held = tempfile.TemporaryFile(dir=output.parent, prefix=".inr-")  # noqa: SIM115, it stays open
            os.posix_fallocate(self._held.fileno(), 0, wanted)

    def release(self) -> None:
        """Let go of it, so that the file itself can have it."""
        if self._held is not None:
            self._held.close()
            self._held = None


def look_for_checkpoints(output: Path, elsewhere: Path, size: int, say: Callable[[str], None]) -> None:
    """Say where there is too little room for checkpoints of so many bytes."""
    wanted = GENERATIONS * size
    free = free_bytes(output.parent)
    if free is None or free >= wanted:
        return
    other = free_bytes(elsewhere)
    if other is None or other >= wanted:
        say(f"{output.parent}: little room; checkpoints of {size:,} bytes may come to lie in {elsewhere}")
    else:
        say(f"neither {output.parent} nor {elsewhere} has room for checkpoints of {size:,} bytes")


def free_bytes(folder: Path) -> int | None:
    """What a folder, or the nearest one above it that exists, has room for; None where nobody knows."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free
    return None
