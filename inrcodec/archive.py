"""An opened .inr file: images by number or name, each rendered at any size; numpy only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.container import read_file
from inrcodec.bitstream.figures import HOLDOUT_PSNR, LATENT_BITS, PSNR
from inrcodec.bitstream.header import Header
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.stored import StoredSet
from inrcodec.detail import enlarge
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError, UsageError
from inrcodec.field.derivative_raster import gradient, laplacian, midpoint_slopes
from inrcodec.field.encoder import encoder_shapes
from inrcodec.field.field import Field, field_shapes, image_conditions
from inrcodec.field.moments import moments
from inrcodec.field.raster import raster
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis
from inrcodec.numerics.poses import poses_from

Upsample = Literal["field", "detail"]  # how what lies between native pixels is drawn
CODE_POINTS = 16  # along each side, where a code is a mean over the image


class Archive:
    """A set of images in one file."""

    def __init__(self, stored: StoredSet, path: Path | None = None) -> None:
        self.path = path
        self.stored = stored
        weights = tuple(tensor.values() for tensor in stored.network)
        self.field = Field(stored.header.model, stored.header.channels, weights)
        self.poses = None if stored.poses is None else poses_from(stored.poses)  # (images, 4)
        self._conditions = image_conditions(stored.header.model, stored.shapes, self.poses)

    @staticmethod
    def open(path: str | Path, *, lenient: bool = False, kept_blocks: int = 1) -> Archive:
        """Read a file; CorruptFileError or UnsupportedFileError name it and say what is wrong.

        With `lenient`, damaged blocks are left for the images in them to complain about. Images lie in blocks of up to
        64; so many decoded ones are kept in memory (of 64 icons of 48 pixels, 0.6 MB each).
        """
        path = Path(path)
        try:
            return Archive(StoredSet(read_file(path), field_shapes, lenient=lenient, kept_blocks=kept_blocks), path)
        except (CorruptFileError, UnsupportedFileError) as failure:
            raise _naming(path, failure) from failure

    @staticmethod
    def from_bytes(blob: bytes) -> Archive:
        """The same from bytes in memory."""
        return Archive(StoredSet(blob, field_shapes))

    def reread(self, blob: bytes, path: Path) -> Archive:
        """The file at `path`, of these bytes, which differ in figures and the like alone; decodes nothing anew."""
        return Archive(self.stored.reread(blob), path)

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
        return self.stored.names() or tuple(str(number) for number in range(len(self)))

    @cached_property
    def figures(self) -> dict[str, Pixels]:
        """The stored figures, float32 (images,) by name."""
        return {column.name: column.values for column in self.stored.figures()}

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
            raise _naming(self.path, failure) from failure
        return None if tensors is None else tuple(tensor.values() for tensor in tensors)

    def __repr__(self) -> str:
        return f"Archive({str(self.path)!r}, {len(self)} images, {self.file_size} bytes)"

    def __contains__(self, which: object) -> bool:
        """Whether `archive[which]` is an image: a name, or a number as an integer or in digits."""
        if isinstance(which, str):
            return self._found(which) is not None
        return isinstance(which, int) and -len(self) <= which < len(self)

    def __len__(self) -> int:
        return self.header.images

    def __getitem__(self, which: int | str) -> ArchivedImage:
        if isinstance(which, str):
            return ArchivedImage(self, self._number(which))
        if not -len(self) <= which < len(self):
            raise IndexError(f"no image {which} here; numbers run from 0 to {len(self) - 1}")
        return ArchivedImage(self, which % len(self))

    def __iter__(self) -> Iterator[ArchivedImage]:
        return (self[number] for number in range(len(self)))

    def select(self, wanted: str) -> tuple[int, ...]:
        """Image numbers from names, numbers and ranges such as "3,7-9,cat.png"; a name wins over a range."""
        if wanted in self.numbers:  # a name may hold commas
            return (self.numbers[wanted],)
        numbers: list[int] = []
        for part in filter(None, (part.strip() for part in wanted.split(","))):
            span = re.fullmatch(r"(\d{1,9})-(\d{1,9})", part)
            if span and part not in self.numbers:
                numbers += range(self._number(span[1]), self._number(span[2]) + 1)
            else:
                numbers.append(self._number(part))
        if not numbers:
            raise UsageError(f"no image named by {wanted!r}; give numbers, ranges or names such as 3,7-9,cat.png")
        return tuple(dict.fromkeys(numbers))

    def verify(self) -> None:
        """Decode every block, and the encoder if there is one; raises what is wrong with the first damaged one."""
        try:
            for number in range(0, len(self), 1):
                self.stored.latents(number)
            _ = self.encoder
        except CorruptFileError as failure:
            raise _naming(self.path, failure) from failure

    def shape(self, number: int) -> tuple[int, int]:
        """(height, width) of an image."""
        return self.stored.shapes[number]

    def latents(self, number: int) -> tuple[npt.NDArray[np.int16], ...]:
        """Latents (channels, cells down, cells across) per level, coarsest first."""
        return self.stored.latents(number)

    def conditions(self, number: int) -> Pixels:
        """What goes into the network for the image besides its latents, (1, values)."""
        found: Pixels = self._conditions[number : number + 1]
        return found

    def field_inputs(self, number: int) -> tuple[list[Pixels], Pixels]:
        """What the field needs of an image: latents [(channels, 1, cells down, cells across)], and conditions."""
        return [level[:, None].astype(np.float32) for level in self.latents(number)], self.conditions(number)

    @cached_property
    def image_bits(self) -> Pixels:
        """Each image's share of the file in bits, (images,): its own latents, and by area what the set shares."""
        areas = np.array([height * width for height, width in self.stored.shapes], dtype=np.float64)
        logarithms = self.figures.get(LATENT_BITS)
        own = np.zeros(len(self)) if logarithms is None else np.exp2(logarithms.astype(np.float64)) - 1.0
        own *= min(1.0, self.stored.latent_bits() / max(1.0, float(own.sum())))  # they were stored rounded
        shared = 8 * self.file_size - float(own.sum())
        shares: Pixels = np.add(own, shared * areas / areas.sum(), dtype=np.float32)
        return shares

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of every image by its name."""
        return {name: number for number, name in enumerate(self.names)}

    def _found(self, which: str) -> int | None:
        """The number of an image by its name, which comes first, or its number in digits."""
        if which in self.numbers:
            return self.numbers[which]
        return int(which) if re.fullmatch(r"[0-9]{1,9}", which) and int(which) < len(self) else None

    def _number(self, which: str) -> int:
        found = self._found(which)
        if found is not None:
            return found
        raise UsageError(f"no image {which!r} here; numbers run from 0 to {len(self) - 1}, names are listed by report")


@dataclass(frozen=True)
class ArchivedImage:
    """One image of an archive."""

    archive: Archive
    number: int

    @property
    def name(self) -> str:
        """Its file's name, relative to the folder that was encoded."""
        return self.archive.names[self.number]

    @property
    def height(self) -> int:
        """Native rows."""
        return self.archive.shape(self.number)[0]

    @property
    def width(self) -> int:
        """Native columns."""
        return self.archive.shape(self.number)[1]

    @property
    def bits(self) -> float:
        """Its share of the file in bits; the shares add up to the file."""
        return float(self.archive.image_bits[self.number])

    @property
    def psnr(self) -> float | None:
        """Measured when the file was written, dB."""
        return self.figure(PSNR)

    @property
    def holdout_psnr(self) -> float | None:
        """On pixels that the fit had not seen, measured before they were released, dB."""
        return self.figure(HOLDOUT_PSNR)

    @property
    def code(self) -> Pixels:
        """The image's code, a vector of one length for images of all sizes.

        Latents: `field.moments` of every level; of a level with one cell, the cell. Without latents: mean
        activations of the middle layer over the image.
        """
        levels = self.archive.latents(self.number)
        if not levels:
            grid = Axis(CODE_POINTS)
            units = self.archive.field.middle_units(*self.archive.field_inputs(self.number), grid, grid)
            return np.asarray(units.mean(axis=(1, 2, 3)), dtype=np.float32)
        pairs = zip(self.archive.header.model.levels, levels, strict=True)
        parts = [cells.reshape(-1) if level.whole else moments(cells) for level, cells in pairs]
        return np.concatenate(parts).astype(np.float32)

    def last_hidden(self, cells: int = 16) -> Pixels:
        """Activations of the last sine layer on a grid of cells x cells points, as a vector (hidden * cells**2,)."""
        grid = Axis(cells)
        units = self.archive.field.units(*self.archive.field_inputs(self.number), grid, grid)
        return np.asarray(units.reshape(-1), dtype=np.float32)

    def render(self, size: int | tuple[int, int] | None = None, upsample: Upsample = "detail") -> Pixels:
        """Colors in [0, 1] with straight alpha, (height, width, channels).

        size: None for native, the longer side in pixels, or (width, height). upsample: larger than native, the field
        itself, or its native picture with edges drawn by the detail network; no effect where a side is smaller.
        """
        return straightened(self.render_stored(size, upsample))

    def render_stored(self, size: int | tuple[int, int] | None = None, upsample: Upsample = "detail") -> Pixels:
        """The same with colors premultiplied by alpha: what the field holds and distortion is measured on."""
        width, height = self._requested(size)
        larger = height >= self.height and width >= self.width and (height, width) != (self.height, self.width)
        if upsample == "detail" and larger:
            return enlarge(self._render_field(self.width, self.height), (width, height))
        return self._render_field(width, height)

    def gradient(self, size: int | tuple[int, int] | None = None) -> Pixels:
        """Slopes of the stored colors, (height, width, channels, 2): per native pixel to the right, then down.

        Exact derivatives of the field, at a size as in `render`; colors are premultiplied by alpha.
        """
        width, height = self._requested(size)
        native = self.height, self.width
        return gradient(self.archive.field, *self.archive.field_inputs(self.number), native, (height, width))

    def laplacian(self, size: int | tuple[int, int] | None = None) -> Pixels:
        """The Laplacian of the stored colors, (height, width, channels), per native pixel squared; see `gradient`."""
        width, height = self._requested(size)
        native = self.height, self.width
        return laplacian(self.archive.field, *self.archive.field_inputs(self.number), native, (height, width))

    def midpoint_slopes(self) -> tuple[Pixels, Pixels]:
        """Slopes half-way between neighboring pixels, to the right and down; see `field.derivative_raster`."""
        return midpoint_slopes(self.archive.field, *self.archive.field_inputs(self.number), (self.height, self.width))

    def _render_field(self, width: int, height: int) -> Pixels:
        native = self.height, self.width
        return raster(self.archive.field, *self.archive.field_inputs(self.number), native, (height, width))

    def _requested(self, size: int | tuple[int, int] | None) -> tuple[int, int]:
        if size is None:
            return self.width, self.height
        if isinstance(size, tuple):
            width, height = size
        else:
            if size < 1:
                raise UsageError(f"cannot render at {size} pixels")
            longer = max(self.width, self.height)
            width, height = max(1, round(self.width * size / longer)), max(1, round(self.height * size / longer))
        if min(width, height) < 1:
            raise UsageError(f"cannot render at {width}x{height}")
        return width, height

    def figure(self, name: str) -> float | None:
        """A stored figure by the name of its column, or None where it is unknown."""
        column = self.archive.figures.get(name)
        return None if column is None or np.isnan(column[self.number]) else float(column[self.number])


def straightened(stored: Pixels) -> Pixels:
    """Straight alpha from premultiplied (height, width, channels); pictures without alpha as they are."""
    if stored.shape[2] == 3:
        return stored
    alpha = stored[..., 3:]
    colors = np.divide(stored[..., :3], alpha, out=np.zeros_like(stored[..., :3]), where=alpha > 0)
    return np.concatenate([np.minimum(colors, 1.0), alpha], axis=2)


def _naming(path: Path | None, failure: InrError) -> InrError:
    return failure if path is None else type(failure)(f"{path}: ", failure.message)
