"""What a picture looks like, as a vector: oriented edges where its foreground is, its colors, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

ORIENTATIONS = 8  # of edges, from 0 to 180 degrees
CELLS = (4, 8)  # pooling grids over the foreground's box, as in a spatial pyramid
REACH = 2.2  # half of the box, in standard deviations of the foreground
COLOR_BINS = (4, 6, 6)  # L, a, b
COLOR_WEIGHT, LAYOUT_WEIGHT = 0.5, 0.3  # against the edges' weight of 1; chosen by precision@1 on labelled icons
LAYOUT_CELLS = 8
LENGTH = (
    sum(cells**2 for cells in CELLS) * ORIENTATIONS
    + COLOR_BINS[0] * COLOR_BINS[1] * COLOR_BINS[2]
    + 4 * LAYOUT_CELLS**2
)
KIND = "descriptor 2"  # of what is kept of them; another number for another kind
TURNS = (-8.0, 8.0, -16.0, 16.0)  # degrees, of a picture from outside
TURN_COST = 0.03  # of its cosine: turns are guesses, and one that is not needed should not win by chance
FULL_FOREGROUND = 0.3  # distance from the background's color, in hundreds of Delta E
LEAST_FOREGROUND = 0.02  # of the picture; with less, all of it counts

# sRGB (D65) to XYZ relative to white, IEC 61966-2-1
_TO_XYZ = np.asarray(
    np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    / np.array([[0.9505], [1.0], [1.089]]),
    np.float32,
)


@dataclass(frozen=True)
class _Foreground:
    """Where a picture differs from its background: weights (height, width), and the box around it in pixels."""

    weights: FloatArray
    background: FloatArray  # its color (3,)
    center: tuple[float, float]
    reach: float


@dataclass(frozen=True)
class _Box:
    """What lies around the foreground: which pixels (height, width), and their places (n,) down and across, 0 to 1."""

    inside: NDArray[np.bool_]
    y: FloatArray
    x: FloatArray


def descriptor(picture: FloatArray) -> FloatArray:
    """A unit vector for a picture (height, width, 3) in [0, 1]; orientation histograms follow Dalal and Triggs 2005."""
    lab = _lab(picture)
    foreground = _foreground(lab)
    box = _boxed(foreground)
    layout = LAYOUT_WEIGHT * _layout(lab, foreground, box)
    joined = np.concatenate([_edges(lab, box), COLOR_WEIGHT * _colors(lab, foreground.weights), layout])
    return np.asarray(joined / max(1e-9, float(np.linalg.norm(joined))), dtype=np.float32)


def descriptors_in_poses(picture: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Descriptors (poses, values) of a picture as it is, without margins, and turned; and the cost (poses,) of each."""
    background = np.median(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]]), axis=0)
    descriptors = [descriptor(picture), descriptor(_without_margins(picture))]
    descriptors += [descriptor(_turned(picture, degrees, np.asarray(background, np.float32))) for degrees in TURNS]
    return np.stack(descriptors), np.array([0.0, 0.0] + [TURN_COST] * len(TURNS), np.float32)


