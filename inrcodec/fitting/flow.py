"""Dense correspondence of two aligned pictures as a small SIREN: the displacement at the middle, smooth by its energy.

As `morph.flow`, but the displacement is a function of position, fitted per pair against what both pictures show, with
the exact Jacobian of the sine network in the loss (as in Wolterink et al., "Implicit neural representations for
deformable image registration", 2022).
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import grid_sample, pad

from inrcodec.ink import ground_of, places
from inrcodec.morph.flow import blurred

Floats = NDArray[np.float32]
WIDTH, W0 = 32, 4.0  # slow sines: half a period over a third of the picture
STEPS, RATE = 300, 3e-3
BLURS = ((0.0, 4.0), (0.3, 2.0), (0.55, 1.0), (0.8, 0.5))  # (from this share of the steps on, pixels)
SMOOTHNESS = 0.05  # of mean squared Jacobian to the pictures' difference
MARGIN = 1  # of ground around a picture, so that reading fades into it
SOFTNESS = 0.03  # below it a difference counts by its square, above by its size


class SirenFlow:
    """v(q) for places (points, 2) as `ink.places` has them; two layers of sines."""

    def __init__(self, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        reach = (6 / WIDTH) ** 0.5

        def drawn(rows: int, columns: int, largest: float) -> torch.Tensor:
            return ((2 * torch.rand(rows, columns, generator=generator) - 1) * largest).requires_grad_()

        self.weights = [drawn(WIDTH, 2, W0 / 2), drawn(WIDTH, WIDTH, reach), torch.zeros(2, WIDTH, requires_grad=True)]
        self.biases = [drawn(1, WIDTH, torch.pi), drawn(1, WIDTH, torch.pi), torch.zeros(1, 2, requires_grad=True)]

    def __call__(self, where: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Displacements (points, 2) and their Jacobians (points, 2, 2): the derivative of a sine is a cosine."""
        phases = where @ self.weights[0].T + self.biases[0]
        units, slopes = phases.sin(), phases.cos()[..., None] * self.weights[0]  # (points, width, 2)
        phases = units @ self.weights[1].T + self.biases[1]
        units, slopes = phases.sin(), phases.cos()[..., None] * (self.weights[1] @ slopes)
        return units @ self.weights[2].T + self.biases[2], self.weights[2] @ slopes


def siren_flow(first: Floats, second: Floats, seed: int = 0) -> Floats:
    """v (height, width, 2) with first(q - v) close to second(q + v); pictures (height, width, channels)."""
    height, width = first.shape[:2]
    where = torch.from_numpy(places(height, width).reshape(-1, 2))
    flow = SirenFlow(seed)
    adam = torch.optim.Adam([*flow.weights, *flow.biases], lr=RATE, betas=(0.9, 0.99))
    for start, end, blur in _stages():
        pictures = [_Readable(one, blur) for one in (first, second)]
        for step in range(start, end):
            adam.param_groups[0]["lr"] = RATE * min(1.0, 2 * (1 - step / STEPS))
            moved, slopes = flow(where)
            apart = pictures[0].at(where - moved) - pictures[1].at(where + moved)
            error = ((apart**2 + SOFTNESS**2).sqrt() - SOFTNESS).mean()
            loss = error + SMOOTHNESS * slopes.square().sum(dim=(1, 2)).mean()
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
    with torch.no_grad():
        return np.asarray(flow(where)[0].reshape(height, width, 2).numpy())


def _stages() -> list[tuple[int, int, float]]:
    """(first step, step behind the last, blur in pixels): coarse to fine."""
    starts = [round(share * STEPS) for share, _ in BLURS]
    return [(a, b, blur) for a, b, (_, blur) in zip(starts, [*starts[1:], STEPS], BLURS, strict=True)]


class _Readable:
    """A picture, blurred, read bilinearly anywhere; beyond its border lies its ground."""

    def __init__(self, picture: Floats, blur: float) -> None:
        height, width = picture.shape[:2]
        self._ground = torch.from_numpy(ground_of(picture))[:, None, None]
        planes = torch.from_numpy(blurred(picture, blur)).permute(2, 0, 1) - self._ground
        self._planes = pad(planes, [MARGIN] * 4)[None]
        half = max(height, width) / 2
        self._half_sides = torch.tensor([width / 2 + MARGIN, height / 2 + MARGIN]) / half

    def at(self, where: torch.Tensor) -> torch.Tensor:
        """Colours (channels, points) at places (points, 2)."""
        grid = (where.flip(1) / self._half_sides)[None, :, None]
        return grid_sample(self._planes, grid, align_corners=False)[0, ..., 0] + self._ground[..., 0]
