"""Squared errors of a tile's pixels, which are means over their samples, and the gradients of its colors."""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.layout import LANES, PANEL, ROWS
from inrcodec.fitting.kernels.vector_functions import lane_sum, where_less
from inrcodec.fitting.kernels.vectors import Vector, fma, load, load_octets, store, vector


@helper
def load_targets(lay: Any, room: Any, pictures: Any, image: int, start: int, count: int, apart: int) -> None:
    """`count` pixels of an image from number `start` on, a row for each channel, `apart` from each other.

    Behind them a row of how much each counts.
    """
    pixels = lay.height * lay.width
    row, target, seen = lay.pixels, image * lay.channels * pixels + start, image * pixels + start
    factor = vector(1.0 / 255.0)
    for _ in range(lay.channels):
        for pixel in range(0, count, LANES):
            if len(pictures.octets):
                store(room, row + pixel, factor * load_octets(pictures.octets, target + pixel))
            else:
                store(room, row + pixel, load(pictures.colors, target + pixel))
        row += apart
        target += pixels
    for pixel in range(0, count, LANES):
        store(room, row + pixel, load(pictures.visible, seen + pixel) if len(pictures.visible) else vector(1.0))
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
    zero, one = vector(0.0), vector(1.0)
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
            shown = _limited(value, zero, one) - aim
            shown_total = fma(shown, shown * count, shown_total)
            error = value - aim
            if margin >= 0.0:
                error = _limited(value, lowest, highest) - _aimed_at(aim, lowest, highest)
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


@helper
def store_colors(lay: Any, room: Any, apart: int, count: int, drawn: Any, start: int) -> None:
    """Colors of `count` pixels, means over their samples, into drawn (channels, pixels) from `start` on."""
    samples, pixels = lay.footprint * lay.footprint, lay.height * lay.width
    for channel in range(lay.channels):
        row = lay.colors + channel * lay.stride
        for pixel in range(count):
            total = room[row + pixel]
            for sample in range(1, samples):
                total += room[row + sample * apart + pixel]
            drawn[channel * pixels + start + pixel] = total / samples


@helper
def store_losses(lay: Any, room: Any, apart: int, margin: float, count: int, errors: Any, start: int) -> None:
    """The loss's squared errors of `count` pixels, summed over their channels, into errors from `start` on."""
    samples = lay.footprint * lay.footprint
    share, lowest, highest = vector(1.0 / samples), vector(-margin), vector(1.0 + margin)
    for at in range(0, apart, LANES):
        total = vector(0.0)
        for channel in range(lay.channels):
            row, value = lay.colors + channel * lay.stride, vector(0.0)
            for sample in range(samples):
                value = value + load(room, row + sample * apart + at)
            aim = _aimed_at(load(room, lay.pixels + channel * apart + at), lowest, highest)
            error = _limited(value * share, lowest, highest) - aim
            total = fma(error, error, total)
        total = total * load(room, lay.pixels + lay.channels * apart + at)
        store(room, lay.input_slopes, total)  # where nothing is that is needed yet
        for pixel in range(min(LANES, count - at)):
            errors[start + at + pixel] = room[lay.input_slopes + pixel]


@inlined
def _limited(values: Vector, lowest: Vector, highest: Vector) -> Vector:
    return where_less(values, lowest, lowest, where_less(highest, values, highest, values))


@inlined
def _aimed_at(targets: Vector, lowest: Vector, highest: Vector) -> Vector:
    """Targets, those at an end of the scale from beyond it; octets times 1/255 are no exact one."""
    return where_less(vector(0.0), targets, where_less(targets, vector(1.0 - 1e-6), targets, highest), lowest)
