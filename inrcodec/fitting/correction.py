"""A fit that ended a little beside its target is led there: some latents get one more or one less, the best first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.rate_control import ROUNDING_ERROR
from inrcodec.settings import Gap

DEAREST, DEARER = 32.0, 4.0  # times lambda: the worst bargain that is struck, and how much worse it may be next time
STEPS = (1.0, -1.0)  # that a latent makes
Figures = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Place = TypeVar("Place")


@dataclass(frozen=True, kw_only=True)
class CorrectionContext:
    """All that a correction needs besides latents; it travels to every worker."""

    gap: Gap
    level: int  # whose latents are changed
    dearest: float  # times lambda: changes that cost more for what they give are not made
    rate_weight: float
    footprint: int
    weight_steps: list[int]


class Trials(Protocol[Place]):
    """Some images of one size with whole latents: what it would do to error and bits to change some of these."""

    pixels: int  # of an image

    def shown(self) -> Figures:
        """The mean error of each image as a decoder shows it, (images,)."""

    def bits(self) -> float:
        """Of all latents of these images."""

    def places(self, level: int) -> Sequence[Place]:
        """All cells of a level, in places whose cells do not meet, to be tried one after the other."""

    def attempt(self, place: Place, step: float) -> tuple[Figures, Figures]:
        """What a step of every latent there would add to errors and bits, (images, cells); nothing changes.

        Errors are means over channels, and sums over pixels.
        """

    def accept(self, wanted: Mask) -> None:
        """Make those steps of the last attempt that are wanted, (images, cells)."""


def correct(context: CorrectionContext, trials: Trials[Place]) -> None:
    """Change latents of some images until the gap is closed, as far as these can close it.

    Every place in turn closes an equal share of what is left, by the changes of it that cost least for what they give.
    """
    shown = trials.shown() + ROUNDING_ERROR
    left = _wanted(context.gap, trials, len(shown))
    attempts = [(place, step) for place in trials.places(context.level) for step in STEPS]
    for behind, (place, step) in enumerate(attempts):
        errors, bits = trials.attempt(place, step)
        amounts = _amounts(context.gap, errors, bits, np.maximum(shown, ROUNDING_ERROR) * trials.pixels)
        wanted = _chosen(context, errors, bits, amounts, left / (len(attempts) - behind))
        left -= float(amounts[wanted].sum())
        trials.accept(wanted)
        shown += (errors * wanted).sum(axis=1) / trials.pixels


def _wanted(gap: Gap, trials: Trials[Place], images: int) -> float:
    """How much of what is counted these images are to take, from 0 up: sums of logarithms of errors, or bits."""
    if gap.psnr is not None:
        return abs(gap.psnr) * math.log(10) / 10 * images
    assert gap.bits is not None
    return abs(gap.bits) * trials.bits()


def _amounts(gap: Gap, errors: Figures, bits: Figures, shown: Figures) -> Figures:
    """How much of the gap every change would close; shown (images,): sums of errors now."""
    if gap.psnr is None:
        return bits if gap.better else -bits
    logarithms = errors / shown[:, None]
    return -logarithms if gap.better else logarithms


def _chosen(context: CorrectionContext, errors: Figures, bits: Figures, amounts: Figures, share: float) -> Mask:
    """Which changes to make: those that cost least for what they give, until their amounts add up to the share."""
    spent, saved = context.rate_weight * bits, -errors
    cost, gain = (spent, saved) if context.gap.better else (-saved, -spent)
    price = np.where(gain > 0, cost / np.maximum(gain, 1e-12), np.inf).ravel()
    order = np.argsort(price, kind="stable")
    taken = (np.cumsum(amounts.ravel()[order]) <= max(0.0, share)) & (price[order] < context.dearest)
    wanted = np.zeros(price.shape, bool)
    wanted[order[: np.count_nonzero(taken)]] = True
    return wanted.reshape(errors.shape)
