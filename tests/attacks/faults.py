"""A disk that fails: the k-th call that touches a folder raises, a write after half of what it was given."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CALLS = (
    "fsync", "link", "replace", "rename", "unlink", "mkdir", "open", "chmod", "write", "truncate", "posix_fallocate",
)  # fmt: skip
BY_NUMBER = ("fsync", "write", "truncate", "posix_fallocate")  # of an open file, maybe


@dataclass
class Disk:
    """One fault, at the call number `fails_at`, counted from 0; all later writes fail as well if the disk is full."""

    folder: Path
    fails_at: int
    full: bool = False
    calls: int = 0
    failed: list[str] = field(default_factory=list)

    def meets(self, what: str, *paths: object) -> None:
        """A call; raises if it is the one."""
        here = str(self.folder)
        named = [str(path) for path in paths if isinstance(path, (str, bytes, Path))]
        if named and not any(name.startswith(here) for name in named):
            return
        self.calls += 1
        writes = what in ("write", "fsync", "mkdir", "creating open", "link", "posix_fallocate")
        if self.calls - 1 == self.fails_at or (self.full and self.failed and writes):
            self.failed.append(what)
            raise OSError(errno.ENOSPC if self.full else errno.EIO, "injected fault")


class _Writing:
    """A file object whose writes count."""

    def __init__(self, inner: Any, disk: Disk) -> None:
        self._inner, self._disk = inner, disk

    def write(self, block: Any) -> int:
        try:
            self._disk.meets("write")
        except OSError:
            self._inner.write(bytes(block)[: len(bytes(block)) // 2])
            raise
        return int(self._inner.write(block))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __enter__(self) -> _Writing:
        self._inner.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        self._inner.__exit__(*failure)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._inner)


@contextmanager
def failing(disk: Disk) -> Iterator[None]:
    """Inside, `os` and files that are opened for writing go through that disk."""

    def shim(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            creating = name == "open" and len(arguments) > 1 and arguments[1] & os.O_CREAT
            if name in BY_NUMBER and isinstance(arguments[0], int):
                if (open_file := Path(f"/proc/self/fd/{arguments[0]}")).is_symlink():
                    disk.meets(name, open_file.readlink())
            else:
                disk.meets("creating open" if creating else name, *arguments[:2])
            return call(*arguments, **named)

        return called

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        writes = any(letter in mode for letter in "wxa+") and str(file).startswith(str(disk.folder))
        if writes:
            disk.meets("creating open", file)
        inner = plain(file, mode, *arguments, **named)
        return _Writing(inner, disk) if writes else inner

    plain = io.open
    with pytest.MonkeyPatch.context() as patched:
        for name in CALLS:
            patched.setattr(os, name, shim(name, getattr(os, name)))
        patched.setattr(io, "open", opened)
        patched.setattr(builtins, "open", opened)
        yield
