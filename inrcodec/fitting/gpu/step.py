"""A part of a step on a device: the loss of some images of a canvas, its gradients, and their latents moved.

The mathematics of `fitting.step`. Nothing here may depend on a number that changes from step to step, other than dials:
what is captured has all others built in.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from inrcodec.field.encoder import encode
from inrcodec.fitting.gpu.canvas import Canvas, Tile
from inrcodec.fitting.gpu.dials import Dials
from inrcodec.fitting.gpu.places import CanvasPlaces, Side
from inrcodec.fitting.quantize import soft_rounded, with_noise
from inrcodec.fitting.run import Run
from inrcodec.fitting.step import gather

Turned = Dials[torch.Tensor]


@dataclass(frozen=True)
class Phase:
    """What stays from step to step until the fit enters another phase."""

    footprint: int
    weight_steps: tuple[int, ...]
    latents_frozen: bool
    released: bool
    soft: bool  # latents are rounded softly; before, they have plain noise
    stride: int  # of subsamples

    @property
    def samples(self) -> tuple[int, int]:
        """Per pixel, down and across; points in the last subsamples before areas."""
        return (self.footprint, self.footprint) if self.stride == 1 else (1, 1)


def accumulate(
    run: Run, canvas: Canvas, tiles: list[Tile], phase: Phase, dials: Turned, noise: torch.Generator,
    gradient: torch.Tensor,
) -> torch.Tensor:  # fmt: skip
    """Do a part: the gradient of shared weights is added to `gradient` (weights,), latents move.

    What it showed, (2 B + 1,): numbers of images, their mean squared errors, and bits of all of them together.
    """
    rows = canvas.rows(dials.first_slot)
    cells = canvas.places_in_store(rows)
    shares = canvas.pixels[rows] / dials.pixels
    encoded = bool(run.encoder) and not phase.latents_frozen
    latents = _encoded(run, canvas, rows) if encoded else canvas.store.read(cells)
    if not encoded:
        latents.requires_grad_(not phase.latents_frozen)
    quantized = _quantized(canvas, rows, latents, phase, dials, noise)
    seen = quantized.detach().requires_grad_(not phase.latents_frozen)
    leaves = [*run.leaves, seen]
    gradients: list[torch.Tensor | None] = [None] * len(leaves)
    levels = canvas.levels(seen)
    shown = _distortion(run, canvas, tiles, phase, dials, rows, shares, levels, leaves, gradients)
    bits = torch.zeros((), device=seen.device)
    if seen.numel():
        each = run.entropy.bits(run.context_model(), levels)
        if canvas.known is not None:
            known = canvas.levels(canvas.known[canvas.kinds[rows]])
            each = each * torch.cat([level.reshape(-1) for level in known])
        total = each.sum()
        gather(total * (dials.rate_weight / dials.pixels), leaves, gradients)
        bits = total.detach()
    *shared, latent_gradient = gradients
    if latent_gradient is not None and encoded:
        gather(quantized, run.leaves, shared, latent_gradient)
    elif latent_gradient is not None:
        (own,) = torch.autograd.grad(quantized, latents, latent_gradient)
        own = own / shares[:, None]  # every image's own loss, whatever batch it is in
        canvas.store.move(canvas.image_slots[rows], cells, own, dials.latent_rate * canvas.rates, canvas.limits)
    if not run.network_frozen:
        pairs = zip(run.leaves, shared, strict=True)
        flat = [leaf.new_zeros(leaf.numel()) if found is None else found.reshape(-1) for leaf, found in pairs]
        gradient += torch.cat(flat)
    return torch.cat([canvas.numbers[rows].float(), shown, bits.reshape(1)])


def move_network(run: Run, dials: Turned, tensors: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """A step of Adam on all leaves against their gradient (weights,), which is 0 behind it.

    tensors (weights,): 0 for those of the network, 1 of the context model, 2 of the encoder.
    """
    rates = torch.stack([dials.network_rate, dials.context_rate, dials.encoder_rate])[tensors]
    with torch.no_grad():
        run.adam.step_by_arrays(gradient, dials.first, dials.second, rates)
    return gradient.zero_()


def _encoded(run: Run, canvas: Canvas, rows: torch.Tensor) -> torch.Tensor:
    assert canvas.thumbnails is not None
    codes: torch.Tensor = encode(run.encoder, canvas.thumbnails[:, rows])
    return codes


def _quantized(
    canvas: Canvas, rows: torch.Tensor, latents: torch.Tensor, phase: Phase, dials: Turned, noise: torch.Generator
) -> torch.Tensor:
    """Latents as the loss sees them; 0 in cells outside images."""
    if phase.latents_frozen:
        return latents
    if phase.soft:
        relaxed = soft_rounded(latents, dials.temperature, dials.width, noise, dials.ceiling)
    else:
        relaxed = with_noise(latents, noise)
    return relaxed if canvas.known is None else relaxed * canvas.known[canvas.kinds[rows]]


def _distortion(
    run: Run, canvas: Canvas, tiles: list[Tile], phase: Phase, dials: Turned, rows: torch.Tensor,
    shares: torch.Tensor, levels: list[torch.Tensor], leaves: list[torch.Tensor], gradients: list[torch.Tensor | None],
) -> torch.Tensor:  # fmt: skip
    """Add the gradients of the mean error over visible pixels, tile by tile; each image's error as shown (B,)."""
    kinds, picked = canvas.kinds[rows], _picked(canvas, phase, dials)
    look, pixels = _look(canvas, phase, rows, kinds, picked)
    targets = canvas.targets[:, rows]
    if picked is not None:
        targets = targets.index_select(2, picked.rows).index_select(3, picked.columns)
    weights = 1.0 / (run.channels * pixels)  # of a pixel in its image's mean
    if look is not None:  # parts of a step are seen to the same share: hidden pixels are spread at random
        weights = weights * (pixels.sum() / look.sum().clamp_min(1.0))
    shown, field, samples = torch.zeros(len(rows), device=rows.device), run.field(), phase.samples
    for tile in tiles:
        places = tile.places(kinds) if picked is None else picked.places(tile)
        drawn = field.pixels_at(levels, canvas.conditions[rows], places, tile.shape, samples)
        target = targets[..., tile.rows, tile.columns]
        found = run.distortion.errors(drawn, target), run.distortion.shown_errors(drawn.detach(), target)
        if look is not None:
            seen = look[:, tile.rows, tile.columns]
            found = found[0] * seen, found[1] * seen
        own, own_shown = (errors.sum(dim=(0, 2, 3)) * weights for errors in found)
        gather((own * shares).sum(), leaves, gradients)
        shown += own_shown
    return shown


