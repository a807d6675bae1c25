"""Several steps of a fit without the interpreter: images, then the network's Adam, then the next images.

Every worker is in here at once. Between two steps they wait for each other, and share the network's weights as they
share the images.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.barrier import wait_for_all
from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.context import add_rate
from inrcodec.fitting.kernels.functions import nearest, sign_of
from inrcodec.fitting.kernels.latents import gather_from_planes, lay_into_planes, move, quantize
from inrcodec.fitting.kernels.packing import FloatArray
from inrcodec.fitting.kernels.step import add_distortion

Ints = npt.NDArray[np.int64]


class Images(NamedTuple):
    """What steps look at: step s at rows[ends[s]:ends[s + 1]] of a group, and so on.

    ends (steps + 1,); rows (rows,); keys (2 rows,): two words of noise for each; scales (rows, 2): an image's loss is
    the first times its squared errors plus the second times its bits; these two and the squared errors as shown go into
    results (rows, 3). shares (rows,): of an image in the network's loss; orders (steps,), of ORDER.
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

    state: latents and their two moments, (3, images, latents), flat; for limits see `latents.move`. drawn (rows,
    channels, pixels), flat: gets the colors of images, but for limits; nothing where it is empty. barrier: of
    `wait_for_all`. What is done to an image stands here and not in a helper: one more of them would be compiled twice.
    """
    if not _pack(adam, packed, barrier, worker, workers):
        return
    begin, end = _bound(len(adam.weights), worker, workers), _bound(len(adam.weights), worker + 1, workers)
    values, length, third = lay.channels * lay.height * lay.width, len(limits) // 3, len(state) // 3
    for step in range(len(images.ends) - 1):
        start, last, order = images.ends[step], images.ends[step + 1], images.orders[step]
        for number in range(
            start + _bound(last - start, worker, workers), start + _bound(last - start, worker + 1, workers)
        ):
            image = images.rows[number]
            first, gradient = image * length, packed.gradients[number - start]
            part = np.int64(images.keys[2 * number] >> 8) % order.thinned
            quantize(lay, room, state, first, order, images.keys[2 * number], images.keys[2 * number + 1])
            lay_into_planes(lay, room)
            room[lay.slopes : lay.slopes + lay.planes_size] = 0.0
            gradient[:] = 0.0
            images.results[number, 0], images.results[number, 2] = add_distortion(
                lay, table, constants, packed.packed, room, pictures, image, order, part, images.scales[number, 0],
                gradient,
                drawn[number * values :],
            )  # fmt: skip
            if order.with_rate:
                images.results[number, 1] = add_rate(
                    lay, table, constants, packed.packed, room, gradient, order, part, images.scales[number, 1],
                    order.with_latents != 0, order.with_weights != 0,
                )  # fmt: skip
            if order.with_latents:
                gather_from_planes(lay, room)
                visits[image] += 1
                move(lay, room, state, first, third + first, 2 * third + first, limits, order, visits[image])
        if not wait_for_all(barrier, workers):
            return
        shares = images.shares[start:last]
        _move(adam, packed, shares, step, begin, min(end, adam.context), adam.factors[step, 0])
        _move(adam, packed, shares, step, max(begin, adam.context), end, adam.factors[step, 1])
        if not _pack(adam, packed, barrier, worker, workers):
            return


@helper
def _bound(count: int, worker: int, workers: int) -> int:
    """Where a worker's share of so many begins."""
    return (2 * count * worker + workers) // (2 * workers)


@helper
def _move(adam: Any, packed: Any, shares: Any, step: int, begin: int, end: int, factor: float) -> None:
    """A step of Adam on weights[begin:end], in float32 throughout; gradients are added up in the order of images."""
    if begin >= end:
        return
    first_share, second_decay, second_share = adam.decays[0], adam.decays[1], adam.decays[2]
    correction, second_correction = adam.corrections[step, 0], adam.corrections[step, 1]
    for place in range(begin, end):
        source = packed.places[place]
        gradient = packed.gradients[0, source] * shares[0]
        for image in range(1, len(shares)):
            gradient += packed.gradients[image, source] * shares[image]
        if len(adam.pull):
            gradient += adam.pull[place] * sign_of(adam.weights[place] - adam.base[place])
        first = adam.first[place] + (gradient - adam.first[place]) * first_share
        second = adam.second[place] * second_decay + second_share * gradient * gradient
        adam.first[place], adam.second[place] = first, second
        spread = math.sqrt(second / second_correction) + adam.tiny
        adam.weights[place] -= first / correction / spread * adam.rates[place] * factor


@helper
def _pack(adam: Any, packed: Any, barrier: Any, worker: int, workers: int) -> bool:
    """Have the weights where kernels read them, as the loss sees them; see `wait_for_all`."""
    count = len(adam.weights)
    for place in range(_bound(count, worker, workers), _bound(count, worker + 1, workers)):
        value = adam.weights[place]
        if len(packed.grid):
            value = nearest(value / packed.grid[place]) * packed.grid[place]
        packed.extended[place + 1] = value
    if not wait_for_all(barrier, workers):
        return False
    count = len(packed.ids)
    for place in range(_bound(count, worker, workers), _bound(count, worker + 1, workers)):
        packed.packed[place] = packed.extended[packed.ids[place]]
    return wait_for_all(barrier, workers)
