"""What a step is told, and the field's share of it: an image drawn, compared, and gradients of both."""

from __future__ import annotations

from typing import Any

import numpy as np

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.grids import gather_columns, gather_inputs, spread_columns
from inrcodec.fitting.kernels.layout import LANES
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
        ("thinned", "i8"),  # weights learn from one in so many points, which counts as often
        ("with_rate", "i8"),  # bits are wanted
        ("rate", "f8"),  # of the latents
        ("decay", "f8"),  # of their moments
        ("second_decay", "f8"),
        ("tiny", "f8"),
    ],
    align=True,
)


@helper
def add_distortion(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    pictures: Any,
    image: int,
    order: Any,
    part: int,
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
            first = points * part // order.thinned // LANES * LANES
            last = points * (part + 1) // order.thinned // LANES * LANES
            add_weight_gradients(lay, table, room, first, last - first, gradient, float(order.thinned))
        if order.with_latents:
            gather_inputs(lay, table, constants, room, start, count, apart)
    if order.with_latents:
        gather_columns(lay, table, constants, room)
    return errors, shown_errors
