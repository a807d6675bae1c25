"""Derivatives of cubic convolution: how the slope and the bend of a row of cells are read between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Keys' kernel (see `coordinates.cubic_weights`) as polynomials of the place t, 0 to 1, between cells 0 and 1: the
# weight of each of the cells -1 to 2, lowest power first.
POWERS = np.array([[0.0, -0.5, 1.0, -0.5], [1.0, 0.0, -2.5, 1.5], [0.0, 0.5, 2.0, -1.5], [0.0, 0.0, -0.5, 0.5]])
ON_A_CELL = 1e-9  # of a cell: nearer to its center than that is on it


def cubic_derivatives(places: NDArray[np.float64], cells: int, order: int) -> list[NDArray[np.float64]]:
    """Weights (places, cells) that read `cells` cells over [-1, 1] at places in it, and derivatives up to `order`.

    Derivatives are by the place. Cubic convolution has one continuous derivative; the second one jumps at the center of
    every cell, and is there the mean of both sides.
    """
    where = (places + 1.0) * (0.5 * cells) - 0.5
    before, behind = (np.floor(where + ON_A_CELL) - one for one in (0, 1))
    whole = np.abs(where - before) <= ON_A_CELL
    from_right = _weights(where, before, cells, order)
    from_left = _weights(where, np.where(whole, behind, before), cells, order)
    return [0.5 * (one + other) for one, other in zip(from_left, from_right, strict=True)]


def _weights(
    where: NDArray[np.float64], first: NDArray[np.float64], cells: int, order: int
) -> list[NDArray[np.float64]]:
    """The same from the piece between cells `first` and first + 1."""
    polynomials, powers, found = POWERS, (where - first)[:, None] ** np.arange(4), []
    columns = np.clip(first.astype(np.int64)[:, None] + np.arange(-1, 3), 0, cells - 1)
    for number in range(order + 1):
        matrix = np.zeros((len(where), cells))
        pieces = powers[:, : polynomials.shape[1]] @ polynomials.T * (0.5 * cells) ** number
        np.add.at(matrix, (np.arange(len(where))[:, None], columns), pieces)
        found.append(matrix)
        polynomials = polynomials[:, 1:] * np.arange(1, polynomials.shape[1])
    return found
