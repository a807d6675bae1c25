"""A tile of an image drawn by the network, beside what it is to look like."""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.grids import fill_inputs
from inrcodec.fitting.kernels.layout import LANES, PANEL
from inrcodec.fitting.kernels.loss import load_targets
from inrcodec.fitting.kernels.siren import forward


@helper
def draw_tile(
    lay: Any,
    table: Any,
    constants: Any,
    weights: Any,
    room: Any,
    pictures: Any,
    image: int,
    start: int,
    count: int,
) -> tuple[int, int]:
    """Colors at the samples of `count` pixels of an image from number `start` on, and their targets.

    Lines are spread already. Returns how far samples are apart, in points, and all points that were drawn.
    """
    apart = (count + LANES - 1) // LANES * LANES
    points = (lay.footprint * lay.footprint * apart + PANEL - 1) // PANEL * PANEL
    fill_inputs(lay, table, constants, pictures.frames, 6 * image, room, start, count, apart)
    forward(lay, table, weights, room, points)
    load_targets(lay, room, pictures, image, start, count, apart)
    return apart, points
