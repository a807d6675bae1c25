"""Where files are read from: a folder of this machine, or any store that fsspec knows (s3://, https://, memory://)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from inrcodec.bitstream.collection import is_url
from inrcodec.errors import InrError, MissingPackageError, UsageError

ROOTED = ("memory",)  # stores whose files need no host or bucket in front


class Place(Protocol):
    """A folder of files that are read by name, in whole or in part."""

    @property
    def path(self) -> Path | None:
        """The folder, where it is one of this machine."""
        ...

    def called(self, name: str) -> str:
        """A file of it, as messages name it."""
        ...

    def size(self, name: str) -> int | None:
        """Bytes of a file; None where there is none."""
        ...

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes | None:
        """Bytes of a file from `start` to before `end`, fewer where it is shorter; None where there is no such file."""
        ...


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self.path: Path | None = path
        self._folder = path

    def __str__(self) -> str:
        return str(self._folder)

    def called(self, name: str) -> str:
        """Its path."""
        return str(self._folder / name)

    def size(self, name: str) -> int | None:
        """As the file system has it."""
        path = self._folder / name
        return path.stat().st_size if path.is_file() else None

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes | None:
        """Read it; InrError where that fails."""
        path = self._folder / name
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(start)
                return file.read() if end is None else file.read(max(0, min(end, size) - start))  # so much is reserved
        except OSError as failure:
            raise InrError(f"{path}: cannot be read: {failure.strerror}") from failure


class Store:
    """A folder in a store that fsspec reaches; every `read` is one request for a range of bytes."""

    path: Path | None = None

    def __init__(self, url: str) -> None:
        """InrError where nothing here knows that kind of store, or it cannot be reached."""
        try:
            from fsspec.core import url_to_fs
        except ModuleNotFoundError as failure:
            raise MissingPackageError(
                f"{url}: reading from stores needs fsspec; install it with: pip install 'inrcodec[remote]'"
            ) from failure
        scheme, _, path = url.partition("://")
        self._url = f"{scheme}://{path.rstrip('/')}"
        try:
            found: tuple[Any, str] = url_to_fs(self._url)
        except ValueError as failure:
            raise UsageError(f"{url}: fsspec knows no {scheme}://") from failure
        except ImportError as failure:  # it knows the kind, and what reads that is not installed
            raise MissingPackageError(f"{url}: cannot be read yet: {_in_a_line(failure)}") from failure
        except Exception as failure:
            raise InrError(f"{url}: cannot be reached: {_in_a_line(failure)}") from failure
        self._system, self._root = found[0], found[1].rstrip("/")

    def __str__(self) -> str:
        return self._url

    def called(self, name: str) -> str:
        """Its URL."""
        return f"{self._url}{'' if self._url.endswith('/') else '/'}{name}"

    def size(self, name: str) -> int | None:
        """As the store has it."""
        try:
            return int(self._system.info(f"{self._root}/{name}")["size"])
        except FileNotFoundError:
            return None
        except Exception as failure:  # of as many kinds as there are stores
            raise InrError(f"{self.called(name)}: cannot be looked at: {_in_a_line(failure)}") from failure

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes | None:
        """Ask for the range; InrError where that fails."""
        try:
            found = bytes(self._system.cat_file(f"{self._root}/{name}", start=start, end=end))
        except FileNotFoundError:
            return None
        except Exception as failure:
            raise InrError(f"{self.called(name)}: cannot be read: {_in_a_line(failure)}") from failure
        if end is not None and len(found) > end - start:  # a server that knows no ranges sends the whole file
            return found[start:end]
        return found


def place_of(path: str | Path) -> Place:
    """The folder of that path or URL."""
    return Store(str(path)) if is_url(path) else Folder(Path(path))


def split_url(url: str) -> tuple[Place, str]:
    """The folder that a file lies in, and the file's name."""
    scheme, _, path = url.partition("://")
    folder, _, name = path.rpartition("/")
    if not name or (not folder and scheme not in ROOTED):
        raise UsageError(f"{url}: names no file")
    return place_of(f"{scheme}://{folder}"), name


def _in_a_line(failure: BaseException) -> str:
    return " ".join(str(failure).split())[:200] or type(failure).__name__
