"""Latents read at the samples of a tile, and gradients back to latents: columns first, then rows.

Lines hold a level's rows of cells, read at all samples across; a row of samples is a mean of a few lines.
"""

from __future__ import annotations

from typing import Any

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.layout import LANES, REACH, ROWS
from inrcodec.fitting.kernels.vectors import Vector, add_first, add_sums, fma, load, number, spread, store, vector


@helper
def spread_columns(lay: Any, table: Any, constants: Any, room: Any) -> None:
    """Every row of cells read at the samples across, into lines."""
    vectors = lay.columns // LANES
    for level in range(lay.levels):
        if lay.identity[level]:
            continue
        line, reach = lay.lines[level], lay.to_reach[level]
        for channel in range(lay.level_channels[level]):
            source = lay.first[level] + channel * lay.distances[level]
            for _ in range(lay.down[level]):
                entry, weight = lay.to_entry[level], lay.to_constant[level]
                for _ in range(lay.footprint * vectors):
                    cell = source + number(table, entry)
                    total = vector(0.0)
                    for tap in range(reach):
                        total = fma(spread(room, cell + tap), load(constants, weight), total)
                        weight += LANES
                    store(room, line, total)
                    line += LANES
                    entry += 1
                source += lay.strides[level]


@helper
def gather_columns(lay: Any, table: Any, constants: Any, room: Any) -> None:
    """Gradients of lines added to those of the cells."""
    for level in range(lay.levels):
        if lay.identity[level]:
            continue
        line, length = lay.lines[level] + lay.to_line_slopes, lay.back_reach[level] * LANES
        cells = (lay.across[level] + ROWS - 1) // ROWS * ROWS
        for channel in range(lay.level_channels[level]):
            target = lay.first[level] + channel * lay.distances[level] + lay.to_slopes
            for _ in range(lay.down[level]):
                entry, weight = lay.back_entry[level], lay.back_constant[level]
                for _ in range(lay.footprint):
                    for cell in range(0, cells, ROWS):
                        a = _gathered(room, line + number(table, entry), constants, weight, length)
                        b = _gathered(room, line + number(table, entry + 1), constants, weight + length, length)
                        c = _gathered(room, line + number(table, entry + 2), constants, weight + 2 * length, length)
                        d = _gathered(room, line + number(table, entry + 3), constants, weight + 3 * length, length)
                        add_sums(room, target + cell, a, b, c, d)
                        entry += ROWS
                        weight += ROWS * length
                    line += lay.columns
                target += lay.strides[level]


@inlined
def _gathered(room: Any, at: int, constants: Any, weight: int, length: int) -> Vector:
    total = vector(0.0)
    for part in range(0, length, LANES):
        total = fma(load(room, at + part), load(constants, weight + part), total)
    return total


@helper
def fill_inputs(
    lay: Any, table: Any, constants: Any, frames: Any, frame: int, room: Any, start: int, count: int, apart: int
) -> None:
    """The network's inputs at the samples of `count` pixels from number `start` on, `apart` for each sample.

    Vectors write up to seven points too many, which those of the next run, or nobody, overwrite.
    """
    for sample in range(lay.footprint * lay.footprint):
        down, across = sample // lay.footprint, sample % lay.footprint
        done = 0
        while done < count:
            row, column = (start + done) // lay.width, (start + done) % lay.width
            run, point = min(lay.width - column, count - done), lay.inputs + sample * apart + done
            line = row * lay.footprint + down
            _fill_coordinates(lay, constants, frames, frame, room, line, across, column, run, point)
            _fill_latents(lay, table, constants, room, row, line, across, column, run, point + 2 * lay.stride)
            done += run


@helper
def _fill_coordinates(
    lay: Any,
    constants: Any,
    frames: Any,
    frame: int,
    room: Any,
    line: int,
    across: int,
    column: int,
    run: int,
    point: int,
) -> None:
    """Coordinates of a run of samples, in the frame of the image; see `poses.frames`."""
    source, height = lay.across_constant + across * lay.columns + column, spread(constants, lay.down_constant + line)
    first = fma(height, spread(frames, frame + 1), spread(frames, frame + 2))
    second = fma(height, spread(frames, frame + 4), spread(frames, frame + 5))
    for at in range(0, run, LANES):
        width = load(constants, source + at)
        store(room, point + at, fma(width, spread(frames, frame), first))
        store(room, point + lay.stride + at, fma(width, spread(frames, frame + 3), second))


