"""What a file of images says, and what its field needs to draw them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from inrcodec.archive.summaries import shares_of_file
from inrcodec.bitstream.figures import LATENT_BITS
from inrcodec.bitstream.header import Header
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError, InrError
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import Field, image_conditions
from inrcodec.field.work import LATENT_BYTES, RECODING, BlockClaims, Work
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import samples_per_pixel
from inrcodec.numerics.poses import poses_from
from inrcodec.settings import Holdout

Values = TypeVar("Values", bound=npt.NDArray[Any])


class Contents:
    """Everything that a file holds."""

    def __init__(
        self, stored: StoredSet, path: Path | None = None, *, limit: float = math.inf, called: str | None = None
    ) -> None:
        """limit: seconds of work beyond what is usual; see `field.work`; called: what messages call it, the path."""
        self.path = path
        self.called = called or str(path or "the file")
        self._is_named = called is not None or path is not None
        self.stored = stored
        pixels = sum(height * width for height, width in stored.shapes)
        self.work = Work(stored.size, pixels, len(stored.shapes), limit, self.called)
        self._decoded: set[int] = set()  # blocks that were counted as work
        self.poses = None if stored.poses is None else _fixed(poses_from(stored.poses))  # (images, 4)
        self._conditions = image_conditions(stored.header.model, stored.shapes, self.poses)

    @cached_property
    def field(self) -> Field:
        """The network, which is decoded when it is first asked for."""
        stored, header = self.stored, self.stored.header
        with self._named():
            self.work.weights(stored.weights)
            weights = tuple(tensor.values() for tensor in stored.network)
            _ = stored.codec
        return Field(header.model, header.channels, weights, tolerance=stored.ends.tolerance, work=self.work)

    def field_of(self, number: int) -> Field:
        """The network as it draws that image."""
        return self.field if self.stored.ends.whitens(number) else self._unwhitened

    @cached_property
    def _unwhitened(self) -> Field:
        return replace(self.field, white=False)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Failures in here name the file."""
        try:
            yield
        except CorruptFileError as failure:
            raise naming(self.called if self._is_named else None, failure) from failure

    @property
    def header(self) -> Header:
        """What the file says of itself."""
        return self.stored.header

    @property
    def holdout(self) -> Holdout:
        """Which pixels were hidden from the fit."""
        return self.header.holdout

    @property
    def channels(self) -> int:
        """Of pictures that are drawn: 3, or 4 with alpha. A set that is gray has one in its file."""
        return max(3, self.header.channels)

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
        with self._named():
            tensors = self.stored.encoder(encoder_shapes(self.header.channels, model.levels[0].channels))
        return None if tensors is None else tuple(tensor.values() for tensor in tensors)

    def verify(self) -> None:
        """Decode every block, and the encoder if there is one; raises what is wrong with the first damaged one."""
        _ = self.field
        with self._named():
            self.work.check(sum(self._block_seconds(block) for block in range(self.stored.blocks)))
        for number in range(self.header.images):
            self.latents(number)
        _ = self.encoder

    def check_work(self, sizes: Sequence[tuple[int, tuple[int, int]]]) -> None:
        """Raise TooMuchWork where drawing images, by number at (width, height), is too much to ask for so few bytes."""
        blocks = {self.stored.block_of(number) for number, _ in sizes} if self.header.model.levels else set()
        seconds = sum(self._block_seconds(block) for block in blocks) + self.work.image_seconds * len(sizes)
        footprint, weights = self.header.model.footprint, self.field.weights
        kinds = Counter((self.shape(number), size) for number, size in sizes)
        for (native, (width, height)), count in kinds.items():
            drawn = (min(height, native[0]), min(width, native[1]))  # larger ones are drawn from the native picture
            points = [samples_per_pixel(own, side, footprint) * side for own, side in zip(native, drawn, strict=True)]
            seconds += count * self.work.drawing_seconds(
                self.header.model, weights, math.prod(points), math.prod(drawn), drawn == native
            )
        with self._named():
            self.work.check(seconds)

    def check_change(self, images: Iterable[int], pixels: int = 0, visits: int = 0) -> None:
        """Raise TooMuchWork where a change of the file is too much to ask for so few bytes.

        images: whose blocks are decoded and coded anew; pixels: that are fitted against its network, so many times.
        """
        numbers, stored = list(images), self.stored
        blocks = sorted({stored.block_of(number) for number in numbers}) if self.header.model.levels else []
        seconds = RECODING * sum(map(self._block_seconds, blocks)) + self.work.image_seconds * len(numbers)
        seconds += self.work.fitting_seconds(self.header.model, self.field.weights, pixels, visits)
        with self._named():
            self.work.check(seconds, LATENT_BYTES * max((self._claims(block).latents for block in blocks), default=0))

    def shape(self, number: int) -> tuple[int, int]:
        """(height, width) of an image."""
        return self.stored.shapes[number]

    def latents(self, number: int) -> tuple[npt.NDArray[np.int16], ...]:
        """Latents (channels, cells down, cells across) per level, coarsest first."""
        with self._named():
            block = self.stored.block_of(number)
            if self.header.model.levels and block not in self._decoded:
                _ = self.field
                self.work.block(self._claims(block), self.header.model.context_width)
                self._decoded.add(block)
            return tuple(map(_fixed, self.stored.latents(number)))  # they are kept for other images, and the next call

    def _block_seconds(self, block: int) -> float:
        return self.work.block_seconds(self._claims(block), self.header.model.context_width)

    def _claims(self, block: int) -> BlockClaims:
        model, ranges = self.header.model, iter(self.stored.codec.ranges)
        shapes = Counter(self.shape(number) for number in self.stored.images_of(block))
        latents = entries = waves = 0
        for level in model.levels:
            grids = [(level.cells(height), level.cells(width), count) for (height, width), count in shapes.items()]
            cells = sum(down * across * count for down, across, count in grids)
            waves += level.channels * max(across + 2 * down - 2 for down, across, _ in grids)
            for _ in range(level.channels):
                lowest, highest = next(ranges)
                latents, entries = latents + cells, entries + cells * (highest - lowest + 1)
        pixels = sum(count * height * width for (height, width), count in shapes.items())
        return BlockClaims(latents, entries // max(1, latents), waves, pixels)

    def conditions(self, number: int) -> Pixels:
        """What goes into the network for the image besides its latents, (1, values)."""
        found: Pixels = self._conditions[number : number + 1]
        return found.copy()

    def field_inputs(self, number: int) -> tuple[list[Pixels], Pixels]:
        """What the field needs of an image: latents [(channels, 1, cells down, cells across)], and conditions."""
        with self._named():
            self.work.image()
        return [level[:, None].astype(np.float32) for level in self.latents(number)], self.conditions(number)

    @cached_property
    def image_bits(self) -> Pixels:
        """Each image's share of the file in bits, (images,): its own latents, and by area what the set shares."""
        return _fixed(shares_of_file(self.stored, self.figures.get(LATENT_BITS)))


def _fixed(array: Values) -> Values:
    """The same values, which nobody can change by accident: what is handed out is what the archive works with."""
    fixed = array.view()
    fixed.flags.writeable = False
    return fixed


def naming(path: Path | str | None, failure: InrError) -> InrError:
    """The failure, with the file that it is of."""
    return failure if path is None else type(failure)(f"{path}: ", failure.message)
