"""Latents read at the samples of a tile, and gradients back to latents: columns first, then rows."""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.planes import LANES, REACH
from inrcodec.fitting.kernels.products import ROWS
from inrcodec.fitting.kernels.vectors import add_sums, fma, load, number, spread, store, vector


@helper
def spread_columns(planes: Any, sampling: Any, latents: Any, lines: Any) -> None:
    """Every row of cells read at the samples across, into lines."""
    for level in range(len(planes.channels)):
        if sampling.identity[level]:
            continue
        reach = sampling.to_reach[level]
        for channel in range(planes.channels[level]):
            for row in range(planes.down[level]):
                source = planes.first[level] + channel * planes.distances[level] + row * planes.strides[level]
                for place in range(planes.footprint):
                    line = _line(planes, sampling, level, channel, row, place)
                    entry = sampling.to_first[level] + place * (sampling.columns // LANES)
                    weight = sampling.to_weights[level] + place * sampling.columns * reach
                    for part in range(sampling.columns // LANES):
                        cell = source + number(sampling.cells, entry + part)
                        total = vector(0.0)
                        for tap in range(reach):
                            total = fma(spread(latents, cell + tap), load(sampling.weights, weight), total)
                            weight += LANES
                        store(lines, line + part * LANES, total)


@helper
def gather_columns(planes: Any, sampling: Any, lines: Any, slopes: Any) -> None:
    """Gradients of lines added to those of the cells."""
    for level in range(len(planes.channels)):
        if sampling.identity[level]:
            continue
        reach = sampling.back_reach[level]
        room = (planes.across[level] + ROWS - 1) // ROWS * ROWS
        for channel in range(planes.channels[level]):
            for row in range(planes.down[level]):
                target = planes.first[level] + channel * planes.distances[level] + row * planes.strides[level]
                for place in range(planes.footprint):
                    line = _line(planes, sampling, level, channel, row, place)
                    entry = sampling.back_first[level] + place * room
                    weight = sampling.back_weights[level] + place * room * reach * LANES
                    for cell in range(0, room, ROWS):
                        a = _gathered(sampling, lines, line + number(sampling.cells, entry + cell), weight, reach)
                        weight += reach * LANES
                        b = _gathered(sampling, lines, line + number(sampling.cells, entry + cell + 1), weight, reach)
                        weight += reach * LANES
                        c = _gathered(sampling, lines, line + number(sampling.cells, entry + cell + 2), weight, reach)
                        weight += reach * LANES
                        d = _gathered(sampling, lines, line + number(sampling.cells, entry + cell + 3), weight, reach)
                        weight += reach * LANES
                        add_sums(slopes, target + cell, a, b, c, d)


@inlined
def _gathered(sampling: Any, lines: Any, at: int, weight: int, reach: int) -> Any:
    total = vector(0.0)
    for part in range(0, reach * LANES, LANES):
        total = fma(load(lines, at + part), load(sampling.weights, weight + part), total)
    return total


@inlined
def _line(planes: Any, sampling: Any, level: int, channel: int, row: int, place: int) -> int:
    """Where the samples of a row of cells begin, of one place within a pixel."""
    count = (channel * planes.down[level] + row) * planes.footprint + place
    return sampling.lines[level] + count * sampling.columns


@helper
def fill_inputs(
    net: Any, planes: Any, sampling: Any, frame: Any, latents: Any, lines: Any, tile: Any, start: int, count: int,
    room: int,
) -> None:
    """The network's inputs at the samples of `count` pixels from number `start` on, `room` apart for each sample."""
    footprint, width = planes.footprint, planes.width
    for sample in range(footprint * footprint):
        down, across = sample // footprint, sample % footprint
        done = 0
        while done < count:
            row, column = (start + done) // width, (start + done) % width
            run = min(width - column, count - done)
            _fill_run(
                net, planes, sampling, frame, latents, lines, tile,
                row, down, across, column, run, sample * room + done,
            )
            done += run


@helper
def _fill_run(
    net: Any, planes: Any, sampling: Any, frame: Any, latents: Any, lines: Any, tile: Any, row: int, down: int,
    across: int, column: int, run: int, point: int,
) -> None:
    """The same for neighbours in a row; vectors write up to seven points too many, which the next ones overwrite."""
    stride = net.stride
    source = across * sampling.columns + column
    height = vector(sampling.down[row * planes.footprint + down])
    first, second = fma(height, spread(frame, 1), spread(frame, 2)), fma(height, spread(frame, 4), spread(frame, 5))
    for at in range(0, run, LANES):
        width = load(sampling.across, source + at)
        store(tile, point + at, fma(width, spread(frame, 0), first))
        store(tile, stride + point + at, fma(width, spread(frame, 3), second))
    target = 2 * stride + point
    for level in range(len(planes.channels)):
        sample = (level * planes.height + row) * planes.footprint + down
        cell, weight, reach = sampling.rows_first[sample], sample * REACH, sampling.rows_reach[level]
        apart = planes.footprint * sampling.columns
        for channel in range(planes.channels[level]):
            if sampling.identity[level]:
                plane = planes.first[level] + channel * planes.distances[level]
                source = plane + row * planes.strides[level] + column
                for at in range(0, run, LANES):
                    store(tile, target + at, load(latents, source + at))
            else:
                source = _line(planes, sampling, level, channel, cell, across) + column
                for at in range(0, run, LANES):
                    total = vector(0.0)
                    for tap in range(reach):
                        values = load(lines, source + tap * apart + at)
                        total = fma(spread(sampling.rows_weights, weight + tap), values, total)
                    store(tile, target + at, total)
            target += stride


@helper
def gather_inputs(
    net: Any, planes: Any, sampling: Any, tile: Any, slopes: Any, lines: Any, start: int, count: int, room: int
) -> None:
    """Gradients of the latents' inputs added to those of lines and, where a level has every sample, of its cells."""
    footprint, width = planes.footprint, planes.width
    for sample in range(footprint * footprint):
        down, across = sample // footprint, sample % footprint
        done = 0
        while done < count:
            row, column = (start + done) // width, (start + done) % width
            run = min(width - column, count - done)
            _gather_run(
                net, planes, sampling, tile, slopes, lines, row, down, across, column, run, sample * room + done
            )
            done += run


@helper
def _gather_run(
    net: Any, planes: Any, sampling: Any, tile: Any, slopes: Any, lines: Any, row: int, down: int, across: int,
    column: int, run: int, point: int,
) -> None:
    source = net.gradients * net.stride + point
    for level in range(len(planes.channels)):
        sample = (level * planes.height + row) * planes.footprint + down
        cell, weight, reach = sampling.rows_first[sample], sample * REACH, sampling.rows_reach[level]
        apart = planes.footprint * sampling.columns
        for channel in range(planes.channels[level]):
            if sampling.identity[level]:
                plane = planes.first[level] + channel * planes.distances[level]
                _add_scaled(slopes, plane + row * planes.strides[level] + column, tile, source, run, sampling.one, 0)
            else:
                target = _line(planes, sampling, level, channel, cell, across) + column
                for tap in range(reach):
                    _add_scaled(lines, target + tap * apart, tile, source, run, sampling.rows_weights, weight + tap)
            source += net.stride


@inlined
def _add_scaled(target: Any, first: int, source: Any, begin: int, count: int, factors: Any, place: int) -> None:
    """target[first:first + count] += factors[place] * source[begin:begin + count]; touches nothing else."""
    factor = spread(factors, place)
    whole = count // LANES * LANES
    for at in range(0, whole, LANES):
        store(target, first + at, fma(factor, load(source, begin + at), load(target, first + at)))
    for at in range(whole, count):
        target[first + at] += factors[place] * source[begin + at]
