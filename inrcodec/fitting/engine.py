"""The fit, from pictures to integers: read `Fit.steps` and what it calls, top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.errors import InrError
from inrcodec.fitting import schedule
from inrcodec.fitting.checkpoint import fingerprint, restore, save
from inrcodec.fitting.devices import keep_memory, use_threads
from inrcodec.fitting.groups import Group, Pixels
from inrcodec.fitting.objective import distortions, hidden_error, rate
from inrcodec.fitting.progress import Fitted, Meter, Progress
from inrcodec.fitting.quantise import (
    coded_context,
    coded_latents,
    coded_weights,
    softened,
    weight_steps,
    with_noise,
)
from inrcodec.fitting.run import LATENT_RATE, Run, start
from inrcodec.settings import FitSettings, ModelSettings

Batch = list[tuple[Group, torch.Tensor]]  # images by their rows in a group
LEAST_BATCHES = 8  # a pass: small sets learn more from more steps
BATCH_PIXELS = {"cpu": 20_000, "cuda": 1 << 19, "mps": 1 << 17}  # per step


class Fit:
    """A fit of pictures (height, width, channels) that can be stopped between any two steps and gone on with later."""

    def __init__(self, pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings) -> None:
        use_threads(settings.threads, sum(pixels.shape[0] * pixels.shape[1] for pixels in pictures) // LEAST_BATCHES)
        keep_memory()
        self._owner = fingerprint(pictures, model, settings)
        self.run = start(pictures, model, settings)
        self.meter = Meter(self.run.images, settings.passes, settings.time_limit, model.footprint)

    def steps(self) -> Iterator[Progress]:
        """Fit; yields after every step."""
        run, meter = self.run, self.meter
        while meter.done < 1.0:
            for batch in _batches(run):
                _enter_phase(run, meter.done)
                error, bits = _step(run, batch, meter)
                visits = sum(len(images) for _, images in batch)
                yield meter.tick(_phase(run), visits, error, bits + run.steering.network_bits / run.pixels)
                if meter.done >= 1.0:
                    break

    def save(self, path: Path) -> None:
        """Write a checkpoint."""
        save(path, self.run, self.meter, self._owner)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint of the same pictures and settings."""
        restore(path, self.run, self.meter, self._owner)

    def finish(self) -> Fitted:
        """Integers of the network, the context model and every image; call it when the steps are through."""
        run = self.run
        _enter_phase(run, 1.0)
        if not all(bool(tensor.isfinite().all()) for tensor in (*run.network, *run.context)):
            raise InrError("the fit diverged: its network is no longer finite; try another --seed")
        latents: list[tuple[npt.NDArray[np.int16], ...]] = [()] * run.images
        for group in run.groups:
            integers = [level.transpose(0, 1).numpy() for level in group.levels(coded_latents(group.latents))]
            for row, number in enumerate(group.numbers.tolist()):
                latents[number] = tuple(level[row] for level in integers)
        holdout_error = hidden_error(run) if run.settings.holdout.mode == "strict" else run.holdout_error
        network, context = coded_weights(run.network, run.steps), coded_context(run.context)
        return Fitted(network, context, tuple(latents), holdout_error, self.meter.passes, self.meter.seconds)


def _batches(run: Run) -> Iterator[Batch]:
    """One pass over the set in random order; each batch holds images of one or more groups."""
    pixels = min(BATCH_PIXELS[run.groups[0].latents.device.type], run.pixels // LEAST_BATCHES)
    parts = [(group, images) for group in run.groups for images in group.batches(pixels, run.order)]
    batch: list[tuple[Group, torch.Tensor]] = []
    room = pixels
    for index in torch.randperm(len(parts), generator=run.order).tolist():
        group, images = parts[index]
        needed = len(images) * group.pixels
        if batch and needed > room:
            yield batch
            batch, room = [], pixels
        batch.append((group, images))
        room -= needed
    yield batch


def _enter_phase(run: Run, done: float) -> None:
    """Release held-out pixels, turn to areas, quantise the network and freeze the latents when their time has come."""
    run.footprint = schedule.footprint(done, run.model.footprint)
    phase = _phase(run)
    if run.settings.holdout.mode == "release" and not run.released and done >= schedule.RELEASED_FROM:
        run.holdout_error = hidden_error(run)
        run.released = True
    if not run.steps and done >= schedule.QUANTISED_FROM:
        run.steps = weight_steps(run.network)
    if not run.frozen and done >= schedule.FROZEN_FROM:
        run.freeze()
    if _phase(run) != phase or not run.steering.network_bits:
        run.steering.network_bits = run.network_bits()


def _phase(run: Run) -> str:
    return "freeze" if run.frozen else "settle" if run.steps else "fit"


def _step(run: Run, batch: Batch, meter: Meter) -> tuple[float, float]:
    """Move the network and the latents of some images; mean squared error and bits per pixel."""
    learning_rate = schedule.learning_rate(meter.done, meter.step)
    network: list[torch.Tensor | None] = [None] * (len(run.network) + len(run.context))
    whole = sum(len(images) * group.pixels for group, images in batch)
    error = bits = 0.0
    for group, images in batch:
        share = len(images) * group.pixels / whole
        errors, rate_of_part, slope = _part(run, group, images, meter.done, share, network)
        if slope is not None:
            group.adam.step(images, slope * (len(images) / share), LATENT_RATE * learning_rate)
        error += share * float(errors.mean())
        bits += share * rate_of_part
        if run.settings.target:
            run.steering.observe(group.numbers[images].cpu().numpy(), errors.cpu().numpy(), rate_of_part * group.pixels)
    run.move_network(network, learning_rate)
    run.steering.steer(meter.done)
    return error, bits


def _part(
    run: Run, group: Group, images: torch.Tensor, done: float, share: float, network: list[torch.Tensor | None]
) -> tuple[torch.Tensor, float, torch.Tensor | None]:
    """Loss of some images of one group, its gradients for the network added to `network`, weighted by `share`.

    Mean squared errors (B,), bits per pixel, and the gradient of the latents (B, values), None when they stand still.
    """
    latents = group.latents[images].requires_grad_(not run.frozen)
    quantised = latents if run.frozen else _softened(latents, done)
    seen = quantised.detach().requires_grad_(not run.frozen)  # parts of the loss share it; each is freed on its own
    leaves = [*run.network, *run.context, seen]
    gradients = [*network, None]
    errors = torch.zeros(len(images), device=latents.device)
    for distortion, shares in distortions(run, group, images, seen):
        _gather(distortion * share, leaves, gradients)
        errors += shares
    bits = 0.0
    if latents.numel():
        bits_per_pixel = rate(run, group, images, seen)
        _gather(bits_per_pixel * (share * run.steering.weight), leaves, gradients)
        bits = float(bits_per_pixel.detach())
    *network[:], slope = gradients
    if slope is None:
        return errors, bits, None
    return errors, bits, torch.autograd.grad(quantised, latents, slope)[0]


def _gather(part: torch.Tensor, leaves: Sequence[torch.Tensor], gradients: list[torch.Tensor | None]) -> None:
    """Add the gradients of one part of the loss."""
    places = [place for place, leaf in enumerate(leaves) if leaf.requires_grad]
    slopes = torch.autograd.grad(part, [leaves[place] for place in places], allow_unused=True)
    for place, slope in zip(places, slopes, strict=True):
        if slope is not None:
            known = gradients[place]
            gradients[place] = slope if known is None else known + slope


def _softened(latents: torch.Tensor, done: float) -> torch.Tensor:
    soft = schedule.softness(done)
    return with_noise(latents) if soft is None else softened(latents, *soft)
