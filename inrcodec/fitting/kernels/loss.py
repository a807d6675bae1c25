"""Squared errors of a tile's pixels, which are means over their samples, and the gradients of its colors."""

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

    Channels of targets are an image apart and times `unit` they are colors in [0, 1]. visible: 0 for pixels that do
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
def add_loss(lay: Any, room: Any, apart: int, scale: float, margin: float) -> tuple[float, float]:
    """Sums of squared errors, of the loss and as shown; the gradients of `scale` times the first replace the colors.

    See `fitting.distortion.squared`: ends of the scale are aimed at from `margin` beyond, values beyond that cost
    nothing more, and gradients pass straight through. A negative margin: plain squared differences.
    """
    samples = lay.footprint * lay.footprint
    share, factor = vector(1.0 / samples), vector(2.0 * scale / samples)
    zero, one, nearly_one = vector(0.0), vector(1.0), vector(1.0 - 1e-6)  # octets times 1/255 are no exact one
    lowest, highest = vector(-margin), vector(1.0 + margin)
    counts = lay.pixels + lay.channels * apart
    total, shown_total = zero, zero
    for channel in range(lay.channels):
        row, target = lay.colors + channel * lay.stride, lay.pixels + channel * apart
        for at in range(0, apart, LANES):
            value = zero
            for sample in range(samples):
                value = value + load(room, row + sample * apart + at)
            value, aim, count = value * share, load(room, target + at), load(room, counts + at)
            shown = where_less(value, zero, zero, where_less(one, value, one, value)) - aim
            shown_total = fma(shown, shown * count, shown_total)
            if margin >= 0.0:
                value = where_less(value, lowest, lowest, where_less(highest, value, highest, value))
                aim = where_less(zero, aim, where_less(aim, nearly_one, aim, highest), lowest)
            error = value - aim
            counted = error * count
            total = fma(error, counted, total)
            slope = counted * factor
            for sample in range(samples):
                store(room, row + sample * apart + at, slope)
    points = samples * apart
    for channel in range(ROWS):
        begin = points if channel < lay.channels else 0
        for at in range(begin, (points + PANEL - 1) // PANEL * PANEL, LANES):
            store(room, lay.colors + channel * lay.stride + at, zero)
    return float(lane_sum(total)), float(lane_sum(shown_total))
