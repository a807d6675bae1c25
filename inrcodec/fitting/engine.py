"""The fit, from pictures to integers: read `Fit.steps` and what it calls, top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.fitting import schedule
from inrcodec.fitting.checkpoint import fingerprint, restore, save
from inrcodec.fitting.devices import keep_memory, use_threads
from inrcodec.fitting.groups import Pixels
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

BATCH_PIXELS = {"cpu": 20_000, "cuda": 1 << 19, "mps": 1 << 17}  # per step


class Fit:
    """A fit of pictures (height, width, channels) that can be stopped between any two steps and gone on with later."""

    def __init__(self, pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings) -> None:
        use_threads(settings.threads)
        keep_memory()
        self._owner = fingerprint(pictures, model, settings)
        self.run = start(pictures, model, settings)
        self.meter = Meter(self.run.images, settings.passes, settings.time_limit, model.footprint)

    def steps(self) -> Iterator[Progress]:
        """Fit; yields after every step."""
        run, meter = self.run, self.meter
        while meter.done < 1.0:
            for number, images in _batches(run):
                _enter_phase(run, meter.done)
                error, bits = _step(run, number, images, meter)
                yield meter.tick(_phase(run), len(images), error, bits + run.steering.network_bits / run.pixels)
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
        latents: list[tuple[npt.NDArray[np.int16], ...]] = [()] * run.images
        for group in run.groups:
            integers = [level.transpose(0, 1).numpy() for level in group.levels(coded_latents(group.latents))]
            for row, number in enumerate(group.numbers.tolist()):
                latents[number] = tuple(level[row] for level in integers)
        holdout_error = hidden_error(run) if run.settings.holdout.mode == "strict" else run.holdout_error
        network, context = coded_weights(run.network, run.steps), coded_context(run.context)
        return Fitted(network, context, tuple(latents), holdout_error, self.meter.passes, self.meter.seconds)


def _batches(run: Run) -> Iterator[tuple[int, torch.Tensor]]:
    """(group number, images) of one pass over the set; groups of different sizes mix."""
    pixels = BATCH_PIXELS[run.groups[0].latents.device.type]
    batches = (group.batches(pixels, run.order) for group in run.groups)
    every = [(number, images) for number, parts in enumerate(batches) for images in parts]
    for index in torch.randperm(len(every), generator=run.order).tolist():
        yield every[index]


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


def _step(run: Run, number: int, images: torch.Tensor, meter: Meter) -> tuple[float, float]:
    """Move the network and the latents of some images of one group; mean squared error and bits per pixel."""
    group = run.groups[number]
    learning_rate = schedule.learning_rate(meter.done, meter.step)
    latents = group.latents[images].requires_grad_()
    quantised = latents if run.frozen else _softened(latents, meter.done)
    seen = quantised.detach().requires_grad_()  # parts of the loss share it, so that each can be freed on its own
    moving = [seen, *run.network, *run.context]
    gradients: list[torch.Tensor | None] = [None] * len(moving)
    errors = torch.zeros(len(images), device=latents.device)
    for distortion, shares in distortions(run, group, images, seen):
        _gather(distortion, moving, gradients, 1.0)
        errors += shares
    bits = 0.0
    if latents.numel():
        bits = _gather(rate(run, group, images, seen), moving, gradients, run.steering.weight)
    slope, *slopes = gradients
    if slope is not None and not run.frozen:
        (slope,) = torch.autograd.grad(quantised, latents, slope)
        run.rows[number].step(images, slope * len(images), LATENT_RATE * learning_rate)
    run.move_network(slopes, learning_rate)
    if run.settings.target:
        pixels = group.size[0] * group.size[1]
        run.steering.observe(group.numbers[images].cpu().numpy(), errors.double().cpu().numpy(), bits * pixels)
        run.steering.steer(meter.done)
    return float(errors.mean()), bits


def _gather(
    part: torch.Tensor, moving: Sequence[torch.Tensor], gradients: list[torch.Tensor | None], weight: float
) -> float:
    """Add weight times the gradients of one part of the loss; the part's value."""
    if part.requires_grad:
        slopes = torch.autograd.grad(part * weight, moving, allow_unused=True)
        for place, slope in enumerate(slopes):
            if slope is not None:
                known = gradients[place]
                gradients[place] = slope if known is None else known + slope
    return float(part.detach())


def _softened(latents: torch.Tensor, done: float) -> torch.Tensor:
    soft = schedule.softness(done)
    return with_noise(latents) if soft is None else softened(latents, *soft)