@inlined
def _lines_of(
    lay: Any, table: Any, constants: Any, level: int, line: int
) -> tuple[int, Vector, Vector, Vector, Vector]:
    """The first of the lines that a row of samples is a mean of, and the weights of all four."""
    sample = level * lay.height * lay.footprint + line
    weight = lay.rows_constant + sample * REACH
    first, second = spread(constants, weight), spread(constants, weight + 1)
    third, fourth = spread(constants, weight + 2), spread(constants, weight + 3)
    return number(table, lay.rows_entry + sample), first, second, third, fourth


@helper
def _fill_latents(
    lay: Any,
    table: Any,
    constants: Any,
    room: Any,
    row: int,
    line: int,
    across: int,
    column: int,
    run: int,
    target: int,
) -> None:
    """Latents of a run of samples."""
    apart = lay.footprint * lay.columns
    for level in range(lay.levels):
        cell, first, second, third, fourth = _lines_of(lay, table, constants, level, line)
        for channel in range(lay.level_channels[level]):
            if lay.identity[level]:
                plane = lay.drawn_first[level] + channel * lay.distances[level] + row * lay.strides[level] + column
                for at in range(0, run, LANES):
                    store(room, target + at, load(room, plane + at))
            else:
                source = lay.lines[level] + (channel * lay.down[level] + cell) * apart + across * lay.columns + column
                for at in range(0, run, LANES):
                    total = first * load(room, source + at)
                    total = fma(second, load(room, source + apart + at), total)
                    total = fma(third, load(room, source + 2 * apart + at), total)
                    store(room, target + at, fma(fourth, load(room, source + 3 * apart + at), total))
            target += lay.stride


@helper
def gather_inputs(lay: Any, table: Any, constants: Any, room: Any, start: int, count: int, apart: int) -> None:
    """Gradients of the latents' inputs added to those of lines and, where a level has every sample, of its cells."""
    for sample in range(lay.footprint * lay.footprint):
        down, across = sample // lay.footprint, sample % lay.footprint
        done = 0
        while done < count:
            row, column = (start + done) // lay.width, (start + done) % lay.width
            run, point = min(lay.width - column, count - done), lay.input_slopes + sample * apart + done
            _gather_latents(lay, table, constants, room, row, row * lay.footprint + down, across, column, run, point)
            done += run


@helper
def _gather_latents(
    lay: Any,
    table: Any,
    constants: Any,
    room: Any,
    row: int,
    line: int,
    across: int,
    column: int,
    run: int,
    source: int,
) -> None:
    """The same for a run of samples."""
    apart = lay.footprint * lay.columns
    for level in range(lay.levels):
        cell, first, second, third, fourth = _lines_of(lay, table, constants, level, line)
        for channel in range(lay.level_channels[level]):
            if lay.identity[level]:
                plane = lay.drawn_first[level] + channel * lay.distances[level] + row * lay.strides[level] + column
                plane += lay.to_slopes
                for at in range(0, run, LANES):
                    add_first(room, plane + at, min(LANES, run - at), load(room, source + at))
            else:
                target = lay.lines[level] + (channel * lay.down[level] + cell) * apart + across * lay.columns + column
                target += lay.to_line_slopes
                for at in range(0, run, LANES):
                    count = min(LANES, run - at)
                    slope = load(room, source + at)
                    if count == LANES:
                        _add(room, target + at, first * slope)
                        _add(room, target + apart + at, second * slope)
                        _add(room, target + 2 * apart + at, third * slope)
                        _add(room, target + 3 * apart + at, fourth * slope)
                    else:
                        add_first(room, target + at, count, first * slope)
                        add_first(room, target + apart + at, count, second * slope)
                        add_first(room, target + 2 * apart + at, count, third * slope)
                        add_first(room, target + 3 * apart + at, count, fourth * slope)
            source += lay.stride


@inlined
def _add(room: Any, at: int, values: Vector) -> None:
    store(room, at, load(room, at) + values)
