"""A step on some images, one after the other: all that a worker does between two steps of the network."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.context import add_rate
from inrcodec.fitting.kernels.grids import gather_columns, gather_inputs, spread_columns
from inrcodec.fitting.kernels.latents import gather_from_planes, lay_into_planes, move, quantize
from inrcodec.fitting.kernels.loss import add_loss, store_colors
from inrcodec.fitting.kernels.siren import add_weight_gradients, backward
from inrcodec.fitting.kernels.tiles import draw_tile

ORDER = np.dtype(
    [
        ("mode", "i8"),  # how latents become whole numbers; see latents
        ("temperature", "f8"),  # of soft rounding
        ("noise", "f8"),  # its width
        ("margin", "f8"),  # beyond the ends of the scale; see loss
        ("with_latents", "i8"),  # latents move
        ("with_weights", "i8"),  # gradients of the weights are wanted
        ("with_rate", "i8"),  # bits are wanted
        ("rate", "f8"),  # of the latents
        ("decay", "f8"),  # of their moments
        ("second_decay", "f8"),
        ("tiny", "f8"),
    ],
    align=True,
)


@helper
def step_images(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    state: Any,
    visits: Any,
    limits: Any,
    pictures: Any,
    order: Any,
    rows: Any,
    keys: Any,
    scales: Any,
    gradients: Any,
    results: Any,
    drawn: Any,
    begin: int,
    end: int,
) -> None:
    """Step on images rows[begin:end] of a group: gradients of all weights (rows, weights), and the latents move.

    state: latents and their two moments, (3, images, latents), flat; for limits see `latents.move`. pictures: see
    `images.Pictures`. keys: two words of
    noise for each row. scales (rows, 2): an image's loss is the first times its squared errors plus the second times
    its bits; these two and the squared errors as shown go into results (rows, 3). drawn (rows, channels, pixels), flat:
    gets the colors of the image, but for limits; nothing where it is empty.
    """
    pixels, length = lay.height * lay.width, len(limits) // 3
    for number in range(begin, end):
        image = rows[number]
        first = image * length
        quantize(
            lay, room, state, first, order.mode, order.temperature, order.noise, keys[2 * number], keys[2 * number + 1]
        )
        lay_into_planes(lay, room)
        room[lay.slopes : lay.slopes + lay.planes_size] = 0.0
        gradient = gradients[number]
        gradient[:] = 0.0
        shown = drawn[number * lay.channels * pixels :]
        results[number, 0], results[number, 2] = _add_distortion(
            lay,
            table,
            constants,
            weights,
            room,
            pictures,
            image,
            order,
            scales[number, 0],
            gradient,
            shown,
        )
        if order.with_rate:
            results[number, 1] = add_rate(
                lay,
                table,
                constants,
                weights,
                room,
                gradient,
                scales[number, 1],
                order.with_latents != 0,
                order.with_weights != 0,
            )
        if order.with_latents:
            gather_from_planes(lay, room)
            visits[image] += 1
            third = len(state) // 3
            move(lay, room, state, first, third + first, 2 * third + first, limits, order, visits[image])


@helper
def _add_distortion(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    pictures: Any,
    image: int,
    order: Any,
    scale: float,
    gradient: Any,
    drawn: Any,
) -> tuple[float, float]:
    """Sums of squared errors of an image, see `loss`; gradients of `scale` times the first are added."""
    spread_columns(lay, table, constants, room)
    room[lay.line_slopes : lay.line_slopes + lay.lines_size] = 0.0
    errors = shown_errors = 0.0
    for start in range(0, lay.height * lay.width, lay.tile_pixels):
        count = min(lay.tile_pixels, lay.height * lay.width - start)
        apart, points = draw_tile(lay, table, constants, weights, room, pictures, image, start, count)
        if len(drawn):
            store_colors(lay, room, apart, count, drawn, start)
        found, shown = add_loss(lay, room, apart, scale, order.margin)
        errors += found
        shown_errors += shown
        if not (order.with_latents or order.with_weights):
            continue
        backward(lay, table, weights, room, points, order.with_latents != 0)
        if order.with_weights:
            add_weight_gradients(lay, table, room, points, gradient)
        if order.with_latents:
            gather_inputs(lay, table, constants, room, start, count, apart)
    if order.with_latents:
        gather_columns(lay, table, constants, room)
    return errors, shown_errors
