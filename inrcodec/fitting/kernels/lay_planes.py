"""The layout of latents while kernels look at them.

Every channel of a level is a plane: rows of cells with zeros beside, above and below, so that every neighbor that the
context model asks for exists. Its other values, cells of the coarser level, are spread over planes of the finer
level's size, so that they lie as far apart as the cells that ask for them.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS
from inrcodec.fitting.kernels.layout import LANES, OTHERS, PANEL, SLACK, Draft
from inrcodec.fitting.kernels.packing import rounded_up
from inrcodec.fitting.kernels.view import Stretch, View
from inrcodec.settings import ModelSettings


def lay_out_planes(draft: Draft, model: ModelSettings, view: View) -> None:
    """Lay out the planes of what is read of an image."""
    levels = model.levels
    down, across = view.down.counts(), view.across.counts()
    strides = [cells + MARGIN for cells in across]
    padded = [rounded_up(rows * stride, PANEL) for rows, stride in zip(down, strides, strict=True)]
    corners = [MARGIN * (stride + 1) for stride in strides]
    distances = [
        rounded_up(corner + length + MARGIN * stride + SLACK, LANES)
        for corner, length, stride in zip(corners, padded, strides, strict=True)
    ]
    start, first, spread_first = draft.room, [], []
    for number, level in enumerate(levels):
        above = levels[number - 1].channels if number else 0
        first.append(draft.take(level.channels * distances[number]) + corners[number])
        spread_first.append(draft.take(above * distances[number]) + corners[number])
    size = draft.room - start
    slopes = draft.take(size)
    draft.put(
        levels=len(levels),
        level_channels=[level.channels for level in levels],
        down=down,
        across=across,
        strides=strides,
        distances=distances,
        first=first,
        spread_from=[number - 1 for number in range(len(levels))],
        spread_first=spread_first,
        spread_shift=[0, *(coarse.shift - fine.shift for coarse, fine in pairwise(levels))],
        to_slopes=slopes - start,
        slopes=slopes,
        planes_size=size,
    )
    _lay_out_channels(draft, model, view, padded)


def _lay_out_channels(draft: Draft, model: ModelSettings, view: View, padded: list[int]) -> None:
    """Lists with one entry for every channel of every level."""
    record = draft.record
    own, lengths, channel_padded, masks, taps_entry = [], [], [], [], []
    for number, level in enumerate(model.levels):
        rows, stride = (int(record[name][number]) for name in ("down", "strides"))
        shown = np.zeros((rows, stride), np.float32)
        shown[_counted(view.down, number), _counted(view.across, number)] = 1
        mask = draft.constants(np.pad(shown.reshape(-1), (0, padded[number] + SLACK - shown.size)))
        for channel in range(level.channels):
            own.append(int(record["first"][number]) + channel * int(record["distances"][number]))
            lengths.append(rows * stride)
            channel_padded.append(padded[number])
            masks.append(mask)
            taps_entry.append(draft.numbers(_tap_places(draft, model, number, channel, own[-1])))
    draft.put(
        all_channels=len(own),
        own=draft.numbers(own),
        lengths=draft.numbers(lengths),
        padded=draft.numbers(channel_padded),
        mask=draft.numbers(masks),
        taps_entry=draft.numbers(taps_entry),
    )


def _counted(side: Stretch, level: int) -> slice:
    """Cells whose bits count, among those that are read."""
    begin = side.read[level][0]
    return slice(side.counted[level][0] - begin, side.counted[level][1] - begin)


def tap_columns(model: ModelSettings, number: int, channel: int) -> list[int]:
    """Columns of a channel's weights that see anything: the first channels of a level have none before them.

    Columns of -1 fill the list up to threes.
    """
    several = model.levels[number].channels > 1
    columns, others = list(range(len(OWN))), len(OWN)
    if several:
        if channel > 0:
            columns += range(others, others + len(PREVIOUS))
        if channel > 1:
            columns.append(others + len(PREVIOUS))
        others += len(PREVIOUS) + 1
    if number:
        columns += range(others, others + model.levels[number - 1].channels)
    return columns + [-1] * (-len(columns) % OTHERS)


def _tap_places(draft: Draft, model: ModelSettings, number: int, channel: int, own: int) -> list[int]:
    """Where the values of `tap_columns` lie that the first cell is predicted from."""
    stride, distance, spread = (int(draft.record[name][number]) for name in ("strides", "distances", "spread_first"))
    places = [own + dy * stride + dx for dy, dx in OWN]
    if model.levels[number].channels > 1:
        places += [own - distance + dy * stride + dx for dy, dx in PREVIOUS]
        places.append(own - 2 * distance)
    if number:
        places += [spread + above * distance for above in range(model.levels[number - 1].channels)]
    return [places[max(column, 0)] for column in tap_columns(model, number, channel)]
