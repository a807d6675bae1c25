"""All that `layout` describes, put together, and the rooms that kernels work in."""

from __future__ import annotations

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.field import field_shapes
from inrcodec.fitting.kernels.lay_context import lay_out_context
from inrcodec.fitting.kernels.lay_network import lay_out_network
from inrcodec.fitting.kernels.lay_planes import lay_out_planes
from inrcodec.fitting.kernels.lay_sampling import lay_out_sampling
from inrcodec.fitting.kernels.layout import LANES, LINE, SLACK, Draft
from inrcodec.fitting.kernels.packing import FloatArray, Packing
from inrcodec.fitting.kernels.view import View
from inrcodec.settings import ModelSettings

TILE_PIXELS = {1: 240, 2: 48}  # by footprint: samples of a tile are a few hundred points, in whole panels
FEWEST_PIXELS = 24  # of a tile at other footprints


class Layout:
    """What `layout` describes, for images of one size or for windows that have all but their place in common."""

    def __init__(self, model: ModelSettings, channels: int, view: View, footprint: int) -> None:
        draft, height, width = Draft(), view.down.count, view.across.count
        network, context = field_shapes(model, channels, 1), context_shapes(model)
        self.packing = Packing((*network, *context))
        tensors = self.packing.tensors
        tile = TILE_PIXELS.get(footprint, FEWEST_PIXELS)
        stride = _stride(tile * footprint**2)
        ones = lay_out_network(draft, self.packing, tensors[: len(network)], channels, stride)
        self._ones = slice(ones, ones + stride)
        lay_out_context(draft, self.packing, tensors[len(network) :], model)
        lay_out_planes(draft, model, view)
        lay_out_sampling(draft, model, view, footprint)
        values = view.values(model)
        seen, derivatives, found = (draft.take(values) for _ in range(3))
        draft.put(
            height=height, width=width, footprint=footprint, channels=channels, values=values, tile_pixels=tile,
            pixels=draft.take((channels + 1) * tile), seen=seen, derivatives=derivatives, found=found,
        )  # fmt: skip
        self.record, (self.table, self.constants) = draft.record, draft.tables()
        self.longest = max(height, width, *view.down.counts(), *view.across.counts())  # side, in pixels or cells
        self._size = draft.room
        self.kind = self.record.tobytes()  # of the room: others with the same numbers may work in it

    def room(self) -> FloatArray:
        """One to work in."""
        unaligned = np.zeros(self._size + SLACK + LINE, np.float32)
        skipped = -unaligned.ctypes.data // unaligned.itemsize % LINE
        room = unaligned[skipped : skipped + self._size + SLACK]
        room[self._ones] = 1.0
        return room


def _stride(points: int) -> int:
    """From row to row of a tile: an odd number of cache lines, so that rows do not drive each other out."""
    lines = -(-(points + LANES) // LINE)
    return LINE * (lines + 1 - lines % 2)
