"""The fit, from pictures to integers: read `fit` top to bottom."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from inrcodec.coordinates import Axis
from inrcodec.field import Field
from inrcodec.field.siren import Siren
from inrcodec.fitting import schedule
from inrcodec.fitting.devices import device_named, use_threads
from inrcodec.fitting.groups import Group, Pixels, make_groups
from inrcodec.fitting.initial import initial_network
from inrcodec.fitting.optimise import RowAdam
from inrcodec.fitting.progress import Fitted, Progress
from inrcodec.fitting.quantise import coded_context, coded_latents, coded_weights, rounded, softened, weight_steps
from inrcodec.fitting.quantise import with_noise
from inrcodec.fitting.rate import initial_context, latent_bits
from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import step_size
from inrcodec.metrics import psnr_of_error
from inrcodec.settings import FitSettings, ModelSettings

NETWORK_RATE, CONTEXT_RATE, LATENT_RATE = 0.01, 0.01, 0.1
BATCH_POINTS = {"cpu": 10_000, "cuda": 1 << 20, "mps": 1 << 18}  # samples of the field per step
BAND_POINTS = 1 << 18  # samples evaluated at once: bounds the memory that one large image takes
BITS_PER_WEIGHT = 6.0  # for the estimate shown while fitting
SMOOTHING = 0.98


@dataclass
class Run:
    """Everything that changes while fitting."""

    model: ModelSettings
    channels: int
    settings: FitSettings
    groups: tuple[Group, ...]
    network: list[torch.Tensor]
    context: list[torch.Tensor]
    adam: torch.optim.Adam
    rows: tuple[RowAdam, ...]
    noise: torch.Generator
    steps: list[int] = field(default_factory=list)  # quantisation steps of the network, once they are chosen
    frozen: bool = False
    released: bool = False
    holdout_error: npt.NDArray[np.float64] | None = None
    error: float = 0.0  # running means, weighted to forget
    bits: float = 0.0
    weight: float = 0.0
    seen: int = 0  # images visited


def fit(
    pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings
) -> Generator[Progress, None, Fitted]:
    """Fit pictures (height, width, channels) and return integers; yields after every step, may be stopped at any."""
    use_threads(settings.threads)
    run = _start(pictures, model, settings)
    batches = sum(1 for _ in _batches(run))
    clock = schedule.Clock.start(batches * settings.passes, settings.time_limit)
    step = 0
    while clock.done(step) < 1.0:
        for number, images in _batches(run):
            done = clock.done(step)
            _enter_phase(run, done)
            _step(run, number, images, done, schedule.learning_rate(done, step))
            step += 1
            yield _progress(run, clock, step)
            if clock.done(step) >= 1.0:
                break
    return _finish(run, clock.elapsed())


def _start(pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings) -> Run:
    device = device_named(settings.device)
    generator = torch.Generator().manual_seed(settings.seed)
    torch.manual_seed(settings.seed)
    channels = pictures[0].shape[2]
    groups = make_groups(pictures, model, settings, device)
    network = [tensor.to(device).requires_grad_() for tensor in initial_network(model, channels, generator)]
    context = [tensor.to(device).requires_grad_() for tensor in initial_context(model, generator)]
    parameters = [{"params": network, "lr": NETWORK_RATE}]
    if context:
        parameters.append({"params": context, "lr": CONTEXT_RATE})
    adam = torch.optim.Adam(parameters, betas=(0.9, 0.99), fused=device.type != "mps")
    rows = tuple(RowAdam(group.latents) for group in groups)
    return Run(model, channels, settings, groups, network, context, adam, rows, generator)


def _batches(run: Run) -> Generator[tuple[int, torch.Tensor], None, None]:
    """(group number, images) of one pass over the set, groups of different sizes in random order."""
    points = BATCH_POINTS[run.groups[0].latents.device.type]
    every = [
        (number, images)
        for number, group in enumerate(run.groups)
        for images in group.batches(points, run.model.footprint, run.noise)
    ]
    for index in torch.randperm(len(every), generator=run.noise).tolist():
        yield every[index]


def _enter_phase(run: Run, done: float) -> None:
    """Release held-out pixels, choose weight steps, and freeze the network when their time has come."""
    holdout = run.settings.holdout
    if holdout.mode == "release" and not run.released and done >= schedule.RELEASED_FROM:
        run.holdout_error = hidden_error(run)
        run.released = True
    if not run.steps and done >= schedule.QUANTISED_FROM:
        run.steps = weight_steps(run.network)
    if not run.frozen and done >= schedule.FROZEN_FROM:
        with torch.no_grad():
            for tensor, quantised in zip((*run.network, *run.context), (*_weights(run), *_context(run)), strict=True):
                tensor.copy_(quantised)
                tensor.requires_grad_(False)
        run.frozen = True


def _step(run: Run, number: int, images: torch.Tensor, done: float, rate: float) -> None:
    """One step on a batch of images of one size."""
    group = run.groups[number]
    latents = group.latents[images].requires_grad_()
    quantised = _quantised(run, latents, done)
    loss, error, bits = _loss(run, group, images, quantised)
    wanted = [latents] if latents.numel() else []
    moving = [] if run.frozen else [*run.network, *run.context]
    if not wanted and not moving:
        return
    gradients = torch.autograd.grad(loss, [*wanted, *moving])
    if wanted:
        run.rows[number].step(images, gradients[0] * len(images), LATENT_RATE * rate)
    if moving:
        for tensor, gradient in zip(moving, gradients[len(wanted) :], strict=True):
            tensor.grad = gradient
        for parameters, base in zip(run.adam.param_groups, (NETWORK_RATE, CONTEXT_RATE), strict=False):
            parameters["lr"] = base * rate
        run.adam.step()
    _remember(run, float(error), float(bits), len(images))


def _loss(
    run: Run, group: Group, images: torch.Tensor, quantised: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Distortion + lambda * bits per pixel; also both terms alone, detached."""
    levels = group.levels(quantised)
    pixels = len(images) * group.size[0] * group.size[1]
    squared = (_render(run, group, images, levels) - group.targets[:, images]).square()
    if group.visible is not None and not run.released:
        visible = group.visible[images]
        distortion = (squared * visible).sum() / (visible.sum() * run.channels)
    else:
        distortion = squared.mean()
    if not levels:
        return distortion, distortion.detach(), torch.zeros(())
    bits = latent_bits(run.model, _context(run), levels).sum() / pixels
    return distortion + run.settings.rate_weight * bits, distortion.detach(), bits.detach()


