"""The networks that constraints are fitted with: of a picture in a file of images, or of a signal with its own axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from inrcodec.field.field import Field, field_specs, image_conditions
from inrcodec.field.jets import Jet
from inrcodec.field.places import Derived
from inrcodec.field.signal_field import SignalField, signal_specs
from inrcodec.field.tensors import TensorSpec
from inrcodec.settings import ModelSettings, NetworkSettings

Directions = NDArray[np.float64] | None
FAST_W0 = 200  # beyond it, 14 bits of a weight leave more than a hundredth of a radian of a phase open
EARLY, LATE = 0.1, 0.7  # shares of a fit; what is rounded early, the other layers have long enough to make up for


class Network(Protocol):
    """What a fit knows of a network of coordinates in [-1, 1]; the signal has `sides` samples along each, x first."""

    @property
    def channels(self) -> int: ...

    @property
    def sides(self) -> tuple[int, ...]: ...

    @property
    def settled(self) -> float:
        """Share of a fit after which its first layer stays as it will be stored: fast sines tell rounded weights."""

    def specs(self) -> tuple[TensorSpec, ...]:
        """Its tensors."""

    def jet(
        self, tensors: Sequence[torch.Tensor], points: NDArray[np.float64], order: int, directions: Directions
    ) -> Jet:
        """Values (channels, count) at points (count, axes), derivatives (channels, directions, count)."""


@dataclass(frozen=True)
class PictureNetwork:
    """The network of a file of images that holds one of them; `sides` are width and height."""

    model: ModelSettings
    channels: int
    sides: tuple[int, ...]
    settled: float = 1.0

    def specs(self) -> tuple[TensorSpec, ...]:
        """As the file has them."""
        return field_specs(self.model, self.channels, 1)

    def jet(
        self, tensors: Sequence[torch.Tensor], points: NDArray[np.float64], order: int, directions: Directions
    ) -> Jet:
        """See `Network.jet`."""
        conditions = torch.from_numpy(image_conditions(self.model, [(1, 1)])).to(tensors[0].device)
        places = Derived(points[:, 0], points[:, 1], order, grid=False, directions=directions)
        jet = Field(self.model, self.channels, tuple(tensors)).derived((), conditions, places)
        return Jet(*(part.reshape(*part.shape[:1], *part.shape[2:-2], -1) for part in jet.parts()))


@dataclass(frozen=True)
class SignalNetwork:
    """The network of a file of one signal; speeds: see `signal_specs`."""

    network: NetworkSettings
    channels: int
    sides: tuple[int, ...]
    speeds: tuple[float, ...] | None = None

    @property
    def settled(self) -> float:
        """See `Network.settled`."""
        if self.network.activation != "sine":
            return 1.0
        return EARLY if self.network.w0[0] > FAST_W0 else LATE

    def specs(self) -> tuple[TensorSpec, ...]:
        """As the file has them."""
        return signal_specs(self.network, self.channels, len(self.sides), self.speeds)

    def jet(
        self, tensors: Sequence[torch.Tensor], points: NDArray[np.float64], order: int, directions: Directions
    ) -> Jet:
        """See `Network.jet`."""
        return SignalField(self.network, self.channels, len(self.sides), tuple(tensors)).jet(points, order, directions)
