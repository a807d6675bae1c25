"""What the fit makes small: distortion plus lambda times bits per pixel, in parts that bound the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from inrcodec.fitting.arrays import like
from inrcodec.fitting.groups import Group, Numbers
from inrcodec.fitting.held_out import Tile
from inrcodec.fitting.run import Run
from inrcodec.fitting.sensitivity import SAMPLE_PIXELS, sampled
from inrcodec.fitting.subsample import ALL_PIXELS, STRIDES, Subsample
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import tiles

TILE_POINTS = 1 << 18  # samples of the field evaluated at once: bounds what one large image takes


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
    visible: torch.Tensor = group.visible[images]
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
def mean_error(run: Run, network: Sequence[FloatArray]) -> float:
    """Mean squared error of some images with their latents rounded, drawn by another network; see `sensitivity`."""
    run = replace(run, network=[like(tensor, run.adam.weights) for tensor in network])
    total, weight = 0.0, 0
    for number, rows in sampled(run):
        group, images = run.groups[number], torch.from_numpy(rows).to(run.adam.weights.device)
        subsample = Subsample(
            next((one for one in (1, *reversed(STRIDES)) if group.pixels <= SAMPLE_PIXELS * one**2), 8)
        )
        for share, _ in distortions(run, group, images, run.latents(group, images).round(), subsample):
            total += float(share) * len(images) * group.pixels
        weight += len(images) * group.pixels
    return total / weight


@torch.no_grad()
def drawn_tiles(run: Run, number: int, rows: Numbers) -> Iterator[tuple[Tile, FloatArray]]:
    """Tiles of images of a group as a decoder draws them but for limits: (images, channels, rows, columns)."""
    group, images = run.groups[number], torch.from_numpy(rows).to(run.adam.weights.device)
    for tile, drawn, _ in _drawn(run, group, images, run.latents(group, images).round()):
        yield tile, drawn.transpose(0, 1).cpu().numpy()


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
