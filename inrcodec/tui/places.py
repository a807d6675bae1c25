"""Where images lie on a map: by the directions in which their vectors differ most, and none upon another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray

Places = NDArray[np.float64]
Cells = NDArray[np.int64]
NOWHERE = -1
ROWS = 1 << 13  # vectors that are made exact at a time
NEAR = 3  # cells that an image may be moved by, to find one of its own


def principal_places(vectors: FloatArray) -> Places:
    """Where vectors (n, values) lie along their first two principal components, (n, 2) in [0, 1], spread by rank.

    Half by value, half by rank: outliers would push all others into a corner.
    """
    places = np.zeros((len(vectors), 2))
    if len(vectors) > 2:
        first = _principal_components(vectors, vectors.mean(axis=0))
        farthest = np.take_along_axis(first, np.abs(first).argmax(axis=0, keepdims=True), axis=0)
        places[:, : first.shape[1]] = first * np.where(farthest < 0, -1, 1)  # either sign would do: the same everywhere
    for axis in range(2):
        values = places[:, axis]
        span = (values.max() - values.min()) or 1.0
        ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values) - 1)
        places[:, axis] = 0.5 * (values - values.min()) / span + 0.5 * ranks
    return places


def _principal_components(vectors: FloatArray, mean: FloatArray) -> Places:
    """The first two, (n, 2), of vectors (n, values) less their mean; by the smaller of the two products of these."""
    if len(vectors) <= vectors.shape[1]:
        exact = np.asarray(vectors - mean, np.float64)
        values, directions = np.linalg.eigh(exact @ exact.T)
        return np.asarray(directions[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0)))

    def parts() -> Iterator[Places]:
        return (np.asarray(vectors[at : at + ROWS] - mean, np.float64) for at in range(0, len(vectors), ROWS))

    products = np.zeros((vectors.shape[1],) * 2)
    for part in parts():
        products += part.T @ part
    directions = np.linalg.eigh(products)[1][:, :-3:-1]
    return np.concatenate([part @ directions for part in parts()])


def own_cells(places: Places, cells: tuple[int, int]) -> Cells:
    """A cell (across, down) of its own for as many of the places (n, 2) in [0, 1] as there is room for, (n, 2).

    Those nearest to the middle of a cell choose first; who finds none nearby is NOWHERE.
    """
    counts = np.array(cells)
    exact = places * (counts - 1)
    nearest = np.rint(exact).astype(np.int64)
    distance = ((exact - nearest) ** 2).sum(axis=1)
    offsets = [(right, down) for right in range(-NEAR, NEAR + 1) for down in range(-NEAR, NEAR + 1)]
    found = np.full((len(places), 2), NOWHERE, np.int64)
    taken: set[tuple[int, int]] = set()
    for number in np.argsort(distance, kind="stable").tolist():
        if len(taken) == cells[0] * cells[1]:
            break
        x, y = nearest[number].tolist()
        cell: tuple[int, int] | None = (x, y)
        if cell in taken:
            aim_x, aim_y = exact[number].tolist()
            near = [(x + right, y + down) for right, down in offsets]
            free = [at for at in near if at not in taken and 0 <= at[0] < cells[0] and 0 <= at[1] < cells[1]]
            cell = min(free, key=lambda at: (at[0] - aim_x) ** 2 + (at[1] - aim_y) ** 2) if free else None
        if cell is not None:
            taken.add(cell)
            found[number] = cell
    return found


def corners(
    places: Places, cells: Cells, counts: tuple[int, int], side: int, room: tuple[int, int], chosen: int
) -> Places:
    """Corners (n, 2) of thumbnails in pixels of a pane with so much room, the chosen one in its middle if zoomed.

    counts: cells across and down; whole characters, each one pixel wide and two high.
    """
    placed = (cells[:, :1] != NOWHERE) | np.isnan(places[:, :1])
    world = np.where(placed, cells, places * (np.array(counts) - 1)) * float(side)
    world[np.isnan(places[:, 0])] = np.nan
    pane, size = np.array(room), np.array(counts) * side
    first = np.clip(world[chosen] + side / 2 - pane / 2, np.minimum(0, size - pane), np.maximum(0, size - pane))
    spare = np.minimum(0, size - pane) / 2  # where all fits, it stands in the middle
    found = np.floor(world - np.where(size <= pane, spare, first))
    found[:, 1] -= found[:, 1] % 2
    return np.asarray(found)
