"""Which files a request means: folders walked, globs expanded, files taken as they are; natural order, unique names."""

# ruff: noqa: PTH112, PTH113, PTH114, PTH118 - os.path answers "no" where Path raises because it may not look

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inrcodec.errors import UsageError
from inrcodec.images.passed_over import PassedOver
from inrcodec.images.picture import Skipped
from inrcodec.images.tables import Cell

MAX_NAME_BYTES = 4000  # of UTF-8; a file holds names of 4096, which leaves room to number those that are alike
# What a folder or a glob is searched for; a file named by hand may be called anything.
SUFFIXES = tuple(".png .apng .jpg .jpeg .jpe .jfif .webp .avif .avifs .gif .bmp .dib .tif .tiff".split())
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True)
class Member:
    """Where a picture lies in a tar archive: its first byte, and how many there are."""

    path: Path = field(compare=False)
    start: int
    size: int

    @property
    def place(self) -> tuple[int, int]:
        """What tells it from all others in the archive."""
        return self.start, self.size

    def read(self) -> bytes:
        """The picture's bytes."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)


@dataclass(frozen=True)
class Found:
    """A file to read: `path` as it was given, and the name it goes by in the set; within: its place in that file."""

    path: Path
    name: str
    within: Member | Cell | None = None

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return str(self.path) if self.within is None else f"{self.path}: {self.name}"


Source = str | Path | Found  # folders, globs and files; or files that were found before, which keep their names


@dataclass(frozen=True)
class _Hit:
    path: Path
    depth: int  # how many trailing parts of the path make the name, before names are made unique


@dataclass(frozen=True)
class Findings:
    """The files of all sources, every file once; the places that could not be looked into; what was passed over."""

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def find_files(sources: Sequence[Source]) -> tuple[tuple[Found, ...], tuple[Skipped, ...]]:
    """The files of all sources, every file once, and the places that could not be looked into."""
    looked = look_for(sources)
    return looked.files, looked.skipped


def look_for(sources: Sequence[Source]) -> Findings:
    """The files of all sources, and what came up beside them; files that were found before keep their names."""
    found = tuple(source for source in sources if isinstance(source, Found))
    if found and len(found) == len(sources):
        return Findings(found, (), ())
    hits: list[_Hit] = []
    skipped: list[Skipped] = []
    passed = PassedOver()
    named: list[_Hit] = []  # a run of files named one by one: usually a shell's *.png, so it is put in natural order
    for source in map(str, sources):
        check_local(source)
        if os.path.isfile(source):
            named.append(_Hit(Path(source), 1))
            continue
        hits, named = hits + _sorted(named), []
        if os.path.isdir(source):
            hits += _walk(Path(source), skipped, passed)
        elif os.path.lexists(source):
            skipped.append(Skipped(source, "not a regular file"))
        else:
            hits += _expand(source, skipped, passed)
    once: dict[str, _Hit] = {}
    folders = _Folders()
    for hit in hits + _sorted(named):
        once.setdefault(folders.resolved(hit.path), hit)
    kept = tuple(once.values())
    files = tuple(Found(hit.path, name) for hit, name in zip(kept, _unique_names(kept, folders), strict=True))
    return Findings(files, tuple(skipped), tuple(passed.notes()))


def check_local(source: str) -> None:
    """UsageError for an address of another machine."""
    if ADDRESS.match(source) and not os.path.lexists(source):
        raise UsageError(f"{source}: pictures are read from files; download them first, then give their folder")


def natural_key(name: str) -> tuple[object, ...]:
    """Sorts "a2" before "a10" and a folder's files together; the name itself breaks ties."""
    parts = [re.split(r"([0-9]+)", part.casefold()) for part in name.split("/")]
    return [[int(piece) if at % 2 else piece for at, piece in enumerate(part)] for part in parts], name


def _sorted(hits: Iterable[_Hit]) -> list[_Hit]:
    return sorted(hits, key=lambda hit: natural_key("/".join(hit.path.parts[-hit.depth :])))


def _wanted(path: Path) -> bool:
    """Whether a file met on the way is an image to take: by suffix, not hidden, not a link, a regular file."""
    return path.suffix.lower() in SUFFIXES and path.name[0] != "." and not os.path.islink(path) and os.path.isfile(path)


def _walk(folder: Path, skipped: list[Skipped], passed: PassedOver) -> list[_Hit]:
    """Every image below a folder; hidden folders are not entered and links not followed."""

    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(str(error.filename), error.strerror or "cannot be listed"))

    hits = []
    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if name[0] != "."]
        depth = len(Path(place).relative_to(folder).parts) + 1
        hits += [_Hit(path, depth) for name in files if passed.keeps(path := Path(place, name), _wanted(path))]
        passed.see_linked(Path(place, name) for name in folders)
    return _sorted(hits)


