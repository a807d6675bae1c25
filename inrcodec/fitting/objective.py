"""What the fit makes small: squared error plus lambda times bits per pixel, in parts that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.coordinates import Axis
from inrcodec.fitting.groups import Group
from inrcodec.fitting.rate import latent_bits
from inrcodec.fitting.run import Run

BAND_POINTS = 1 << 18  # samples of the field evaluated at once: bounds what one large image takes


def distortions(
    run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Shares of the mean squared error over visible pixels, one per band of rows, and of each image's own (B,).

    latents are (B, values).
    """
    visible = None if group.visible is None or run.released else group.visible[images]
    count = len(images) * group.size[0] * group.size[1] if visible is None else float(visible.sum())
    for rows, squared in _squared_errors(run, group, images, latents):
        seen = squared if visible is None else squared * visible[:, rows]
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
        for image in range(len(group.numbers)):
            one = torch.tensor([image], device=group.latents.device)
            hidden = 1.0 - group.visible[one]
            bands = _squared_errors(run, group, one, group.latents[one].round())
            squared = sum(float((band * hidden[:, rows]).sum()) for rows, band in bands)
            if count := float(hidden.sum()) * run.channels:
                errors[int(group.numbers[image])] = squared / count
    return errors


def _squared_errors(
    run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor
) -> Iterator[tuple[slice, torch.Tensor]]:
    """Bands of rows with their squared errors (channels, B, rows, width) at native size."""
    height, width = group.size
    footprint = run.footprint
    step = max(1, BAND_POINTS // (len(images) * width * footprint**2))
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        down = Axis(height).part(rows.start, rows.stop)
        levels, places = group.levels(latents), group.places[images]
        rendered: torch.Tensor = run.field().pixels(levels, places, down, Axis(width), (footprint, footprint))
        yield rows, (rendered - group.targets[:, images, rows]).square()
