"""What a file of images and a collection of such files have in common: images by number or name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import index
from typing import Any, SupportsIndex, overload

from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.selection import Selection

Many = list[Any] | tuple[Any, ...]  # of numbers and names


class ImageSet:
    """Images by number or name; who derives from it knows their names, how many there are, and each by number."""

    names: Any  # tuple[str, ...]; a property, which every set has in its own way

    def __len__(self) -> int:
        raise NotImplementedError

    def _image(self, number: int) -> ArchivedImage:
        """The image of a number that there is."""
        raise NotImplementedError

    def __contains__(self, which: object) -> bool:
        """Whether `archive[which]` is an image: a name, or a number as an integer or in digits."""
        if isinstance(which, str):
            return self._selection.find(which) is not None
        return isinstance(which, int) and -len(self) <= which < len(self)

    @overload
    def __getitem__(self, which: SupportsIndex | str) -> ArchivedImage: ...

    @overload
    def __getitem__(self, which: slice | Many) -> list[ArchivedImage]: ...

    def __getitem__(self, which: SupportsIndex | str | slice | Many) -> ArchivedImage | list[ArchivedImage]:
        """An image by number or name; images by a slice of numbers, or a list of numbers and names.

        Raises IndexError for a number that there is not, and UnknownImageError, a KeyError too, for such a name.
        """
        if isinstance(which, str):
            return self._image(self._selection.number(which))
        if isinstance(which, slice):
            return [self._image(number) for number in range(len(self))[which]]
        if isinstance(which, Iterable):
            return [self[one] for one in which]
        number = index(which)
        if not -len(self) <= number < len(self):
            raise IndexError(f"no image {number} here; numbers run from 0 to {len(self) - 1}")
        return self._image(number % len(self))

    def __iter__(self) -> Iterator[ArchivedImage]:
        return (self[number] for number in range(len(self)))

    def select(self, wanted: str) -> tuple[int, ...]:
        """Image numbers from names, numbers and ranges such as "3,7-9,cat.png"; a name wins over a range."""
        return self._selection.select(wanted)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of every image by its name."""
        return self._selection.numbers

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self.names)