def _render(run: Run, group: Group, images: torch.Tensor, levels: list[torch.Tensor]) -> torch.Tensor:
    """The pixels (channels, B, height, width) of images at their native size."""
    field = Field(run.model, run.channels, Siren.from_tensors(tuple(_weights(run))))
    samples = (run.model.footprint, run.model.footprint)
    height, width = group.size
    return field.pixels(levels, group.places[images], Axis(height), Axis(width), samples)


def _weights(run: Run) -> list[torch.Tensor]:
    """The network's tensors, quantised once steps are chosen."""
    if not run.steps or run.frozen:
        return run.network
    return [rounded(tensor, step_size(step)) for tensor, step in zip(run.network, run.steps, strict=True)]


def _context(run: Run) -> list[torch.Tensor]:
    if not run.steps or run.frozen:
        return run.context
    return [rounded(tensor, step_size(CONTEXT_STEP)) for tensor in run.context]


def _quantised(run: Run, latents: torch.Tensor, done: float) -> torch.Tensor:
    if run.frozen:
        return rounded(latents)
    soft = schedule.softness(done)
    return with_noise(latents) if soft is None else softened(latents, *soft)


@torch.no_grad()
def hidden_error(run: Run) -> npt.NDArray[np.float64]:
    """Mean squared error (images,) of rounded latents on the pixels that the loss has not seen."""
    errors = np.full(sum(len(group.numbers) for group in run.groups), np.nan)
    for group in run.groups:
        assert group.visible is not None
        for image in range(len(group.numbers)):
            one = torch.tensor([image], device=group.latents.device)
            rendered = _render(run, group, one, group.levels(group.latents[one].round())).clamp(0, 1)
            hidden = 1.0 - group.visible[one]
            squared = (rendered - group.targets[:, one]).square() * hidden
            count = float(hidden.sum()) * run.channels
            errors[int(group.numbers[image])] = float(squared.sum()) / count if count else np.nan
    return errors


def _remember(run: Run, error: float, bits: float, images: int) -> None:
    run.error = SMOOTHING * run.error + (1 - SMOOTHING) * error
    run.bits = SMOOTHING * run.bits + (1 - SMOOTHING) * bits
    run.weight = SMOOTHING * run.weight + (1 - SMOOTHING)
    run.seen += images


def _progress(run: Run, clock: schedule.Clock, step: int) -> Progress:
    images = sum(len(group.numbers) for group in run.groups)
    pixels = sum(len(group.numbers) * group.size[0] * group.size[1] for group in run.groups)
    weights = sum(tensor.numel() for tensor in (*run.network, *run.context))
    weight = run.weight or 1.0
    return Progress(
        "freeze" if run.frozen else "settle" if run.steps else "fit",
        round(clock.done(step) * clock.steps),
        clock.steps,
        run.seen / images,
        psnr_of_error(run.error / weight),
        run.bits / weight + BITS_PER_WEIGHT * weights / pixels,
        clock.elapsed(),
        clock.remaining(step),
    )


def _finish(run: Run, seconds: float) -> Fitted:
    """Integers of the network, the context model and every image."""
    _enter_phase(run, 1.0)
    images = sum(len(group.numbers) for group in run.groups)
    latents: list[tuple[npt.NDArray[np.int16], ...]] = [()] * images
    for group in run.groups:
        integers = [level.transpose(0, 1).numpy() for level in group.levels(coded_latents(group.latents))]
        for row, number in enumerate(group.numbers.tolist()):
            latents[number] = tuple(level[row] for level in integers)
    holdout_error = hidden_error(run) if run.settings.holdout.mode == "strict" else run.holdout_error
    network, context = coded_weights(run.network, run.steps), coded_context(run.context)
    return Fitted(network, context, tuple(latents), holdout_error, run.seen / images, seconds)
