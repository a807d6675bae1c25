"""Images of one size, or one window of an image, as kernels take them: flat arrays with room behind for vectors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.arrays import nothing_like
from inrcodec.fitting.kernels.layout import LANES, SLACK
from inrcodec.fitting.kernels.packing import FloatArray, rounded_up
from inrcodec.fitting.kernels.view import View, whole
from inrcodec.settings import ModelSettings

ALL = np.zeros(0, np.float32)  # pixels are visible
NO_OCTETS = np.zeros(0, np.uint8)


class Pictures(NamedTuple):
    """Images of a group as kernels look at them, all flat.

    (images, channels, pixels) either as octets or as colors in [0, 1], the other being empty; visible (images, pixels):
    0 for those that do not count, empty where all do; frames (images, 6), see `poses.frames`.
    """

    octets: npt.NDArray[np.uint8]
    colors: FloatArray
    visible: FloatArray
    frames: FloatArray


class ImageGroup:
    """Images of one size with their latents, which start at zero.

    latents, first_moments, second_moments: views (images, latents) that steps change; visits (images,) likewise. What
    is put there before a step is what it begins with. targets: a view of the pictures as they are kept.
    """

    def __init__(
        self,
        model: ModelSettings,
        targets: npt.NDArray[Any],
        visible: FloatArray | None = None,
        frames: FloatArray | None = None,
        rates: FloatArray | None = None,
        limits: tuple[FloatArray, FloatArray] | None = None,
        view: View | None = None,
    ) -> None:
        """targets: (images, channels, height, width), float32 in [0, 1] or uint8.

        visible: (images, height, width), 0 where the loss must not look; frames: (images, 6), see `poses.frames`;
        rates: of each latent of an image, (latents,), beside the others; limits: what they may be at least and at most.
        view: the window that all of these are of, if they are not of whole images.
        """
        count, _, self.height, self.width = targets.shape
        view = view or whole(model, self.height, self.width)
        self.view = view.moved()  # what it has in common with others
        self.pixels = self.height * self.width
        self.values = view.values(model)
        length = rounded_up(self.values, LANES)
        state = np.zeros((3, count, length), np.float32)
        self.latents, self.first_moments, self.second_moments = state[:, :, : self.values]
        self.visits = np.zeros(count, np.float32)
        bounds = np.zeros((3, length), np.float32)
        bounds[0, : self.values] = 1.0 if rates is None else rates
        bounds[1, : self.values], bounds[2, : self.values] = (-np.inf, np.inf) if limits is None else limits
        self._state, self._limits = state.reshape(-1), bounds.reshape(-1)
        self._targets = _padded(targets)
        self.targets = self._targets[: targets.size].reshape(targets.shape)
        self._visible = None if visible is None else _padded(visible.astype(np.float32))
        usual = np.tile(np.array([1, 0, 0, 0, 1, 0], np.float32), (count, 1))
        placed = _placed(usual if frames is None else frames, view, self.view)
        self._frames = np.ascontiguousarray(placed, dtype=np.float32).reshape(-1)

    def release(self) -> None:
        """Let go of which pixels are visible: all are, from now on."""
        self._visible = None

    @property
    def has_moments(self) -> bool:
        """Whether latents can still be moved."""
        return len(self._state) > len(self.visits) * len(self._limits) // 3

    def forget(self) -> None:
        """Let go of the moments, as latents stand still from now on; `latents` lie elsewhere then."""
        count, length = len(self.visits), len(self._limits) // 3
        self._state = self._state[: count * length].copy()
        self.latents = self._state.reshape(count, length)[:, : self.values]
        self.first_moments = self.second_moments = nothing_like(self.latents)

    @property
    def seen(self) -> float:
        """Visible pixels of all images, while some are not."""
        return float(len(self.visits) * self.pixels if self._visible is None else self._visible.sum())

    def arrays(self, released: bool) -> tuple[FloatArray, FloatArray, FloatArray, Pictures]:
        """What `stretch.take_steps` takes of a group; all pixels are visible once they are released."""
        visible = ALL if released or self._visible is None else self._visible
        octets, colors = (self._targets, ALL) if self._targets.dtype == np.uint8 else (NO_OCTETS, self._targets)
        return self._state, self.visits, self._limits, Pictures(octets, colors, visible, self._frames)


def _placed(frames: FloatArray, view: View, moved: View) -> FloatArray:
    """Frames (images, 6) of coordinates as a window has them that was moved."""
    right, down = (
        2.0 * (one.start - other.start) / one.side
        for one, other in ((view.across, moved.across), (view.down, moved.down))
    )
    placed = frames.copy()
    for row in (0, 3):
        placed[:, row + 2] += frames[:, row] * right + frames[:, row + 1] * down
    return placed


def _padded(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Flat, with some zeros behind, which vectors may touch."""
    return np.pad(values.reshape(-1), (0, SLACK))
