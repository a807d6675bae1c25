"""One process at a time makes a file: the last to end would win, and each would delete the other's checkpoint."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from inrcodec.errors import UsageError

try:
    import fcntl
except ImportError:  # Windows: there, two processes may still make one file
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Inside, no other process is in here for that path; UsageError, with its number, where one is.

    The system forgets the lock with the process that has it, however that ends; a file that it leaves means nothing.
    Where files cannot be locked, nothing is. UsageError, too, for a path that names no file.
    """
    if not path.name:
        raise UsageError(f"{path}: is a folder; name the file")
    lock = lock_of(path)
    descriptor = _locked(path, lock)
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                lock.unlink()  # before it is free, so that nobody else's is removed
            os.close(descriptor)


def lock_of(path: Path) -> Path:
    """The file that is locked while that one is made."""
    return path.with_name(f".{path.name}.lock")


def _locked(path: Path, lock: Path) -> int | None:
    """Take the lock; its descriptor, None where there are no locks."""
    while fcntl is not None:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except OSError:
            return None  # what is wrong with the folder, the file itself will say
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            number = os.read(descriptor, 20).decode("ascii", "replace")
            os.close(descriptor)
            which = f"process {number}" if number.isdigit() else "another process"
            raise UsageError(f"{path}: {which} is making this file; wait for it, end it, or name another") from None
        except OSError:  # a file system without locks
            os.close(descriptor)
            with contextlib.suppress(OSError):
                lock.unlink()
            return None
        if _still_there(lock, descriptor):
            with contextlib.suppress(OSError):  # a full disk: who has the lock is good to know, that is all
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
            return descriptor
        os.close(descriptor)  # whoever had it has removed it meanwhile
    return None


def _still_there(lock: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(lock.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
