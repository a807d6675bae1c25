"""Names of files that are still being written, and the removal of those whose writer was killed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
from pathlib import Path

PATTERN = re.compile(r"\.inr-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{16}\.part")


def part_file(folder: Path) -> Path:
    """A name there that nobody uses, which says who writes: a process of this machine."""
    return folder / f".inr-{_machine()}-{os.getpid()}-{secrets.token_hex(8)}.part"


def remove_stale(folder: Path) -> None:
    """Remove what processes of this machine left unfinished there that are no more. Other machines' files stay."""
    if os.name != "posix":  # elsewhere asking for a process may end it
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        found = [(entry.path, PATTERN.fullmatch(entry.name)) for entry in entries]
        for path, name in found:
            if name and name[1] == _machine() and not _alive(int(name[2])):
                with contextlib.suppress(OSError):
                    Path(path).unlink()


def flush_folder(folder: Path) -> None:
    """Ask for the new name itself to reach the disk, where the system can do that; the file is in place either way."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _machine() -> str:
    """A word for this machine, and for the container that this may be: processes have numbers of their own in each."""
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:8]


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another user's, or no number of a process
        return True
    return True
