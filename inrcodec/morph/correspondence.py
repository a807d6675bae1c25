"""Which places of two pictures belong together: the pose that lays one drawing on the other, and a dense flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inrcodec.morph.flow import middle_flow
from inrcodec.morph.layers import Layer, moving_layer
from inrcodec.morph.pose import Pose, align
from inrcodec.morph.sampling import sample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import background_of, pixel_centers

Flow = Callable[[FloatArray, FloatArray], FloatArray]  # from two aligned pictures to v, as `middle_flow`


@dataclass(frozen=True)
class Correspondence:
    """`flow` (height, width, 2) is of the first picture's own places, half-way in time; zero with a layer."""

    pose: Pose
    flow: FloatArray
    layer: Layer | None = None

    def sampling_positions(self, where: FloatArray, t: float) -> tuple[FloatArray, FloatArray]:
        """Where each picture is read for places (..., 2) of the first one's own at time t."""
        flow = sample(self.flow, where, np.zeros(2, np.float32))
        return where - 2 * t * flow, self.pose.onward(where + 2 * (1 - t) * flow)


def correspondence(first: FloatArray, second: FloatArray, flow: Flow = middle_flow) -> Correspondence:
    """Of two pictures (height, width, channels) of one size."""
    pose, where = align(first, second), pixel_centers(*first.shape[:2])
    laid = sample(second, pose.onward(where), background_of(second))
    dense, layer = flow(first, laid), moving_layer(first, laid)
    if layer is not None and layer.left < _left(first, laid, dense):
        return Correspondence(pose, np.zeros_like(dense), layer)
    return Correspondence(pose, dense)


def _left(first: FloatArray, laid: FloatArray, flow: FloatArray) -> float:
    """Share of the difference of two aligned pictures that a flow leaves."""
    where = pixel_centers(*first.shape[:2])
    back, ahead = sample(first, where - flow, background_of(first)), sample(laid, where + flow, background_of(laid))
    return float(np.square(back - ahead).mean() / max(1e-9, np.square(first - laid).mean()))
