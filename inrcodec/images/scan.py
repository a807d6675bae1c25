"""Which files a request means: folders walked, globs expanded, files taken as they are; natural order, unique names."""

# ruff: noqa: PTH112, PTH113, PTH114 - os.path answers "no" where Path raises because it may not look

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.errors import UsageError
from inrcodec.images.picture import Skipped

# What a folder or a glob is searched for; a file named by hand may be called anything.
SUFFIXES = tuple(".png .apng .jpg .jpeg .jpe .jfif .webp .avif .avifs .gif .bmp .dib .tif .tiff".split())


@dataclass(frozen=True)
class Found:
    """A file to read: `path` as it was given, and the name it goes by in the set."""

    path: Path
    name: str


@dataclass(frozen=True)
class _Hit:
    path: Path
    depth: int  # how many trailing parts of the path make the name, before names are made unique


def find_files(sources: Sequence[str | Path]) -> tuple[tuple[Found, ...], tuple[Skipped, ...]]:
    """The files of all sources, every file once, and the places that could not be looked into."""
    hits: list[_Hit] = []
    skipped: list[Skipped] = []
    named: list[_Hit] = []  # a run of files named one by one: usually a shell's *.png, so it is put in natural order
    for source in map(str, sources):
        if os.path.isfile(source):
            named.append(_Hit(Path(source), 1))
            continue
        hits, named = hits + _sorted(named), []
        if os.path.isdir(source):
            hits += _walk(Path(source), skipped)
        elif os.path.lexists(source):
            skipped.append(Skipped(source, "not a regular file"))
        else:
            hits += _expand(source, skipped)
    once: dict[Path, _Hit] = {}
    for hit in hits + _sorted(named):
        once.setdefault(hit.path.resolve(), hit)
    kept = tuple(once.values())
    return tuple(Found(hit.path, name) for hit, name in zip(kept, _unique_names(kept), strict=True)), tuple(skipped)


def natural_key(name: str) -> tuple[object, ...]:
    """Sorts "a2" before "a10" and a folder's files together; the name itself breaks ties."""
    parts = [re.split(r"([0-9]+)", part.casefold()) for part in name.split("/")]
    return [[int(piece) if at % 2 else piece for at, piece in enumerate(part)] for part in parts], name


def _sorted(hits: Iterable[_Hit]) -> list[_Hit]:
    return sorted(hits, key=lambda hit: natural_key("/".join(hit.path.parts[-hit.depth :])))


def _wanted(path: Path) -> bool:
    """Whether a file met on the way is an image to take: by suffix, not hidden, not a link, a regular file."""
    return path.suffix.lower() in SUFFIXES and path.name[0] != "." and not os.path.islink(path) and os.path.isfile(path)


def _walk(folder: Path, skipped: list[Skipped]) -> list[_Hit]:
    """Every image below a folder; hidden folders are not entered and links not followed."""

    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(str(error.filename), error.strerror or "cannot be listed"))

    hits = []
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if name[0] != "."]
        depth = len(Path(place).relative_to(folder).parts) + 1
        hits += [_Hit(path, depth) for name in files if _wanted(path := Path(place, name))]
    return _sorted(hits)


def _expand(pattern: str, skipped: list[Skipped]) -> list[_Hit]:
    """The images a glob means, `**` included; a path without wildcards that is not there is the caller's mistake."""
    if not glob.has_magic(pattern):
        raise UsageError(f"{pattern}: no such file or folder")
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True), key=natural_key)]
    if not matches:
        raise UsageError(f"{pattern}: matches no file")
    spelled_out = next(at for at, part in enumerate(Path(pattern).parts) if glob.has_magic(part))
    matches = [path for path in matches if not _through_link(path, spelled_out)]
    hits = _sorted(_Hit(path, 1) for path in matches if _wanted(path))
    for folder in filter(os.path.isdir, matches):
        hits += _walk(folder, skipped)
    return hits


def _through_link(path: Path, spelled_out: int) -> bool:
    """Whether a wildcard went through a symbolic link; a link that the user spelled out is meant."""
    parts = path.parts
    return any(os.path.islink(Path(*parts[:depth])) for depth in range(spelled_out + 1, len(parts) + 1))


def _unique_names(hits: Sequence[_Hit]) -> list[str]:
    """A name for each: where two are alike, both take one more parent folder in front until they differ."""
    parts = [tuple(_as_text(part) for part in (hit.path.parent.resolve() / hit.path.name).parts[1:]) for hit in hits]
    depths = [hit.depth for hit in hits]
    while True:
        names = ["/".join(part[-depth:]) for part, depth in zip(parts, depths, strict=True)]
        counts = Counter(names)
        clashing = [at for at, name in enumerate(names) if counts[name] > 1 and depths[at] < len(parts[at])]
        if not clashing:
            return _numbered(names)
        for at in clashing:
            depths[at] += 1


def _numbered(names: Sequence[str]) -> list[str]:
    """The last resort, for file names that differ only in bytes that are not text: "a", "a (2)"."""
    taken: dict[str, None] = {}
    for name in names:
        candidate, copy = name, 1
        while candidate in taken:
            copy += 1
            candidate = f"{name} ({copy})"
        taken[candidate] = None
    return list(taken)


def _as_text(part: str) -> str:
    """A part of a path as plain Unicode, bytes that are no text replaced, for names are stored as UTF-8."""
    return os.fsencode(part).decode("utf-8", "replace")
