"""Where pictures go, worked out and checked before the first one is rendered."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.cli.templates import filled, is_template
from inrcodec.errors import UsageError
from inrcodec.exporters.formats import PictureFormat, still_formats, suffixes_in_words
from inrcodec.exporters.naming import file_names, safe_stem
from inrcodec.exporters.stills import check_side, format_named, format_of_suffix

STREAM = "-"
SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}")  # what looks like one: "v1.2" is a folder's name


@dataclass(frozen=True)
class Destination:
    """A folder or a template for many files, the path of one file, or stdout when all are None; the format written."""

    still: PictureFormat
    folder: Path | None = None
    file: Path | None = None
    template: str | None = None

    @property
    def is_stream(self) -> bool:
        """Whether the picture goes to stdout."""
        return self.folder is None and self.file is None and self.template is None


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
    templated = is_template(output) and not sheet
    named = format_of_suffix(path.suffix)
    if named is None and not templated:
        return Destination(still, folder=_folder(path, sheet))
    if chosen and named and named != chosen:
        raise UsageError(f"-o {output} and --format {chosen.name} disagree; leave one of them out")
    if templated:
        if named is None:
            _refuse_suffix(path)
        return Destination(named or still, template=output if named else output + still.suffixes[0])
    _only_one(pictures, f"-o {output} is one file")
    assert named is not None
    return Destination(named, file=path)


def file_paths(
    destination: Destination,
    names: Sequence[str],
    numbers: Sequence[int],
    sizes: Sequence[tuple[int, int]],
    *,
    force: bool,
) -> tuple[Path | None, ...]:
    """Where each image of that name, number and (width, height) goes, checked to be free; None for stdout.

    Folders are made here, once nothing speaks against writing.
    """
    for width, height in sizes:
        check_side(destination.still, width, height)
    if destination.is_stream:
        return (None,)
    if destination.file is not None:
        check_parent(destination.file)
        check_free([destination.file], force=force)
        return (destination.file,)
    named = [name or f"image-{number}" for name, number in zip(names, numbers, strict=True)]
    if destination.folder is not None:
        paths = tuple(destination.folder / name for name in file_names(named, destination.still.suffixes[0]))
    else:
        assert destination.template is not None
        places = zip(map(safe_stem, named), numbers, sizes, strict=True)
        paths = tuple(Path(filled(destination.template, *place)) for place in places)
        _check_apart(paths, destination.template)
    check_free(paths, force=force)
    for folder in {path.parent for path in paths}:
        folder.mkdir(parents=True, exist_ok=True)
    return paths


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
    """Refuse a file whose folder is missing, and what would be a stream elsewhere."""
    if str(path) == STREAM:
        raise UsageError("this is written to a file, not to stdout; give a file name in place of -")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist; create it first")


def check_stream(*, json: bool, what: str = "an image") -> None:
    """Refuse stdout where --json wants it, or where a person would see bytes."""
    if json:
        raise UsageError("-o - and --json both want stdout; leave one of them out")
    if sys.stdout.isatty():
        raise UsageError(f"not writing {what} to a terminal; redirect stdout, or give -o a file")


def put(path: Path | None, blob: bytes, *, force: bool) -> None:
    """Write one file, whole or not at all; to stdout where there is no path."""
    from inrcodec.bitstream.files import write_atomically

    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(blob)
        sys.stdout.buffer.flush()
    else:
        write_atomically(path, blob, overwrite=force)


def _check_apart(paths: Sequence[Path], template: str) -> None:
    """Refuse a template that gives two images one name, as a case-blind file system sees it."""
    seen: dict[str, Path] = {}
    for path in paths:
        if str(path).casefold() in seen:
            raise UsageError(f"-o {template} gives two images the name {path}; add {{number}}")
        seen[str(path).casefold()] = path


def _only_one(pictures: int, what: str) -> None:
    if pictures != 1:
        raise UsageError(
            f"{what} but {pictures} images are selected; choose one with --index, or tile them with --sheet"
        )


def _refuse_suffix(path: Path) -> None:
    if SUFFIX.fullmatch(path.suffix):
        known = suffixes_in_words(still_formats())
        raise UsageError(f"cannot write {path.suffix} files; end -o with {known}, or with / for a folder")


def _folder(path: Path, sheet: bool) -> Path:
    """A path without a suffix names a folder; one with a foreign suffix was surely meant as a file."""
    known = f"end -o with {suffixes_in_words(still_formats())}"
    _refuse_suffix(path)
    if sheet:
        raise UsageError(f"a sheet is one picture: {known}")
    if path.exists():
        raise UsageError(f"{path}: exists and is not a folder; {known}, or choose another folder")
    return path
