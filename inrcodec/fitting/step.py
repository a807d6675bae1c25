"""One worker's part of a step: the loss of some images, its gradient for the network, and their latents moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.objective import distortions, rate
from inrcodec.fitting.quantize import soft_rounded, with_noise
from inrcodec.fitting.run import Run
from inrcodec.fitting.step_context import Observation, StepContext, StepResult


@dataclass(frozen=True)
class StepTask:
    """A step, as workers get it."""

    context: StepContext

    def apply(self, run: Run) -> None:
        """See `StepContext`."""
        self.context.apply(run)

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> StepResult:
        """See `process_parts`."""
        return process_parts(run, self.context, parts, worker, gradient)


def process_parts(
    run: Run, context: StepContext, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor
) -> StepResult:
    """Do these parts: the gradient of network and context model goes into `gradient` (weights,), latents move."""
    gradients: list[torch.Tensor | None] = [None] * len(run.leaves)
    noise = torch.Generator(gradient.device).manual_seed(context.noise_seed(worker))
    error = bits = 0.0
    observations = []
    for number, rows in parts:
        group, images = run.groups[number], torch.from_numpy(rows).to(gradient.device)
        share = len(images) * group.pixels / context.pixels
        errors, rate_of_part, latent_gradient = _loss(run, group, images, context, share, gradients, noise)
        if latent_gradient is not None:
            weight = len(images) / share  # every image's own loss, whatever batch it is in
            group.move(images, latent_gradient * weight, run.latent_rate * context.learning_rate)
        error += share * float(errors.mean())
        bits += share * rate_of_part
        observations.append(Observation(group.numbers[rows], errors.cpu().numpy(), rate_of_part * group.pixels))
    pairs = zip(run.leaves, gradients, strict=True)
    flat = [leaf.new_zeros(leaf.numel()) if found is None else found.reshape(-1) for leaf, found in pairs]
    torch.cat(flat, out=gradient)
    return StepResult(error, bits, observations)


def _loss(
    run: Run,
    group: Group,
    images: torch.Tensor,
    context: StepContext,
    share: float,
    shared: list[torch.Tensor | None],
    noise: torch.Generator,
) -> tuple[torch.Tensor, float, torch.Tensor | None]:
    """Loss of some images of one group, its gradients for the leaves added to `shared`, weighted by `share`.

    Mean squared errors (B,), bits per pixel, and the gradient of the latents (B, values), None when they stand still.
    """
    latents = run.latents(group, images)
    if not run.encoder:
        latents.requires_grad_(not run.latents_frozen)
    quantized = latents if run.latents_frozen else _relaxed(latents, context.softness, noise)
    seen = quantized.detach().requires_grad_(not run.latents_frozen)  # parts of the loss share it; each is freed alone
    leaves = [*run.leaves, seen]
    gradients = [*shared, None]
    errors = torch.zeros(len(images), device=latents.device)
    for distortion, shares in distortions(run, group, images, seen, context.subsample):
        gather(distortion * share, leaves, gradients)
        errors += shares
    bits = 0.0
    if latents.numel():
        bits_per_pixel = rate(run, group, images, seen)
        gather(bits_per_pixel * (share * context.rate_weight), leaves, gradients)
        bits = float(bits_per_pixel.detach())
    *shared[:], latent_gradient = gradients
    if latent_gradient is None:
        return errors, bits, None
    if run.encoder:
        gather(quantized, run.leaves, shared, latent_gradient)
        return errors, bits, None
    return errors, bits, torch.autograd.grad(quantized, latents, latent_gradient)[0]


def gather(
    part: torch.Tensor,
    leaves: Sequence[torch.Tensor],
    gradients: list[torch.Tensor | None],
    upstream: torch.Tensor | None = None,
) -> None:
    """Add the gradients of one part of the loss, or of a tensor whose own gradient is `upstream`."""
    places = [place for place, leaf in enumerate(leaves) if leaf.requires_grad]
    found = torch.autograd.grad(part, [leaves[place] for place in places], upstream, allow_unused=True)
    for place, gradient in zip(places, found, strict=True):
        if gradient is not None:
            known = gradients[place]
            gradients[place] = gradient if known is None else known + gradient


def _relaxed(latents: torch.Tensor, softness: tuple[float, float] | None, noise: torch.Generator) -> torch.Tensor:
    """Latents as the loss sees them while they are not whole yet: with noise, then softly rounded."""
    return with_noise(latents, noise) if softness is None else soft_rounded(latents, *softness, noise)