def _expand(pattern: str, skipped: list[Skipped], passed: PassedOver) -> list[_Hit]:
    """The images a glob means, `**` included; a path without wildcards that is not there is the caller's mistake."""
    if not glob.has_magic(pattern):
        raise UsageError(f"{pattern}: no such file or folder")
    for meant in (pattern, _literal_folders(pattern), pattern.replace("[", "[[]")):
        matches = [Path(match) for match in sorted(glob.glob(meant, recursive=True), key=natural_key)]
        if matches:
            pattern = meant
            break
    else:
        raise UsageError(f"{pattern}: matches no file")
    spelled_out = next(at for at, part in enumerate(Path(pattern).parts) if glob.has_magic(part))
    direct = [path for path in matches if not _through_link(path, spelled_out)]
    passed.see_links(path for path in matches if _through_link(path, spelled_out))
    hits = _sorted(_Hit(path, 1) for path in direct if passed.keeps(path, _wanted(path)))
    for folder in filter(os.path.isdir, direct):
        hits += _walk(folder, skipped, passed)
    return hits


def _literal_folders(pattern: str) -> str:
    """The glob with the folders at its start that are there taken as they are written: `photos [2020]/*.png`."""
    parts = Path(pattern).parts
    there = next((at for at in range(len(parts), 0, -1) if os.path.isdir(Path(*parts[:at]))), 0)
    return str(Path(*(glob.escape(part) if at < there else part for at, part in enumerate(parts))))


def _through_link(path: Path, spelled_out: int) -> bool:
    """Whether a wildcard went through a symbolic link; a link that the user spelled out is meant."""
    parts = path.parts
    return any(os.path.islink(Path(*parts[:depth])) for depth in range(spelled_out + 1, len(parts) + 1))


class _Folders:
    """Where folders really are, each looked up once: of 100,000 files, that is most of the time."""

    def __init__(self) -> None:
        self._known: dict[Path, Path] = {}

    def of(self, path: Path) -> Path:
        """The folder of a file, without links."""
        if (parent := path.parent) not in self._known:
            self._known[parent] = parent.resolve()
        return self._known[parent]

    def resolved(self, path: Path) -> str:
        """The file, without links."""
        if os.name == "nt" or os.path.islink(path):  # where names differ in case, too
            return str(path.resolve())
        return os.path.join(self.of(path), path.name)


def _unique_names(hits: Sequence[_Hit], folders: _Folders) -> list[str]:
    """A name for each: where two are alike, both take one more parent folder in front until they differ."""
    above: dict[Path, tuple[str, ...]] = {}  # parts of folders as text, of which each is known once
    for folder in {folders.of(hit.path) for hit in hits}:
        above[folder] = tuple(as_text(part) for part in folder.parts[1:])
    parts = [(*above[folders.of(hit.path)], as_text(hit.path.name)) for hit in hits]
    depths = [hit.depth for hit in hits]
    while True:
        names = ["/".join(part[-depth:]) for part, depth in zip(parts, depths, strict=True)]
        counts = Counter(names)
        same = Counter(parts)  # differ in bytes that are no text, so folders in front would not help
        clashing = [
            at for at, name in enumerate(names) if counts[name] > same[parts[at]] and depths[at] < len(parts[at])
        ]
        if not clashing:
            return numbered([short_enough(name) for name in names])
        for at in clashing:
            depths[at] += 1


def short_enough(name: str) -> str:
    """The name, without the folders at its front that make it longer than a file can hold; else its end."""
    while len(name.encode()) > MAX_NAME_BYTES and "/" in name:
        _, _, name = name.partition("/")
    return name.encode()[-MAX_NAME_BYTES:].decode("utf-8", "ignore")


def numbered(names: Sequence[str]) -> list[str]:
    """The last resort, for file names that differ only in bytes that are not text: "a", "a (2)"."""
    taken: dict[str, None] = {}
    copies = Counter[str]()
    for name in names:
        candidate = name
        while candidate in taken:
            copies[name] += 1
            candidate = f"{name} ({copies[name] + 1})"
        taken[candidate] = None
    return list(taken)


def as_text(part: str) -> str:
    """A part of a path as plain Unicode, bytes that are no text replaced, for names are stored as UTF-8."""
    return os.fsencode(part).decode("utf-8", "replace")
