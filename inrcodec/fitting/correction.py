"""A fit that ended a little beside its target is led there: some latents get one more or one less, the best first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from inrcodec.fitting.groups import BatchPart, Group
from inrcodec.fitting.objective import image_errors
from inrcodec.fitting.rate_control import ROUNDING_ERROR
from inrcodec.fitting.rounding import BATCH_PIXELS
from inrcodec.fitting.run import Run
from inrcodec.fitting.trials import Ledger, Place, Trial
from inrcodec.settings import Gap

DEAREST, DEARER = 32.0, 4.0  # times lambda: the worst bargain that is struck, and how much worse it may be next time


@dataclass(frozen=True, kw_only=True)
class CorrectionContext:
    """All that a correction needs besides tensors; it travels to every worker."""

    gap: Gap
    level: int  # whose latents are changed
    dearest: float  # times lambda: changes that cost more for what they give are not made
    rate_weight: float
    footprint: int
    weight_steps: list[int]

    def apply(self, run: Run) -> None:
        """Bring the run of another process to where the fit is."""
        run.footprint, run.weight_steps = self.footprint, self.weight_steps
        run.released = run.latents_frozen = True

    def process(self, run: Run, parts: Sequence[BatchPart], worker: int, gradient: torch.Tensor) -> None:
        """Every batch of images takes its share of the correction."""
        for number, rows in parts:
            group, images = run.groups[number], torch.from_numpy(rows).to(gradient.device)
            for part in torch.split(images, max(1, BATCH_PIXELS // group.pixels)):
                _correct(run, group, part, self)


@torch.no_grad()
def _correct(run: Run, group: Group, images: torch.Tensor, context: CorrectionContext) -> None:
    """Change latents of some images until the gap is closed, as far as these can close it.

    Every place in turn closes an equal share of what is left, by the changes of it that cost least for what they give.
    """
    latents = group.latents[images]
    ledger = Ledger(run, group, images, latents)
    shown = image_errors(run, group, images, latents) + ROUNDING_ERROR
    left = _wanted(context.gap, ledger, len(images))
    places = [(place, step) for place in ledger.places(context.level) for step in (1.0, -1.0)]
    for behind, (place, step) in enumerate(places):
        trial = ledger.attempt(place, _moved(ledger, group, place, step))
        amounts = _amounts(context.gap, trial, shown, group.pixels)
        wanted = _chosen(context, trial, amounts, left / (len(places) - behind))
        left -= float((amounts * wanted).sum())
        ledger.accept(trial, wanted)
        shown += (trial.errors * wanted).sum(dim=(1, 2)) / group.pixels
    group.latents[images] = latents


def _moved(ledger: Ledger, group: Group, place: Place, step: float) -> torch.Tensor:
    moved = ledger.at(place) + step
    if group.limits is None:
        return moved
    lowest, highest = (ledger.pick(limit.expand(len(moved), -1), place) for limit in group.limits)
    return moved.clamp(lowest, highest)


def _wanted(gap: Gap, ledger: Ledger, images: int) -> float:
    """How much of what is counted these images are to take, from 0 up: sums of logarithms of errors, or bits."""
    if gap.psnr is not None:
        return abs(gap.psnr) * math.log(10) / 10 * images
    assert gap.bits is not None
    return abs(gap.bits) * float(ledger.bits().sum())


def _amounts(gap: Gap, trial: Trial, shown: torch.Tensor, pixels: int) -> torch.Tensor:
    """How much of the gap every change of a trial would close."""
    if gap.psnr is None:
        return trial.bits if gap.better else -trial.bits
    logarithms = trial.errors / (pixels * shown[:, None, None].clamp_min(ROUNDING_ERROR))
    return -logarithms if gap.better else logarithms


def _chosen(context: CorrectionContext, trial: Trial, amounts: torch.Tensor, share: float) -> torch.Tensor:
    """Which changes to make: those that cost least for what they give, until their amounts add up to the share."""
    spent, saved = context.rate_weight * trial.bits, -trial.errors
    cost, gain = (spent, saved) if context.gap.better else (-saved, -spent)
    price = torch.where(gain > 0, cost / gain.clamp_min(1e-12), math.inf).flatten()
    order = price.argsort()
    taken = (amounts.flatten()[order].cumsum(0) <= max(0.0, share)) & (price[order] < context.dearest)
    wanted = torch.zeros_like(price, dtype=torch.bool)
    wanted[order[: int(taken.sum())]] = True
    return wanted.reshape(trial.errors.shape)
