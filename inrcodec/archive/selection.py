"""Images by what one may call them: numbers, ranges, names as listings print them, stems and globs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath

from inrcodec.bitstream.escaping import from_cell, normal, typed
from inrcodec.errors import UnknownImageError, UsageError

NUMBER = re.compile(r"[0-9]{1,9}")
RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
MAGIC = re.compile(r"[*?[]")
LISTED = 3  # images that a message spells out


@dataclass(frozen=True)
class Selection:
    """The images of a set by what one may call them."""

    names: Sequence[str]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of every image by its name."""
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def _spellings(self) -> dict[str, list[int]]:
        """The images by other ways to write their names: in the normal form, as listed, as in a spreadsheet's cell.

        Without those whose name is all of these, which are most: of a million, the others take long enough.
        """
        joined = "".join(self.names)
        found: dict[str, list[int]] = {}
        if joined.isascii() and joined.isprintable() and " " not in joined:
            return found
        for number, name in enumerate(self.names):
            for spelling in set() if _plain(name) else {normal(name), typed(name)}:
                found.setdefault(spelling, []).append(number)
        return found

    @cached_property
    def _endings(self) -> dict[str, list[int]]:
        """The images by their names without folders, and without suffixes."""
        found: dict[str, list[int]] = {}
        for number, name in enumerate(self.names):
            path = PurePosixPath(typed(name))
            for ending in {path.name, path.stem, str(path.with_suffix("")) if path.name else ""}:
                found.setdefault(ending, []).append(number)
        return found

    @cached_property
    def _most_commas(self) -> int:
        return max((name.count(",") for name in self.names), default=0) if "," in "".join(self.names) else 0

    def named(self, which: str) -> list[int]:
        """The images whose name this is, however it is written: one, or several that look alike; empty for none."""
        if which in self.numbers:
            return [self.numbers[which]]
        for spelling in (normal(which), typed(which), typed(from_cell(which))):
            plain = [self.numbers[spelling]] if _plain(spelling) and spelling in self.numbers else []
            if found := [*self._spellings.get(spelling, []), *plain]:
                return sorted(found)
        return []

    def find(self, which: str) -> int | None:
        """The number of an image by its name, by its number in digits, or by its name's last part or stem.

        Names come first, and what could be two images is none.
        """
        candidates = self.named(which)
        if not candidates and NUMBER.fullmatch(which):
            return int(which) if int(which) < len(self.names) else None
        candidates = candidates or self._endings.get(typed(which), [])
        return candidates[0] if len(candidates) == 1 else None

    def number(self, which: str) -> int:
        """The same; UnknownImageError when there is no such image, or more than one."""
        found = self.find(which)
        if found is not None:
            return found
        several = self.named(which) or self._endings.get(typed(which), [])
        if several:
            alike = ", ".join(self.names[number] for number in several[:LISTED])
            more = f" and {len(several) - LISTED} more" if len(several) > LISTED else ""
            raise UnknownImageError(f"{which!r} could be {alike}{more}; say which, or give numbers")
        last = len(self.names) - 1
        raise UnknownImageError(f"no image {which!r} here; numbers run from 0 to {last}, names are listed by report")

    def select(self, wanted: str) -> tuple[int, ...]:
        """Numbers from names, stems, globs, numbers and ranges such as "3,7-9,cat.png,icons/*"; names come first.

        A name may hold commas. Every part has to name an image.
        """
        numbers = [number for part in self._parts(wanted) for number in self._part(part)]
        if not numbers:
            raise UsageError(f"no image named by {wanted!r}; give numbers, ranges or names such as 3,7-9,cat.png")
        return tuple(dict.fromkeys(numbers))

    def _parts(self, wanted: str) -> Iterator[str]:
        """What stands between commas, as far as these are not part of a name: the longest name counts."""
        pieces, most = wanted.split(","), self._most_commas
        at = 0
        while at < len(pieces):
            ends = range(min(len(pieces), at + 1 + most), at + 1, -1)
            end = next((end for end in ends if self.named(",".join(pieces[at:end]))), at + 1)
            part = ",".join(pieces[at:end])
            if part.strip():
                yield part
            at = end

    def _part(self, part: str) -> Sequence[int]:
        """The images that one part of a list names."""
        if known := self.named(part):
            return known if len(known) == 1 else [self.number(part)]
        part = part.strip()
        if span := RANGE.fullmatch(part):
            first, last = self.number(span[1]), self.number(span[2])
            if last < first:
                raise UsageError(f"the range {part!r} runs backwards; write {span[2]}-{span[1]}")
            return range(first, last + 1)
        if MAGIC.search(part) and self.find(part) is None:
            return self._matching(normal(part))
        return [self.number(part)]

    def _matching(self, pattern: str) -> list[int]:
        """The images that a glob names: whole names, or where it has no folder in it, their last parts."""
        found = []
        for number, name in enumerate(map(normal, self.names)):
            if fnmatchcase(name, pattern) or ("/" not in pattern and fnmatchcase(PurePosixPath(name).name, pattern)):
                found.append(number)
        if not found:
            raise UnknownImageError(f"no image is named like {pattern!r}; names are listed by report")
        return found


def _plain(name: str) -> bool:
    """Whether a name is written in one way only."""
    return name.isascii() and name.isprintable() and name == name.strip()