@dataclass(frozen=True)
class _Picked:
    """Rows and columns of a subsample, and 1.0 for those that the canvas has: all subsamples are of one shape."""

    rows: torch.Tensor
    columns: torch.Tensor
    real: torch.Tensor  # (rows, columns)

    def places(self, tile: Tile) -> CanvasPlaces:
        """Of a tile of the subsample."""
        down, across = tile.down.centers[:, self.rows[tile.rows]], tile.across.centers[:, self.columns[tile.columns]]
        return CanvasPlaces(Side(down, ()), Side(across, ()))


def _picked(canvas: Canvas, phase: Phase, dials: Turned) -> _Picked | None:
    """What the dials say of a subsample; None where all pixels are looked at."""
    if phase.stride == 1:
        return None
    (rows, real_rows), (columns, real_columns) = (
        _every(phase.stride, first, side)
        for first, side in zip((dials.row, dials.column), canvas.sizes[0], strict=True)
    )
    return _Picked(rows, columns, real_rows[:, None] * real_columns)


def _every(stride: int, first: torch.Tensor, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Every so many places of a side from `first` () on, and 1.0 for those that it has."""
    places = torch.arange(0, side, stride, device=first.device) + first.long()
    return places.clamp_max(side - 1), (places < side).float()


def _look(
    canvas: Canvas, phase: Phase, rows: torch.Tensor, kinds: torch.Tensor, picked: _Picked | None
) -> tuple[torch.Tensor | None, torch.Tensor]:
    """1.0 at pixels (B, rows, columns) that the loss looks at, None for all; and how many pixels each image has."""
    pixels, look = canvas.pixels[rows], None if canvas.inside is None else canvas.inside[kinds]
    if canvas.visible is not None and not phase.released:
        look = canvas.visible[rows]
    if picked is None:
        return look, pixels
    look = None if look is None else look.index_select(1, picked.rows).index_select(2, picked.columns)
    count = picked.real.sum().expand(len(rows))
    return picked.real.expand(len(rows), -1, -1) if look is None else look * picked.real, count
