"""One hand's share of a step: the loss of some images, its gradient for the network, and their latents moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inrcodec.fitting import schedule
from inrcodec.fitting.groups import Group, Numbers
from inrcodec.fitting.lattice import WHOLE, Lattice
from inrcodec.fitting.objective import distortions, rate
from inrcodec.fitting.quantise import softened, with_noise
from inrcodec.fitting.run import Run
from inrcodec.fitting.steering import Figures

Part = tuple[int, Numbers]  # a group by its place in the run, and some of its images by their rows


@dataclass(frozen=True)
class Moment:
    """Where the fit stands: all that a step needs besides tensors. It travels to every process, so it is small."""

    done: float
    learning_rate: float
    rate_weight: float
    footprint: int
    steps: list[int]
    frozen: bool
    released: bool
    pixels: int  # of the whole batch, in all hands together
    noise: int  # seed of this step's noise
    lattice: Lattice = WHOLE

    def enter(self, run: Run) -> None:
        """Bring a run that has been standing still in another process to this moment."""
        run.footprint, run.steps, run.frozen, run.released = self.footprint, self.steps, self.frozen, self.released


@dataclass(frozen=True)
class Seen:
    """What a part showed: its images by number, their mean squared errors, and their mean bits."""

    images: Numbers
    errors: Figures
    bits: float


@dataclass(frozen=True)
class Share:
    """What a hand brings back: its part of the batch's mean squared error and bits per pixel, and what it saw."""

    error: float
    bits: float
    seen: list[Seen]


def work(run: Run, moment: Moment, parts: Sequence[Part], hand: int, slope: torch.Tensor) -> Share:
    """Do these parts: their gradient for network and context model goes into `slope` (weights,), latents move."""
    gradients: list[torch.Tensor | None] = [None] * len(run.leaves)
    noise = torch.Generator(slope.device).manual_seed((moment.noise << 8) + hand)
    error = bits = 0.0
    seen = []
    for number, rows in parts:
        group, images = run.groups[number], torch.from_numpy(rows).to(slope.device)
        share = len(images) * group.pixels / moment.pixels
        errors, rate_of_part, slope_of_latents = _loss(run, group, images, moment, share, gradients, noise)
        if slope_of_latents is not None:
            weight = len(images) / share  # every image's own loss, whatever batch it is in
            group.move(images, slope_of_latents * weight, run.latent_rate * moment.learning_rate)
        error += share * float(errors.mean())
        bits += share * rate_of_part
        seen.append(Seen(group.numbers[images].cpu().numpy(), errors.cpu().numpy(), rate_of_part * group.pixels))
    pairs = zip(run.leaves, gradients, strict=True)
    flat = [leaf.new_zeros(leaf.numel()) if found is None else found.reshape(-1) for leaf, found in pairs]
    torch.cat(flat, out=slope)
    return Share(error, bits, seen)


def _loss(
    run: Run,
    group: Group,
    images: torch.Tensor,
    moment: Moment,
    share: float,
    shared: list[torch.Tensor | None],
    noise: torch.Generator,
) -> tuple[torch.Tensor, float, torch.Tensor | None]:
    """Loss of some images of one group, its gradients for the leaves added to `shared`, weighted by `share`.

    Mean squared errors (B,), bits per pixel, and the gradient of the latents (B, values), None when they stand still.
    """
    latents = run.latents(group, images)
    if not run.encoder:
        latents.requires_grad_(not run.frozen)
    quantised = latents if run.frozen else _softened(latents, moment.done, noise)
    seen = quantised.detach().requires_grad_(not run.frozen)  # parts of the loss share it; each is freed on its own
    leaves = [*run.leaves, seen]
    gradients = [*shared, None]
    errors = torch.zeros(len(images), device=latents.device)
    for distortion, shares in distortions(run, group, images, seen, moment.lattice):
        _gather(distortion * share, leaves, gradients)
        errors += shares
    bits = 0.0
    if latents.numel():
        bits_per_pixel = rate(run, group, images, seen)
        _gather(bits_per_pixel * (share * moment.rate_weight), leaves, gradients)
        bits = float(bits_per_pixel.detach())
    *shared[:], slope = gradients
    if slope is None:
        return errors, bits, None
    if run.encoder:
        _gather(quantised, run.leaves, shared, slope)
        return errors, bits, None
    return errors, bits, torch.autograd.grad(quantised, latents, slope)[0]


def _gather(
    part: torch.Tensor,
    leaves: Sequence[torch.Tensor],
    gradients: list[torch.Tensor | None],
    slope: torch.Tensor | None = None,
) -> None:
    """Add the gradients of one part of the loss, or of a tensor with that slope."""
    places = [place for place, leaf in enumerate(leaves) if leaf.requires_grad]
    slopes = torch.autograd.grad(part, [leaves[place] for place in places], slope, allow_unused=True)
    for place, found in zip(places, slopes, strict=True):
        if found is not None:
            known = gradients[place]
            gradients[place] = found if known is None else known + found


def _softened(latents: torch.Tensor, done: float, noise: torch.Generator) -> torch.Tensor:
    soft = schedule.softness(done)
    return with_noise(latents, noise) if soft is None else softened(latents, *soft, noise)
