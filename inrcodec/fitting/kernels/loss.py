"""Squared errors of a tile's pixels, which are means over their samples, and the gradients of its colours."""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.layout import LANES, PANEL, ROWS
from inrcodec.fitting.kernels.vectors import fma, lane_sum, load, load_converted, store, vector, where_less


@helper
def load_targets(
    lay: Any, room: Any, targets: Any, target: int, unit: float, visible: Any, seen: int, count: int, apart: int
) -> None:
    """`count` pixels of an image, a row for each channel and one of how much each counts, `apart` from each other.

    Channels of targets are an image apart and times `unit` they are colours in [0, 1]. visible: 0 for pixels that do
    not count; where it is empty, all do.
    """
    pixels = lay.height * lay.width
    row = lay.pixels
    factor = vector(unit)
    for _ in range(lay.channels):
        for pixel in range(0, count, LANES):
            store(room, row + pixel, factor * load_converted(targets, target + pixel))
        row += apart
        target += pixels
    for pixel in range(0, count, LANES):
        store(room, row + pixel, load(visible, seen + pixel) if len(visible) else vector(1.0))
    for pixel in range(count, apart):
        room[row + pixel] = 0.0


@helper
def add_loss(lay: Any, room: Any, apart: int, scale: float, clipped: bool) -> float:
    """Sum of squared errors; the gradients of `scale` times it take the place of the colours.

    clipped: errors are those of colours in [0, 1], and gradients pass straight through.
    """
    samples = lay.footprint * lay.footprint
    share, factor = vector(1.0 / samples), vector(2.0 * scale / samples)
    zero, one = vector(0.0), vector(1.0)
    counts = lay.pixels + lay.channels * apart
    total = zero
    for channel in range(lay.channels):
        row, target = lay.colours + channel * lay.stride, lay.pixels + channel * apart
        for at in range(0, apart, LANES):
            value = zero
            for sample in range(samples):
                value = value + load(room, row + sample * apart + at)
            value = value * share
            if clipped:
                value = where_less(value, zero, zero, where_less(one, value, one, value))
            error = value - load(room, target + at)
            counted = error * load(room, counts + at)
            total = fma(error, counted, total)
            slope = counted * factor
            for sample in range(samples):
                store(room, row + sample * apart + at, slope)
    points = samples * apart
    for channel in range(ROWS):
        begin = points if channel < lay.channels else 0
        for at in range(begin, (points + PANEL - 1) // PANEL * PANEL, LANES):
            store(room, lay.colours + channel * lay.stride + at, zero)
    return float(lane_sum(total))
