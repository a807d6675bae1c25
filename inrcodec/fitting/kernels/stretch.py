"""Several steps of a fit without the interpreter: images, then the network's Adam, then the next images.

Every worker is in here at once. Between two steps they wait for each other, and share the network's weights as they
share the images.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.barrier import wait_for_all
from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.packing import FloatArray
from inrcodec.fitting.kernels.step import step_images

Ints = npt.NDArray[np.int64]


class Images(NamedTuple):
    """What steps look at: step s at rows[ends[s]:ends[s + 1]] of a group, and so on; see `step.step_images`.

    ends (steps + 1,); rows (rows,); keys (2 rows,); scales (rows, 2); shares (rows,); orders (steps,), of ORDER;
    results (rows, 3) are written.
    """

    ends: Ints
    rows: Ints
    keys: npt.NDArray[np.uint32]
    scales: FloatArray
    shares: FloatArray
    orders: npt.NDArray[np.void]
    results: npt.NDArray[np.float64]


class Adam(NamedTuple):
    """The network and the context model, and how `optimizer.SharedAdam` moves them.

    weights, first, second, rates (weights,); factors (steps, 2): on the rates, of weights before number `context` and
    from there on; corrections (steps, 2): what moments are divided by. decays (3,): what a gradient adds to the first
    moment, what is kept of the second, and what a square adds to it. base, pull (weights,): what weights are pulled to
    and how strongly, or nothing.
    """

    weights: FloatArray
    first: FloatArray
    second: FloatArray
    rates: FloatArray
    factors: FloatArray
    corrections: FloatArray
    decays: FloatArray
    tiny: np.float32
    context: int
    base: FloatArray
    pull: FloatArray


class Packed(NamedTuple):
    """Weights as kernels read them, see `packing.Packing`: packed (packed,), by ids (packed,).

    grid (weights,): steps of quantized weights, or nothing; extended (weights + 1,): room for them as the loss sees
    them, behind one that is none; places (weights,): of their gradients in gradients (rows, gradients).
    """

    grid: FloatArray
    extended: FloatArray
    ids: Ints
    packed: FloatArray
    places: Ints
    gradients: FloatArray


NOTHING = np.zeros(0, np.float32)
_PAIRS = np.zeros((0, 2), np.float32)
STILL = Adam(  # others move the weights
    weights=NOTHING,
    first=NOTHING,
    second=NOTHING,
    rates=NOTHING,
    factors=_PAIRS,
    corrections=_PAIRS,
    decays=NOTHING,
    tiny=np.float32(0.0),
    context=0,
    base=NOTHING,
    pull=NOTHING,
)


def in_place(packed: FloatArray, gradients: FloatArray) -> Packed:
    """Weights that are packed already and stay as they are."""
    nothing = np.zeros(0, np.int64)
    return Packed(grid=NOTHING, extended=NOTHING, ids=nothing, packed=packed, places=nothing, gradients=gradients)


@compiled
def take_steps(
    lay: Any,
    table: Any,
    constants: Any,
    room: Any,
    state: Any,
    visits: Any,
    limits: Any,
    pictures: Any,
    images: Any,
    adam: Any,
    packed: Any,
    drawn: Any,
    barrier: Any,
    worker: int,
    workers: int,
) -> None:
    """All steps of `images`, moving the weights of `adam`; called by every worker at once, each with a room of its own.

    barrier: of `wait_for_all`; for the other arguments see `step.step_images`.
    """
    if not _pack(adam, packed, barrier, worker, workers):
        return
    begin, end = _bound(len(adam.weights), worker, workers), _bound(len(adam.weights), worker + 1, workers)
    for step in range(len(images.ends) - 1):
        first, last = images.ends[step], images.ends[step + 1]
        step_images(
            lay, table, constants, packed.packed, room, state, visits, limits, pictures,
            images.orders[step], images.rows[first:last], images.keys[2 * first : 2 * last], images.scales[first:last],
            packed.gradients, images.results[first:last], drawn,
            _bound(last - first, worker, workers), _bound(last - first, worker + 1, workers),
        )  # fmt: skip
        if not wait_for_all(barrier, workers):
            return
        shares = images.shares[first:last]
        _move(adam, packed, shares, step, begin, min(end, adam.context), 0)
        _move(adam, packed, shares, step, max(begin, adam.context), end, 1)
        if not _pack(adam, packed, barrier, worker, workers):
            return


@helper
def _bound(count: int, worker: int, workers: int) -> int:
    """Where a worker's share of so many begins."""
    return (2 * count * worker + workers) // (2 * workers)


@helper
def _move(adam: Any, packed: Any, shares: Any, step: int, begin: int, end: int, part: int) -> None:
    """A step of Adam on weights[begin:end], in float32 throughout; gradients are added up in the order of images."""
    first_share, second_decay, second_share = adam.decays[0], adam.decays[1], adam.decays[2]
    correction, second_correction = adam.corrections[step, 0], adam.corrections[step, 1]
    factor = adam.factors[step, part]
    for place in range(begin, end):
        source = packed.places[place]
        gradient = packed.gradients[0, source] * shares[0]
        for image in range(1, len(shares)):
            gradient += packed.gradients[image, source] * shares[image]
        if len(adam.pull):
            gradient += adam.pull[place] * np.sign(adam.weights[place] - adam.base[place])
        first = adam.first[place] + (gradient - adam.first[place]) * first_share
        second = adam.second[place] * second_decay + second_share * gradient * gradient
        adam.first[place], adam.second[place] = first, second
        spread = np.sqrt(second / second_correction) + adam.tiny
        adam.weights[place] -= first / correction / spread * adam.rates[place] * factor


@helper
def _pack(adam: Any, packed: Any, barrier: Any, worker: int, workers: int) -> bool:
    """Have the weights where kernels read them, as the loss sees them; see `wait_for_all`."""
    count = len(adam.weights)
    for place in range(_bound(count, worker, workers), _bound(count, worker + 1, workers)):
        value = adam.weights[place]
        if len(packed.grid):
            value = np.rint(value / packed.grid[place]) * packed.grid[place]
        packed.extended[place + 1] = value
    if not wait_for_all(barrier, workers):
        return False
    count = len(packed.ids)
    for place in range(_bound(count, worker, workers), _bound(count, worker + 1, workers)):
        packed.packed[place] = packed.extended[packed.ids[place]]
    return wait_for_all(barrier, workers)
