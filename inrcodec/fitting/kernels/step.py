"""A step on some images, one after the other: all that a worker does between two steps of the network."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.compiling import compiled, helper
from inrcodec.fitting.kernels.context import add_rate
from inrcodec.fitting.kernels.grids import fill_inputs, gather_columns, gather_inputs, spread_columns
from inrcodec.fitting.kernels.latents import ROUNDED, gather_from_planes, lay_into_planes, move, quantise
from inrcodec.fitting.kernels.loss import add_loss, load_targets
from inrcodec.fitting.kernels.packing import FloatArray, Ints, rounded_up
from inrcodec.fitting.kernels.planes import LANES
from inrcodec.fitting.kernels.products import PANEL
from inrcodec.fitting.kernels.siren import add_weight_gradients, backward_inputs, forward


class Images(NamedTuple):
    """Images of one size, flat arrays with one entry or stretch per image, and the state of their latents."""

    values: int  # latents of an image
    apart: int  # from image to image in the next three
    latents: FloatArray
    first_moments: FloatArray
    second_moments: FloatArray
    visits: Ints
    rates: FloatArray  # of every latent of an image, beside the others
    lowest: FloatArray  # what they may be
    highest: FloatArray
    targets: npt.NDArray[Any]  # (images, channels, pixels), flat; float32 or uint8
    unit: float  # colours in [0, 1] are targets times this
    visible: FloatArray  # (images, pixels), flat; empty where the loss may look everywhere
    frames: FloatArray  # (images, 6), flat; see `poses.frames`


class Work(NamedTuple):
    """Room for one worker at one size of image."""

    room: int  # pixels of a tile
    latents: FloatArray  # planes
    slopes: FloatArray  # their gradients
    lines: FloatArray
    line_slopes: FloatArray
    tile: FloatArray
    pixels: FloatArray
    cells: FloatArray
    seen: FloatArray
    derivatives: FloatArray
    found: FloatArray


class Order(NamedTuple):
    """What to do in a step."""

    mode: int  # how latents become whole numbers; see `latents`
    temperature: float
    noise: float
    clipped: bool  # errors of colours as a decoder clips them
    with_latents: bool  # move them
    with_weights: bool  # gradients of the weights are wanted
    rate: float  # of the latents
    adam: FloatArray  # see `latents.move`


@compiled
def step_images(
    net: Any, model: Any, planes: Any, sampling: Any, weights: Any, images: Any, work: Any, order: Any, rows: Any,
    keys: Any, error_scales: Any, rate_scales: Any, gradients: Any, results: Any, begin: int, end: int,
) -> None:
    """Step on images rows[begin:end]; each one's loss is error_scales times squared errors plus rate_scales times bits.

    Gradients of all weights go into gradients (rows, weights), squared errors and bits into results (rows, 2), the
    latents move. keys: two words of noise for every row.
    """
    for number in range(begin, end):
        image = rows[number]
        first = image * images.apart
        quantise(
            images.latents, first, images.values, order.mode, order.temperature, order.noise, keys, number,
            work.seen, work.derivatives,
        )
        lay_into_planes(planes, work.seen, work.latents)
        work.slopes[:] = 0.0
        gradient = gradients[number]
        gradient[:] = 0.0
        errors = _add_distortion(
            net, planes, sampling, weights, images, work, order, image, error_scales[number], gradient
        )
        bits = add_rate(
            model, planes, weights, work.latents, work.slopes, work.cells, gradient, rate_scales[number],
            order.with_latents, order.with_weights,
        )
        results[number, 0], results[number, 1] = errors, bits
        if order.with_latents:
            gather_from_planes(planes, work.slopes, work.found)
            images.visits[image] += 1
            move(
                images.latents, images.first_moments, images.second_moments, first, images.values, work.found,
                work.derivatives, images.rates, images.lowest, images.highest, order.adam, order.rate,
                images.visits[image],
            )


@helper
def _add_distortion(
    net: Any, planes: Any, sampling: Any, weights: Any, images: Any, work: Any, order: Any, image: int, scale: float,
    gradient: Any,
) -> float:
    """Sum of squared errors of an image; gradients of `scale` times it are added."""
    spread_columns(planes, sampling, work.latents, work.lines)
    work.line_slopes[:] = 0.0
    pixels, samples = planes.height * planes.width, planes.footprint**2
    frame = images.frames[6 * image : 6 * image + 6]
    errors = 0.0
    for start in range(0, pixels, work.room):
        count = min(work.room, pixels - start)
        room = (count + LANES - 1) // LANES * LANES
        points = (samples * room + PANEL - 1) // PANEL * PANEL
        fill_inputs(net, planes, sampling, frame, work.latents, work.lines, work.tile, start, count, room)
        forward(net, weights, work.tile, points)
        load_targets(
            images.targets, image * net.channels * pixels + start, pixels, images.unit, images.visible,
            image * pixels + start, net.channels, count, room, work.pixels,
        )
        errors += add_loss(net, work.tile, work.pixels, room, samples, scale, order.clipped)
        backward_inputs(net, weights, work.tile, points, order.with_latents)
        if order.with_weights:
            add_weight_gradients(net, work.tile, points, gradient)
        if order.with_latents:
            gather_inputs(
                net, planes, sampling, work.tile, work.slopes, work.line_slopes, start, count, room
            )
    if order.with_latents:
        gather_columns(planes, sampling, work.line_slopes, work.slopes)
    return errors


def tile_pixels(footprint: int) -> int:
    """Pixels of a tile: their samples are a few hundred points, in whole panels."""
    return {1: 240, 2: 48}.get(footprint, 24)


def work_room(net: Any, model: Any, planes: Any, sampling: Any, values: int) -> Work:
    """Room for one worker."""
    room = tile_pixels(planes.footprint)
    tile = np.zeros((net.rows, net.stride), np.float32)
    tile[net.ones] = 1.0
    padded = rounded_up(values, LANES)
    sizes = (planes.size, planes.size, sampling.size, sampling.size)
    grids = [np.zeros(size, np.float32) for size in sizes]
    pixels, cells = np.zeros((net.channels + 1) * room, np.float32), np.zeros(model.cells, np.float32)
    seen, derivatives, found = (np.zeros(padded, np.float32) for _ in range(3))
    return Work(room, *grids, tile.reshape(-1), pixels, cells, seen, derivatives, found)
