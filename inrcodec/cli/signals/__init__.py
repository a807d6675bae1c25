"""What commands do with files of one signal: one file = one kind, for what `decode` writes of it."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from inrcodec.cli.console import Console, print_json
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Signal

STREAM = "-"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Options of `decode` that kinds of signals take, as they were given; None or False: not at all."""

    size: str | None = None
    rate: int | None = None
    fps: float | None = None
    largest: bool = False

    def given(self) -> set[str]:
        """Names of those that were given."""
        return {field.name for field in dataclasses.fields(self) if getattr(self, field.name) not in (None, False)}


@dataclass(frozen=True)
class Output:
    """The bytes of a file, and what --json says of it beside path and bytes."""

    blob: bytes
    details: dict[str, Any]


class Writer(Protocol):
    """What the file of a kind provides.

    TAKES: names of options in `Asked`; SUFFIXES: those of files that it writes, the usual one first.
    """

    TAKES: frozenset[str]
    SUFFIXES: tuple[str, ...]

    def check(self, suffix: str) -> None:
        """UsageError with the cure where what writes such files is missing."""

    def written(self, signal: Signal, asked: Asked, suffix: str, console: Console) -> Output:
        """The signal as a file with that suffix."""


def writer_of(kind: str) -> Writer:
    """The module of a kind; UsageError where signals of a kind are only for Python."""
    if kind == "field":
        raise UsageError("holds a field of its own kind; in Python: inrcodec.open_signal(path).at(coordinates)")
    return cast(Writer, import_module(f"{__name__}.{kind}"))


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where it goes and as what; path None: stdout."""

    path: Path | None
    suffix: str


def decode_signal(
    signal: Signal,
    asked: Asked,
    *,
    file: str,
    output: str | None,
    format: str | None,
    force: bool,
    json: bool,
    console: Console,
) -> None:
    """Write one signal as a file of its kind; its path goes to stdout."""
    writer = writer_of(signal.kind)
    for name in sorted(asked.given() - writer.TAKES):
        takes = ", ".join(f"--{one}" for one in sorted(writer.TAKES)) or "none of them"
        raise UsageError(f"--{name} is not for a {signal.kind}; it takes {takes}")
    where = _destination(writer, signal.kind, file, output, format)
    if where.path is None:
        _check_stream(json)
    else:
        _check_file(where.path, force=force)
    writer.check(where.suffix)
    done = writer.written(signal, asked, where.suffix, console)
    if where.path is None:
        sys.stdout.buffer.write(done.blob)
        sys.stdout.buffer.flush()
        return
    from inrcodec.bitstream.files import write_atomically

    write_atomically(where.path, done.blob, overwrite=force)
    if json:
        keys = {"file": file, "kind": signal.kind, "path": str(where.path), "bytes": len(done.blob)}
        print_json({**keys, **done.details})
    else:
        print(where.path)


def _destination(writer: Writer, kind: str, file: str, output: str | None, format: str | None) -> Destination:
    chosen = None if format is None else f".{format.lower().lstrip('.')}"
    if chosen is not None and chosen not in writer.SUFFIXES:
        raise UsageError(f"--format {format}: a {kind} is written as {_listed(writer)}")
    if output is None or output == STREAM:
        suffix = chosen or writer.SUFFIXES[0]
        return Destination(path=None if output else Path(f"{Path(file).stem}-decoded{suffix}"), suffix=suffix)
    path = Path(output)
    if path.is_dir():
        path /= f"{Path(file).stem}{chosen or writer.SUFFIXES[0]}"
    suffix = path.suffix.lower()
    if suffix not in writer.SUFFIXES:
        raise UsageError(f"-o {output}: a {kind} is written as {_listed(writer)}")
    if chosen is not None and chosen != suffix:
        raise UsageError(f"-o {output} and --format {format} disagree; leave one of them out")
    return Destination(path=path, suffix=suffix)


def _listed(writer: Writer) -> str:
    return f"{', '.join(writer.SUFFIXES[:-1])} or {writer.SUFFIXES[-1]}"


def _check_stream(json: bool) -> None:
    if json:
        raise UsageError("-o - and --json both want stdout; leave one of them out")
    if sys.stdout.isatty():
        raise UsageError("not writing a file to a terminal; redirect stdout, or give -o a file")


def _check_file(path: Path, *, force: bool) -> None:
    from inrcodec.cli.destination import check_free, check_parent

    check_parent(path)
    check_free([path], force=force)
