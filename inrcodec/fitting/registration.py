"""Dense correspondence of two aligned pictures as a small SIREN, fitted per pair: a displacement that is smooth.

As `morph.flow`, but the displacement is a function of position, fitted against what both pictures show, with its exact
Jacobian in the loss (after Wolterink et al., "Implicit neural representations for deformable image registration",
2022).
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import grid_sample, pad

from inrcodec.fitting.process import one_torch_thread
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.blur import blurred
from inrcodec.numerics.foreground import background_of, pixel_centers

WIDTH, W0 = 32, 4.0  # slow sines: a period is no shorter than most of the picture
STEPS, RATE = 300, 3e-3
BLURS = ((0.0, 4.0), (0.3, 2.0), (0.55, 1.0), (0.8, 0.5))  # (from this share of the steps on, pixels): coarse to fine
SMOOTHNESS = 0.4  # weight of the mean squared Jacobian
SOFTNESS = 0.03  # a difference below it counts by its square, above by its size


class SirenFlow:
    """v(q) at places (points, 2): two layers of sines, and a linear one that starts at no displacement."""

    def __init__(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)

        def drawn(rows: int, columns: int, largest: float) -> torch.Tensor:
            return ((2 * torch.rand(rows, columns, generator=generator) - 1) * largest).requires_grad_()

        hidden = (6 / WIDTH) ** 0.5
        self.first = drawn(WIDTH, 2, W0 / 2), drawn(1, WIDTH, np.pi)
        self.second = drawn(WIDTH, WIDTH, hidden), drawn(1, WIDTH, np.pi)
        self.last = torch.zeros(2, WIDTH, requires_grad=True), torch.zeros(1, 2, requires_grad=True)

    def parameters(self) -> tuple[torch.Tensor, ...]:
        """Weights and biases."""
        return (*self.first, *self.second, *self.last)

    def __call__(self, where: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Displacements (points, 2) and their Jacobians (points, 2, 2): the derivative of a sine is a cosine."""
        units, jacobians = where, torch.eye(2)
        for weight, bias in (self.first, self.second):
            phases = units @ weight.T + bias  # (points, width)
            units, jacobians = (
                phases.sin(),
                phases.cos()[..., None] * (weight @ jacobians),
            )  # (.., width, 2)
        weight, bias = self.last
        return units @ weight.T + bias, weight @ jacobians


def siren_flow(first: FloatArray, second: FloatArray, seed: int = 0) -> FloatArray:
    """v (height, width, 2) with first(q - v) close to second(q + v); pictures (height, width, channels)."""
    with one_torch_thread():  # products this small are slower on more
        return _fitted(first, second, SirenFlow(seed))


def _fitted(first: FloatArray, second: FloatArray, flow: SirenFlow) -> FloatArray:
    height, width = first.shape[:2]
    where = torch.from_numpy(pixel_centers(height, width).reshape(-1, 2))
    adam = torch.optim.Adam(flow.parameters(), lr=RATE, betas=(0.9, 0.99))
    starts = [round(share * STEPS) for share, _ in BLURS]
    for start, end, (_, blur) in zip(starts, [*starts[1:], STEPS], BLURS, strict=True):
        one, other = _Readable(first, blur), _Readable(second, blur)
        for step in range(start, end):
            adam.param_groups[0]["lr"] = RATE * min(1.0, 2 * (1 - step / STEPS))
            moved, jacobians = flow(where)
            apart = one.at(where - moved) - other.at(where + moved)
            error = (apart**2 + SOFTNESS**2).sqrt().mean()
            adam.zero_grad()
            torch.autograd.backward(error + SMOOTHNESS * jacobians.square().sum(dim=(1, 2)).mean())
            adam.step()
    with torch.no_grad():
        return np.asarray(flow(where)[0].reshape(height, width, 2).numpy())


class _Readable:
    """A picture (height, width, channels), blurred, to be read anywhere; beyond its border lies its ground."""

    def __init__(self, picture: FloatArray, blur: float) -> None:
        height, width = picture.shape[:2]
        self._ground = torch.from_numpy(background_of(picture))[:, None]
        planes = torch.from_numpy(blurred(picture, blur)).permute(2, 0, 1) - self._ground[..., None]
        self._planes = pad(planes, [1, 1, 1, 1])[None]  # reading fades into the ground, which is nought here
        self._halves = torch.tensor([width + 2, height + 2]) / max(height, width)

    def at(self, where: torch.Tensor) -> torch.Tensor:
        """Colors (channels, points) at places (points, 2)."""
        grid = (where.flip(1) / self._halves)[None, :, None]
        return grid_sample(self._planes, grid, align_corners=False)[0, ..., 0] + self._ground
