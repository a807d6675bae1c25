"""Where decoded pictures go, worked out and checked before the first one is rendered."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inrcodec.errors import UsageError
from inrcodec.exporters.formats import PictureFormat, still_formats, suffixes_in_words
from inrcodec.exporters.naming import SOURCE_SUFFIXES
from inrcodec.exporters.stills import format_named, format_of_suffix

STREAM = "-"


@dataclass(frozen=True)
class Destination:
    """A folder for many files, the path of one file, or stdout when both are None; and the format written."""

    still: PictureFormat
    folder: Path | None = None
    file: Path | None = None


def find_destination(output: str | None, format: str | None, *, stem: str, pictures: int, sheet: bool) -> Destination:
    """Read -o and --format for `pictures` pictures (a sheet counts as one) of the archive called `stem`."""
    chosen = format_named(format) if format else None
    still = chosen or format_named("png")
    if output == STREAM:
        _only_one(pictures, "stdout holds one picture")
        return Destination(still)
    sheet_name = f"{stem}-sheet{still.suffixes[0]}"
    if output is None:
        return (
            Destination(still, file=Path(sheet_name)) if sheet else Destination(still, folder=Path(f"{stem}-decoded"))
        )
    path = Path(output)
    if path.is_dir() or output.endswith(("/", os.sep)):
        return Destination(still, file=path / sheet_name) if sheet else Destination(still, folder=path)
    named = format_of_suffix(path.suffix)
    if named is None:
        return Destination(still, folder=_folder(path, sheet))
    if chosen and named != chosen:
        raise UsageError(f"-o {output} and --format {chosen.name} disagree; leave one of them out")
    _only_one(pictures, f"-o {output} is one file")
    return Destination(named, file=path)


def check_free(paths: Iterable[Path], *, force: bool) -> None:
    """Refuse to replace files without --force, and to write through links at all: they may lead out of the folder."""
    paths = tuple(paths)
    links = [path for path in paths if path.is_symlink()]
    if links:
        raise UsageError(f"{links[0]}: is a link; remove it or choose another name")
    there = [path for path in paths if path.exists()]
    if any(path.is_dir() for path in there):
        raise UsageError(f"{next(path for path in there if path.is_dir())}: is a folder; choose another name")
    if there and not force:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise UsageError(f"{there[0]}: exists already{more}; use --force to replace it, or choose another name")


def check_parent(path: Path) -> None:
    """Refuse a file whose folder is missing."""
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; create it first")


def _only_one(pictures: int, what: str) -> None:
    if pictures != 1:
        raise UsageError(
            f"{what} but {pictures} images are selected; choose one with --index, or tile them with --sheet"
        )


def _folder(path: Path, sheet: bool) -> Path:
    """A path without an image suffix names a folder; one with a foreign suffix was surely meant as a file."""
    known = f"end -o with {suffixes_in_words(still_formats())}"
    if path.suffix.lower() in SOURCE_SUFFIXES:
        raise UsageError(f"cannot write {path.suffix} files; {known}")
    if sheet:
        raise UsageError(f"a sheet is one picture: {known}")
    if path.exists():
        raise UsageError(f"{path}: exists and is not a folder; {known}, or choose another folder")
    return path