def _without_margins(picture: FloatArray) -> FloatArray:
    """What the foreground spans: a thing that fills its picture in the set may have a background elsewhere."""
    shown = _foreground(_lab(picture)).weights > 0.5
    if not shown.any():
        return picture
    rows, columns = (np.flatnonzero(shown.any(axis=axis)) for axis in (1, 0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _turned(picture: FloatArray, degrees: float, background: FloatArray) -> FloatArray:
    """The picture turned about its middle, read bilinearly; the background fills the corners."""
    height, width = picture.shape[:2]
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    rows, columns = np.mgrid[:height, :width]
    down, across = rows - (height - 1) / 2, columns - (width - 1) / 2
    y = np.clip(cosine * down - sine * across + (height - 1) / 2 + 1, 0, height + 1)
    x = np.clip(sine * down + cosine * across + (width - 1) / 2 + 1, 0, width + 1)
    framed = np.broadcast_to(background, (height + 3, width + 3, 3)).copy()
    framed[1:-2, 1:-2] = picture
    top, left = y.astype(int), x.astype(int)
    low, high = (y - top)[..., None], (x - left)[..., None]
    upper = framed[top, left] * (1 - high) + framed[top, left + 1] * high
    lower = framed[top + 1, left] * (1 - high) + framed[top + 1, left + 1] * high
    return np.asarray(upper * (1 - low) + lower * low, dtype=np.float32)


def _lab(picture: FloatArray) -> FloatArray:
    """CIE Lab from sRGB, all three over 100."""
    linear = np.where(picture <= 0.04045, picture / 12.92, ((np.clip(picture, 0, 1) + 0.055) / 1.055) ** 2.4)
    xyz = np.asarray(linear, np.float32) @ _TO_XYZ.T
    root = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    first, middle, last = root[..., 0], root[..., 1], root[..., 2]
    return np.asarray(np.stack([1.16 * middle - 0.16, 5 * (first - middle), 2 * (middle - last)], -1), np.float32)


def _foreground(lab: FloatArray) -> _Foreground:
    """The background is the median color of the border; without any foreground, all is."""
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    background = np.asarray(np.median(border, axis=0), np.float32)
    weights = np.clip(np.linalg.norm(lab - background, axis=-1) / FULL_FOREGROUND, 0, 1)
    if weights.mean() < LEAST_FOREGROUND:
        weights = np.ones_like(weights)
    rows, columns = np.mgrid[: weights.shape[0], : weights.shape[1]]
    total = weights.sum()
    middle = [float((axis * weights).sum() / total) for axis in (rows, columns)]
    square = (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2
    reach = REACH * max(1.0, float(np.sqrt((square * weights).sum() / total / 2)))  # one for both axes: shape counts
    return _Foreground(np.asarray(weights, np.float32), background, (middle[0], middle[1]), reach)


def _edges(lab: FloatArray, box: _Box) -> FloatArray:
    """Histograms of edge orientations over every grid of cells, weighted by contrast."""
    down, across = _strongest_slopes(lab)
    down, across = down[box.inside], across[box.inside]
    contrast = np.sqrt(np.hypot(down, across))
    turn = np.asarray(np.mod(np.arctan2(down, across), np.pi) / np.pi * ORIENTATIONS, np.float32)
    parts = []
    for cells in CELLS:
        place = [np.clip(axis * cells - 0.5, 0, cells - 1) for axis in (box.y, box.x)]
        counts = _soft_histogram(place, turn, contrast, cells)
        parts.append(np.sqrt(counts / max(1e-9, float(counts.sum()))))
    return np.asarray(np.concatenate(parts) / np.sqrt(len(CELLS)), np.float32)


def _strongest_slopes(lab: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of every pixel, down and across (height, width), in the channel where they are steepest."""
    padded: FloatArray = np.pad(lab, ((1, 1), (1, 1), (0, 0)), mode="edge")  # a side of one pixel has a slope, too
    down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    across = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    strongest = np.argmax(down**2 + across**2, axis=-1).reshape(-1)
    each, shape = np.arange(len(strongest)), lab.shape[:2]
    return (
        down.reshape(-1, 3)[each, strongest].reshape(shape),
        across.reshape(-1, 3)[each, strongest].reshape(shape),
    )


def _boxed(foreground: _Foreground) -> _Box:
    height, width = foreground.weights.shape
    y = (((np.arange(height) - foreground.center[0]) / foreground.reach + 1) / 2).astype(np.float32)
    x = (((np.arange(width) - foreground.center[1]) / foreground.reach + 1) / 2).astype(np.float32)
    inside = ((y > 0) & (y < 1))[:, None] & ((x > 0) & (x < 1))
    return _Box(inside, np.broadcast_to(y[:, None], inside.shape)[inside], np.broadcast_to(x, inside.shape)[inside])


def _layout(lab: FloatArray, foreground: _Foreground, box: _Box) -> FloatArray:
    """Where foreground of which color stands: its mean in every cell of the box, as a unit vector."""
    index = (box.y * LAYOUT_CELLS).astype(int) * LAYOUT_CELLS + (box.x * LAYOUT_CELLS).astype(int)
    size = LAYOUT_CELLS**2
    counts = np.maximum(1, np.bincount(index, minlength=size))
    away, weights = (lab - foreground.background)[box.inside], foreground.weights[box.inside]
    flat = np.concatenate([np.bincount(index, channel, size) / counts for channel in (*away.T, weights)])
    return np.asarray(flat / max(1e-9, float(np.linalg.norm(flat))), np.float32)


def _soft_histogram(place: list[FloatArray], turn: FloatArray, weight: FloatArray, cells: int) -> FloatArray:
    """Counts (cells * cells * orientations,); each sample shared by its two nearest bins along all three axes."""
    (down, below), (across, beside) = (_shared(axis, cells) for axis in place)
    turned, round_ = _shared(turn, ORIENTATIONS + 1)
    turns = turned % ORIENTATIONS, (turned + 1) % ORIENTATIONS
    counts = np.zeros(cells * cells * ORIENTATIONS)
    for row, rows in ((down, 1 - below), (np.minimum(down + 1, cells - 1), below)):
        for column, columns in ((across, 1 - beside), (np.minimum(across + 1, cells - 1), beside)):
            first, share = (row * cells + column) * ORIENTATIONS, weight * rows * columns
            counts += np.bincount(first + turns[0], share * (1 - round_), len(counts))
            counts += np.bincount(first + turns[1], share * round_, len(counts))
    return counts.astype(np.float32)


def _shared(places: FloatArray, bins: int) -> tuple[NDArray[np.int64], FloatArray]:
    """The lower bin of each place, and the share of the one above it."""
    lower = np.minimum(places.astype(np.int64), bins - 1)
    return lower, places - lower.astype(np.float32)


def _colors(lab: FloatArray, weights: FloatArray) -> FloatArray:
    """Square root of a soft histogram of the foreground's colors, every sample shared by its eight nearest bins."""
    low, high = np.array([0.0, -0.8, -0.8], np.float32), np.array([1.0, 0.8, 0.8], np.float32)
    bins, shown = np.array(COLOR_BINS), weights > 0
    place = np.clip((lab[shown] - low) / (high - low), 0, 1) * (bins - 1).astype(np.float32)
    lower = np.minimum(place.astype(np.int64), bins - 2)
    above = (place - lower.astype(np.float32)).T
    shares, strides, seen = (1 - above, above), (bins[1] * bins[2], bins[2], 1), weights[shown]
    first, counts = lower @ np.array(strides), np.zeros(int(bins.prod()))
    for one, other, last in product((0, 1), repeat=3):
        factor = shares[one][0] * shares[other][1] * shares[last][2] * seen
        counts += np.bincount(first + int(np.dot((one, other, last), strides)), factor, len(counts))
    flat = np.sqrt(counts)
    return np.asarray(flat / max(1e-9, float(np.linalg.norm(flat))), np.float32)
