"""What a folder or a glob holds that is a picture to its owner and is not read: links, and formats that are unknown."""

# ruff: noqa: PTH114 - os.path answers "no" where Path raises because it may not look

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

UNREAD = frozenset(
    ".heic .heif .jxl .jp2 .j2k .svg .svgz .psd .xcf .ico .icns .tga .exr .hdr .dds .qoi .ppm .pgm .pbm .pnm "
    ".dng .cr2 .cr3 .nef .arw .orf .raf".split()
)


class PassedOver:
    """Counts what was passed over on the way."""

    def __init__(self) -> None:
        self._suffixes: Counter[str] = Counter()
        self._links = 0

    def keeps(self, path: Path, wanted: bool) -> bool:
        """`wanted` itself; a file that is not is counted where it is a picture of an unknown kind, or a link."""
        if not wanted and path.name[0] != ".":
            suffix = path.suffix.lower()
            if os.path.islink(path):
                self._links += 1
            elif suffix in UNREAD:
                self._suffixes[suffix] += 1
        return wanted

    def see_links(self, paths: Iterable[Path]) -> None:
        """Count what a glob reached through links."""
        self._links += sum(1 for _ in paths)

    def see_linked(self, folders: Iterable[Path]) -> None:
        """Count the folders among these that are links, which are not followed."""
        self._links += sum(os.path.islink(folder) for folder in folders)

    def notes(self) -> Iterator[str]:
        """A line for each kind of thing that was passed over."""
        if self._suffixes:
            listed = ", ".join(f"{count:,} {suffix}" for suffix, count in sorted(self._suffixes.items()))
            yield f"passed over {listed}: formats that are not read; convert them to PNG first"
        if self._links:
            links = "symbolic link" if self._links == 1 else "symbolic links"
            yield f"passed over {self._links:,} {links}; name what they lead to, or each link itself"
