"""Images by their names and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from inrcodec.errors import UsageError


@dataclass(frozen=True)
class Selection:
    """The images of a set by what one may call them."""

    names: Sequence[str]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of every image by its name."""
        return {name: number for number, name in enumerate(self.names)}

    def find(self, which: str) -> int | None:
        """The number of an image by its name, which comes first, or by its number in digits; None when it has none."""
        if which in self.numbers:
            return self.numbers[which]
        return int(which) if re.fullmatch(r"[0-9]{1,9}", which) and int(which) < len(self.names) else None

    def number(self, which: str) -> int:
        """The same; UsageError when there is no such image."""
        found = self.find(which)
        if found is None:
            last = len(self.names) - 1
            raise UsageError(f"no image {which!r} here; numbers run from 0 to {last}, names are listed by report")
        return found

    def select(self, wanted: str) -> tuple[int, ...]:
        """Numbers from names, numbers and ranges such as "3,7-9,cat.png"; a name wins over a range."""
        if wanted in self.numbers:  # a name may hold commas
            return (self.numbers[wanted],)
        numbers: list[int] = []
        for part in filter(None, (part.strip() for part in wanted.split(","))):
            span = re.fullmatch(r"(\d{1,9})-(\d{1,9})", part)
            if span and part not in self.numbers:
                numbers += range(self.number(span[1]), self.number(span[2]) + 1)
            else:
                numbers.append(self.number(part))
        if not numbers:
            raise UsageError(f"no image named by {wanted!r}; give numbers, ranges or names such as 3,7-9,cat.png")
        return tuple(dict.fromkeys(numbers))
