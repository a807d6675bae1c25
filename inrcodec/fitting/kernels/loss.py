"""Squared errors of a tile's pixels, which are means over their samples, and the gradients of its colours."""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.planes import LANES
from inrcodec.fitting.kernels.products import PANEL, ROWS
from inrcodec.fitting.kernels.vectors import fma, lane_sum, load, store, vector, where_less


@helper
def load_targets(
    targets: Any, first: int, apart: int, unit: float, visible: Any, visible_first: int, channels: int, count: int,
    room: int, pixels: Any,
) -> None:
    """`count` pixels of an image, a row for each channel and one of how much they count, `room` apart.

    targets: values times `unit` are colours in [0, 1], channels `apart`; visible: 0 for pixels that do not count; where
    it is empty, all do.
    """
    for channel in range(channels):
        source, target = first + channel * apart, channel * room
        for pixel in range(count):
            pixels[target + pixel] = targets[source + pixel] * unit
    target = channels * room
    if len(visible):
        for pixel in range(count):
            pixels[target + pixel] = visible[visible_first + pixel]
    else:
        for pixel in range(count):
            pixels[target + pixel] = 1.0
    for pixel in range(count, room):
        pixels[target + pixel] = 0.0


@helper
def add_loss(net: Any, tile: Any, pixels: Any, room: int, samples: int, scale: float, clipped: bool) -> float:
    """Sum of squared errors; the gradients of `scale` times it take the place of the colours.

    clipped: errors are those of colours in [0, 1], and gradients pass straight through.
    """
    stride = net.stride
    first = net.colours * stride
    share, factor = vector(1.0 / samples), vector(2.0 * scale / samples)
    zero, one = vector(0.0), vector(1.0)
    total = zero
    for channel in range(net.channels):
        row = first + channel * stride
        for at in range(0, room, LANES):
            value = zero
            for sample in range(samples):
                value = value + load(tile, row + sample * room + at)
            value = value * share
            if clipped:
                value = where_less(value, zero, zero, where_less(one, value, one, value))
            error = value - load(pixels, channel * room + at)
            counted = error * load(pixels, net.channels * room + at)
            total = fma(error, counted, total)
            slope = counted * factor
            for sample in range(samples):
                store(tile, row + sample * room + at, slope)
    points = samples * room
    for channel in range(ROWS):
        begin = points if channel < net.channels else 0
        for at in range(begin, (points + PANEL - 1) // PANEL * PANEL, LANES):
            store(tile, first + channel * stride + at, zero)
    return float(lane_sum(total))
