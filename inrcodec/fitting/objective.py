"""What the fit makes small: squared error plus lambda times bits per pixel, in parts that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.coordinates import tiles
from inrcodec.fitting.groups import Group
from inrcodec.fitting.lattice import WHOLE, Lattice
from inrcodec.fitting.rate import latent_bits
from inrcodec.fitting.run import Run

TILE_POINTS = 1 << 18  # samples of the field evaluated at once: bounds what one large image takes
HIDDEN_IMAGES = 16  # measured at once
Tile = tuple[slice, slice]  # rows and columns


def distortions(
    run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor, lattice: Lattice = WHOLE
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Shares of the mean squared error over visible pixels, one per tile, and of each image's own (B,).

    latents are (B, values); only pixels of the lattice count.
    """
    visible = None if group.visible is None or run.released else lattice.pick(group.visible)[images]
    rows, columns = lattice.axes(*group.size)
    count = len(images) * rows.count * columns.count if visible is None else max(1.0, float(visible.sum()))
    for tile, squared in _squared_errors(run, group, images, latents, lattice):
        seen = squared if visible is None else squared * visible[:, *tile]
        shares = seen.sum(dim=(0, 2, 3)) / (count * run.channels)
        yield shares.sum(), shares.detach() * len(images)


def rate(run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """Estimated bits per pixel of latents (B, values)."""
    bits = latent_bits(run.model, run.context_model(), group.levels(latents))
    return bits.sum() / (len(images) * group.size[0] * group.size[1])


@torch.no_grad()
def hidden_error(run: Run) -> npt.NDArray[np.float64]:
    """Mean squared error (images,) of rounded latents on the pixels that the loss has not seen; NaN where none are."""
    errors = np.full(run.images, np.nan)
    for group in run.groups:
        assert group.visible is not None, "pixels are hidden in every group or in none"
        for images in torch.split(torch.arange(len(group.numbers), device=group.latents.device), HIDDEN_IMAGES):
            hidden = 1.0 - group.visible[images]
            squared = torch.zeros(len(images), device=group.latents.device)
            for tile, part in _squared_errors(run, group, images, group.latents[images].round(), clipped=True):
                squared += (part * hidden[:, *tile]).sum(dim=(0, 2, 3))
            counts = hidden.sum(dim=(1, 2)) * run.channels
            errors[group.numbers[images].cpu().numpy()] = (squared / counts).cpu().numpy()  # no hidden pixel: 0/0, NaN
    return errors


def _squared_errors(
    run: Run,
    group: Group,
    images: torch.Tensor,
    latents: torch.Tensor,
    lattice: Lattice = WHOLE,
    *,
    clipped: bool = False,
) -> Iterator[tuple[Tile, torch.Tensor]]:
    """Tiles with their squared errors (channels, B, rows, columns) at native size; `clipped` as a decoder does it."""
    down, across = lattice.axes(*group.size)
    targets, footprint = lattice.pick(group.targets), run.footprint
    levels, labels, field = group.levels(latents), group.labels[images], run.field()
    for rows, columns in tiles(down.count, across.count, max(1, TILE_POINTS // (len(images) * footprint**2))):
        samples = footprint, footprint
        rendered: torch.Tensor = field.pixels(levels, labels, down.part(rows), across.part(columns), samples)
        if clipped:
            rendered = rendered.clamp(0.0, 1.0)
        yield (rows, columns), (rendered - targets[:, images, rows, columns]).square()
