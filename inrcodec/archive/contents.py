"""What a file of images says, and what its field needs to draw them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from inrcodec.archive.selection import Selection
from inrcodec.archive.summaries import shares_of_file
from inrcodec.bitstream.figures import LATENT_BITS
from inrcodec.bitstream.header import Header
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError, InrError
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import Field, image_conditions
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.poses import poses_from

Values = TypeVar("Values", bound=npt.NDArray[Any])


class Contents:
    """Everything that a file holds."""

    def __init__(self, stored: StoredSet, path: Path | None = None) -> None:
        self.path = path
        self.stored = stored
        weights = tuple(tensor.values() for tensor in stored.network)
        self.field = Field(stored.header.model, stored.header.channels, weights, tolerance=stored.tolerance)
        self.poses = None if stored.poses is None else _fixed(poses_from(stored.poses))  # (images, 4)
        self._conditions = image_conditions(stored.header.model, stored.shapes, self.poses)

    @property
    def header(self) -> Header:
        """What the file says of itself."""
        return self.stored.header

    @property
    def channels(self) -> int:
        """3, or 4 with alpha."""
        return self.header.channels

    @property
    def file_size(self) -> int:
        """Bytes."""
        return self.stored.size

    @cached_property
    def pixels(self) -> int:
        """Native pixels of all images together."""
        return sum(height * width for height, width in self.stored.shapes)

    @property
    def bits_per_pixel(self) -> float:
        """Bits of the whole file per native pixel."""
        return 8 * self.file_size / self.pixels

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """What the bytes are spent on, as (label, bytes)."""
        return self.stored.parts()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One per image; its number where the file has no names."""
        return self.stored.names() or tuple(str(number) for number in range(self.header.images))

    @cached_property
    def times(self) -> tuple[float, ...] | None:
        """Seconds that each image is shown, where they are the frames of a clip."""
        return self.stored.times()

    @cached_property
    def figures(self) -> dict[str, Pixels]:
        """The stored figures, float32 (images,) by name."""
        return {column.name: _fixed(column.values) for column in self.stored.figures()}

    @cached_property
    def means(self) -> dict[str, float]:
        """Exact means of the stored figures by name."""
        return {column.name: column.mean for column in self.stored.figures()}

    @cached_property
    def record(self) -> Record | None:
        """How the fit went, where the file says so."""
        return self.stored.record()

    @cached_property
    def encoder(self) -> tuple[Pixels, ...] | None:
        """Weights of the network from a picture to its code, where codes tell images and the file kept it."""
        model = self.header.model
        if not model.coded:
            return None
        try:
            tensors = self.stored.encoder(encoder_shapes(self.channels, model.levels[0].channels))
        except CorruptFileError as failure:
            raise naming(self.path, failure) from failure
        return None if tensors is None else tuple(tensor.values() for tensor in tensors)

    def verify(self) -> None:
        """Decode every block, and the encoder if there is one; raises what is wrong with the first damaged one."""
        try:
            for number in range(self.header.images):
                self.stored.latents(number)
            _ = self.encoder
        except CorruptFileError as failure:
            raise naming(self.path, failure) from failure

    def shape(self, number: int) -> tuple[int, int]:
        """(height, width) of an image."""
        return self.stored.shapes[number]

    def latents(self, number: int) -> tuple[npt.NDArray[np.int16], ...]:
        """Latents (channels, cells down, cells across) per level, coarsest first."""
        return tuple(map(_fixed, self.stored.latents(number)))  # they are kept for other images, and for the next call

    def conditions(self, number: int) -> Pixels:
        """What goes into the network for the image besides its latents, (1, values)."""
        found: Pixels = self._conditions[number : number + 1]
        return found.copy()

    def field_inputs(self, number: int) -> tuple[list[Pixels], Pixels]:
        """What the field needs of an image: latents [(channels, 1, cells down, cells across)], and conditions."""
        return [level[:, None].astype(np.float32) for level in self.latents(number)], self.conditions(number)

    @cached_property
    def image_bits(self) -> Pixels:
        """Each image's share of the file in bits, (images,): its own latents, and by area what the set shares."""
        return _fixed(shares_of_file(self.stored, self.figures.get(LATENT_BITS)))

    @property
    def numbers(self) -> dict[str, int]:
        """The number of every image by its name."""
        return self._selection.numbers

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self.names)


def _fixed(array: Values) -> Values:
    """The same values, which nobody can change by accident: what is handed out is what the archive works with."""
    fixed = array.view()
    fixed.flags.writeable = False
    return fixed


def naming(path: Path | None, failure: InrError) -> InrError:
    """The failure, with the file that it is of."""
    return failure if path is None else type(failure)(f"{path}: ", failure.message)
