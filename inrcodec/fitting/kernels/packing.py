"""Where weights stand in what kernels read, and their gradients in what kernels write, beside the order of the file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.layout import OTHERS, ROWS

Ints = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
NOTHING = 4  # zeros at the start of both: the bias of products without one, the gradient of weights that see only zeros


def rounded_up(count: int, multiple: int) -> int:
    """The smallest multiple that is no less."""
    return -(-count // multiple) * multiple


class Packing:
    """Numbers (ids) of weights, from 1 on in the order of the file; 0 is a weight that is none, and always zero."""

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Begin with tensors of the given shapes."""
        counts = [int(np.prod(shape)) for shape in shapes]
        starts = np.cumsum([1, *counts])
        self.tensors: list[Ints] = [
            np.arange(start, start + count).reshape(shape)
            for start, count, shape in zip(starts.tolist(), counts, shapes, strict=False)
        ]
        self._packed = [np.zeros(NOTHING, np.int64)]
        self._packed_count = NOTHING
        self._index: Ints | None = None  # all of it, once everything is packed
        self.places = np.zeros(sum(counts), np.int64)  # of the gradient of each weight in the order of the file
        self.gradients = NOTHING  # floats that kernels write gradients to

    def blocks(self, matrix: Ints) -> int:
        """Pack ids (rows, columns) for `products.block`: rows in fours; the place where they begin."""
        rows, columns = matrix.shape
        padded = np.zeros((rounded_up(rows, ROWS), columns), np.int64)
        padded[:rows] = matrix
        return self.values(padded.reshape(-1, ROWS, columns).transpose(0, 2, 1))

    def values(self, ids: Ints) -> int:
        """Pack ids as they come, a multiple of four of them."""
        start = self._packed_count
        flat = np.zeros(rounded_up(ids.size, ROWS), np.int64)
        flat[: ids.size] = ids.reshape(-1)
        self._packed.append(flat)
        self._packed_count += len(flat)
        return start

    def gradient(self, ids: Ints) -> int:
        """Room for the gradients of ids (any shape); the place where it begins."""
        start = self.gradients
        real = ids > 0
        self.places[ids[real] - 1] = start + np.flatnonzero(real)
        self.gradients += rounded_up(ids.size, ROWS)
        return start

    def packed(self, weights: FloatArray) -> FloatArray:
        """What kernels read, from all weights in the order of the file (weights,)."""
        extended = np.empty(len(weights) + 1, np.float32)
        extended[0], extended[1:] = 0.0, weights
        return extended.take(self.index)

    @property
    def index(self) -> Ints:
        """The ids of all that is packed."""
        if self._index is None:
            self._index = np.concatenate(self._packed)
        return self._index

    def unpacked(self, gradient: FloatArray) -> FloatArray:
        """Gradients in the order of the file (weights,), from what kernels wrote (gradients,)."""
        return gradient.take(self.places)


def outer_ids(matrix: Ints, bias: Ints) -> Ints:
    """Ids as `products.add_outer` writes gradients, (others, rows), from (rows, columns) and the biases of the rows.

    Columns come first, then a row of ones for the biases; rows are filled up to fours and columns to threes.
    """
    rows, columns = matrix.shape
    ids = np.zeros((rounded_up(columns + 1, OTHERS), rounded_up(rows, ROWS)), np.int64)
    ids[:columns, :rows] = matrix.T
    ids[columns, :rows] = bias
    return ids
