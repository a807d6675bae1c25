"""What the fit makes small: distortion plus lambda times bits per pixel, in parts that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from inrcodec.fitting.groups import Group
from inrcodec.fitting.progress import HeldOutErrors
from inrcodec.fitting.run import Run
from inrcodec.fitting.subsample import ALL_PIXELS, Subsample
from inrcodec.numerics.coordinates import tiles

TILE_POINTS = 1 << 18  # samples of the field evaluated at once: bounds what one large image takes
HIDDEN_IMAGES = 16  # measured at once
Tile = tuple[slice, slice]  # rows and columns


def distortions(
    run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor, subsample: Subsample = ALL_PIXELS
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Shares of the mean error over visible pixels, one per tile, and of each image's own as shown (B,).

    latents are (B, values); only pixels of the subsample count.
    """
    visible = None if group.visible is None or run.released else subsample.pick(group.visible)[images]
    rows, columns = subsample.axes(*group.size)
    count = len(images) * rows.count * columns.count if visible is None else max(1.0, float(visible.sum()))
    for tile, drawn, target in _drawn(run, group, images, latents, subsample):
        found = run.distortion.errors(drawn, target), run.distortion.shown_errors(drawn.detach(), target)
        errors, shown = found if visible is None else (part * visible[:, *tile] for part in found)
        values = count * run.channels
        yield errors.sum() / values, shown.sum(dim=(0, 2, 3)) * (len(images) / values)


@torch.no_grad()
def pixel_errors(run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """The loss's error of every pixel (B, height, width), over channels; pixels that stay hidden have none.

    Its mean over an image is what `distortions` adds up to.
    """
    errors = torch.empty(len(images), *group.size, device=latents.device)
    for (rows, columns), drawn, target in _drawn(run, group, images, latents):
        errors[:, rows, columns] = run.distortion.errors(drawn, target).mean(dim=0)
    if group.visible is None or run.released:
        return errors
    visible = group.visible[images]
    return errors * visible / visible.mean().clamp_min(1 / visible[0].numel())


@torch.no_grad()
def image_errors(run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """The mean error of each image as a decoder shows it, (B,)."""
    errors = torch.zeros(len(images), device=latents.device)
    for _, shares in distortions(run, group, images, latents):
        errors += shares
    return errors


def rate(run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    """Estimated bits per pixel of latents (B, values)."""
    bits = run.entropy.bits(run.context_model(), group.levels(latents))
    return bits.sum() / (len(images) * group.size[0] * group.size[1])


@torch.no_grad()
def held_out_errors(run: Run, *, sample: int | None = None) -> HeldOutErrors:
    """Errors of rounded latents on pixels that the loss has not seen, and on those it has; NaN where there are none.

    With `sample`, only of about that many images; unknown for the others.
    """
    found = HeldOutErrors(*(np.full(run.images, np.nan) for _ in range(3)))
    for group in run.groups:
        assert group.visible is not None, "pixels are hidden in every group or in none"
        count = len(group.numbers)
        wanted = count if sample is None else max(1, round(sample * count / run.images))
        for images in torch.split(torch.arange(min(count, wanted), device=group.latents.device), HIDDEN_IMAGES):
            visible = group.visible[images]
            sums = torch.zeros(3, len(images), device=group.latents.device)
            for tile, drawn, target in _drawn(run, group, images, run.latents(group, images).round()):
                difference = drawn.clamp(0.0, 1.0) - target  # as a decoder draws it
                seen, absolute = visible[:, *tile], difference.abs()
                parts = (difference.square() * (1 - seen), absolute * (1 - seen), absolute * seen)
                sums += torch.stack([part.sum(dim=(0, 2, 3)) for part in parts])
            shown = visible.sum(dim=(1, 2))
            hidden = visible[0].numel() - shown
            counts = torch.stack([hidden, hidden, shown]) * run.channels
            numbers = group.numbers[images].cpu().numpy()
            for column, values in zip(found, (sums / counts).cpu().numpy(), strict=True):
                column[numbers] = values  # no hidden pixel: 0/0, NaN
    return found


def _drawn(
    run: Run, group: Group, images: torch.Tensor, latents: torch.Tensor, subsample: Subsample = ALL_PIXELS
) -> Iterator[tuple[Tile, torch.Tensor, torch.Tensor]]:
    """Tiles at native size: where they lie, the field, and its target, both (channels, B, rows, columns)."""
    down, across = subsample.axes(*group.size)
    targets, footprint = subsample.pick(group.targets), run.footprint
    levels, inputs, field = group.levels(latents), group.conditions[images], run.field()
    for rows, columns in tiles(down.count, across.count, max(1, TILE_POINTS // (len(images) * footprint**2))):
        samples = footprint, footprint
        drawn: torch.Tensor = field.pixels(levels, inputs, down.part(rows), across.part(columns), samples)
        yield (rows, columns), drawn, targets[:, images, rows, columns]
