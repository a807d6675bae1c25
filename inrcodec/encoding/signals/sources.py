"""Files that a list of constraints names: pictures, masks, arrays and points, each checked against the signal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inrcodec.encoding.signals.listed import ConstraintList, Domain, Listed
from inrcodec.errors import InputError, UsageError
from inrcodec.fitting.constraints import quantity_named
from inrcodec.fitting.constraints.domain import Points
from inrcodec.images import load_pictures
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.dct import Doubles

ARRAYS, POINTS = (".npy",), (".csv", ".txt", ".tsv")
BRIGHT = 0.5


@dataclass(frozen=True)
class Source:
    """Whose target is read: of which list, in which folder, under which name in messages."""

    listed: ConstraintList
    folder: Path
    called: str

    @property
    def sides(self) -> tuple[int, int]:
        """Samples along every axis, x first."""
        return self.listed.axes

    def wrong(self, problem: str) -> UsageError:
        """What to raise."""
        return UsageError(f"{self.called}: {problem}")


def picture_of(path: str, source: Source, *, normals: bool = False, mask: bool = False) -> Pixels:
    """A picture (height, width, channels) with the list's size and channels; masks and normal maps keep their own."""
    where = source.folder / path
    if not where.is_file():
        raise source.wrong(f"{path}: no such file")
    try:
        pixels = load_pictures([where], background="black" if mask or normals else None).pictures[0].pixels
    except InputError as failure:
        raise source.wrong(f"{path}: cannot be read as a picture") from failure
    height, width = pixels.shape[:2]
    if (width, height) != source.sides:
        raise source.wrong(f"{path}: has {width}x{height} pixels, and axes says {source.sides[0]}x{source.sides[1]}")
    return pixels if mask or normals else in_channels(pixels, source.listed.channels, f"{source.called}: {path}")


def in_channels(pixels: Pixels, channels: int, called: str) -> Pixels:
    """A picture (height, width, 3 or 4) in as many channels; UsageError where that would lose something."""
    if channels == 1:
        if not is_gray(pixels):
            raise UsageError(f"{called}: is in color or has transparency; channels = {pixels.shape[2]}")
        return pixels[..., :1]
    if channels == 3 and pixels.shape[2] == 4:
        raise UsageError(f"{called}: has transparency; channels = 4")
    if channels == 4 and pixels.shape[2] == 3:
        return np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=2)
    return pixels


def is_gray(pixels: Pixels) -> bool:
    """Whether all three channels of an opaque picture are the same."""
    return pixels.shape[2] == 3 and bool((pixels == pixels[..., :1]).all())


def array_of(target: str, constraint: Listed, source: Source) -> Doubles:
    """An array of (height, width, channels, components); the last axis is left out where there is one component."""
    components = quantity_named(constraint.quantity).components(len(source.sides))
    try:
        values = np.load(source.folder / target, allow_pickle=False)
    except Exception as failure:  # readers of damaged bytes raise whatever their parts raise
        raise source.wrong(f"{target}: cannot be read as an array of numbers ({failure})") from failure
    if not isinstance(values, np.ndarray):
        raise source.wrong(f"{target}: holds several arrays (.npz); give a file of one (.npy)")
    wanted = (*source.sides[::-1], source.listed.channels, components)
    shown = wanted if components > 1 else wanted[:-1]
    if tuple(values.shape) != shown or values.dtype.kind not in "fiu":
        raise source.wrong(f"{target}: has the shape {tuple(values.shape)}, not {shown} (height, width, channels, ...)")
    if not np.isfinite(values).all():
        raise source.wrong(f"{target}: not all of its numbers are finite")
    return np.asarray(values, dtype=np.float64).reshape(wanted)


def points_of(path: str, values: int, source: Source) -> tuple[Points, Doubles]:
    """Rows of a points file: places in samples, (0, 0) being the center of the first one, then as many values."""
    axes = len(source.sides)
    try:
        text = (source.folder / path).read_text("utf-8").replace(",", " ").replace(";", " ")
        lines = [line.split("#")[0].split() for line in text.splitlines()]
        rows = [[float(word) for word in line] for line in lines if line]
    except (OSError, ValueError) as failure:
        raise source.wrong(
            f"{path}: cannot be read as rows of numbers ({failure}); put # before a row of titles"
        ) from failure
    if not rows or any(len(row) != axes + values for row in rows):
        raise source.wrong(
            f"{path}: every row needs {axes + values} numbers: {axes} of the place and {values} of the target"
        )
    table = np.array(rows, dtype=np.float64)
    if not np.isfinite(table).all():
        raise source.wrong(f"{path}: not all of its numbers are finite")
    where = (2.0 * table[:, :axes] + 1.0) / np.array(source.sides) - 1.0
    if np.abs(where).max() > 1.0:
        raise source.wrong(f"{path}: has points outside of the {' x '.join(map(str, source.sides))} samples")
    return where, table[:, axes:]


def cells_of(domain: Domain, source: Source) -> NDArray[np.int64]:
    """Numbers of the cells in a mask, the cells of x fastest."""
    path = domain.inside if domain.inside is not None else domain.outside
    assert path is not None
    bright = picture_of(path, source, mask=True).mean(axis=2) > BRIGHT
    chosen = np.flatnonzero((bright if domain.inside is not None else ~bright).ravel())
    if not len(chosen):
        raise source.wrong(f"{path}: no sample is in its domain; masks are bright inside")
    return chosen


def is_points(path: str) -> bool:
    """Whether a file has rows of places."""
    return Path(path).suffix.lower() in POINTS


def is_array(path: str) -> bool:
    """Whether a file holds an array."""
    return Path(path).suffix.lower() in ARRAYS
