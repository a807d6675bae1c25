"""The field of one signal: a plain network of one to three coordinates, each in [-1, 1]; numpy decodes, torch fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from array_api_compat import device, is_numpy_array
from numpy.typing import NDArray

from inrcodec.field.grids import FREQUENCIES
from inrcodec.field.jets import Jet, cosine, network_jet, sine
from inrcodec.field.siren import Array, Siren, siren_specs
from inrcodec.field.tensors import TensorSpec
from inrcodec.numerics.arrays import namespace_of
from inrcodec.settings import Architecture, ModelSettings, NetworkSettings

PRECISE_W0 = 4096  # beyond it, phases of the first sines are computed in float64: float32 would hear their rounding


@dataclass(frozen=True)
class SignalField:
    """A network of `axes` coordinates with that many outputs."""

    network: NetworkSettings
    channels: int
    axes: int
    tensors: tuple[Array, ...]

    def jet(self, points: NDArray[np.float64], order: int, directions: NDArray[np.float64] | None = None) -> Jet:
        """Outputs at points (count, axes) with derivatives up to `order`, 0 to 2: value (channels, count), the others
        (channels, directions, count).

        directions (directions, axes, count): along which derivatives are taken at each point. Default: along all axes.
        """
        siren = Siren.from_tensors(self.tensors, self.network.activation)
        turns = np.broadcast_to(np.eye(self.axes)[:, :, None], (self.axes, self.axes, len(points)))
        turned = np.ascontiguousarray((turns if directions is None else directions).swapaxes(0, 1))
        coordinates = self._coordinates(points.T, turned, order)
        return network_jet(siren, self._inputs(coordinates), sums=self._sums(siren, points.T, coordinates))

    def values(self, points: NDArray[np.float64]) -> Array:
        """Outputs at points (count, axes), (channels, count)."""
        return self.jet(points, 0).value

    def _coordinates(self, points: NDArray[np.float64], turned: NDArray[np.float64], order: int) -> Jet:
        """Points (axes, count) as a jet: derivatives are the directions, (axes, directions, count), and no second."""
        parts = (points, turned, np.zeros_like(turned))[: order + 1]
        return Jet(*(_like(self.tensors[0], part) for part in parts))

    def _inputs(self, coordinates: Jet) -> Jet:
        """What goes into the network, (inputs, count): coordinates, and with relu-pe their sines and cosines."""
        if self.network.activation != "relu-pe":
            return coordinates
        turns = [math.pi * 2**octave for octave in range(FREQUENCIES)]
        planes = [coordinates, *(wave(turn * coordinates) for turn in turns for wave in (sine, cosine))]
        xp = namespace_of(coordinates.value)
        return Jet(*(xp.concat(parts, axis=0) for parts in zip(*(one.parts() for one in planes), strict=True)))

    def _sums(self, siren: Siren, points: NDArray[np.float64], coordinates: Jet) -> Jet | None:
        """Phases of fast first sines, (units, count), less whole turns; None where float32 does."""
        if self.network.activation != "sine" or self.network.w0[0] <= PRECISE_W0:
            return None
        width = siren.first.shape[0] - siren.output.shape[0]
        first, bias, xp = siren.first[:width], siren.first_bias[:width], namespace_of(siren.first)
        exact = xp.astype(first, xp.float64) @ _like(xp.astype(first, xp.float64), points)
        exact = exact + xp.astype(bias, xp.float64)[:, None]
        phases = xp.astype(exact - 2 * math.pi * xp.round(exact / (2 * math.pi)), first.dtype)
        slopes = (first @ part.reshape(self.axes, -1) for part in coordinates.parts()[1:])
        return Jet(phases, *(one.reshape(width, -1, points.shape[1]) for one in slopes))


def signal_specs(
    network: NetworkSettings, channels: int, axes: int, speeds: Sequence[float] | None = None
) -> tuple[TensorSpec, ...]:
    """The network's tensors in file order; outputs start near nought.

    speeds: of the first sines along every axis, beside w0; by default 1.
    """
    inputs = axes * (1 + 2 * FREQUENCIES * (network.activation == "relu-pe"))
    first_w0, *hidden_w0 = network.w0
    architecture = Architecture(network.activation, hidden_w0=tuple(hidden_w0))
    model = ModelSettings(
        hidden_width=network.hidden_width, hidden_layers=network.hidden_layers, levels=(), architecture=architecture
    )
    paces = speeds if speeds is not None and inputs == axes else [1.0] * inputs
    first, bias, *others = siren_specs(model, [pace * first_w0 / inputs for pace in paces], channels)
    centered = TensorSpec(bias.shape, bias.half_width, np.zeros_like(bias.center), bias.rate)
    return (first, centered, *others)


def signal_shapes(network: NetworkSettings, channels: int, axes: int) -> tuple[tuple[int, ...], ...]:
    """Their shapes."""
    return tuple(spec.shape for spec in signal_specs(network, channels, axes))


def _like(other: Array, values: NDArray[np.float64]) -> Array:
    """Numbers as an array of the kind, the type and the device of another."""
    if is_numpy_array(other):
        return values.astype(other.dtype)
    xp = namespace_of(other)
    return xp.asarray(np.ascontiguousarray(values), dtype=other.dtype, device=device(other))
