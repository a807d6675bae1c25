"""What a step of kernels looks at: whole images and windows of large ones, in the memory that kernels want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.field.grids import FRAME
from inrcodec.fitting.cut_group import CutGroup, is_cut
from inrcodec.fitting.groups import BatchPart, Group, Numbers
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.parts import Outcome, Part
from inrcodec.fitting.run import Run
from inrcodec.fitting.step_context import Observation, StepContext, StepResult


@dataclass(frozen=True)
class Look:
    """What a step looks at: one part of the kernels', and where it comes from.

    pixels: how much each of its images counts in means over pixels; own_bits, own_errors: the shares of its bits and of
    its errors that are its own.
    """

    part: Part
    number: int  # of the group
    units: Numbers
    pixels: float
    own_bits: float = 1.0
    own_errors: float = 1.0


class Looks:
    """A run's images as kernels take them: `whole` groups, and those that are `cut` into windows, by number.

    seen: visible pixels (images,) of each whole group.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.cut = {number: CutGroup(run.model, group) for number, group in enumerate(run.groups) if is_cut(group)}
        self.whole: dict[int, ImageGroup] = {}
        self.seen: dict[int, npt.NDArray[np.float64]] = {}

    def prepare(self) -> None:
        """Move latents to where kernels want them, once; arrays of the run are views of it from then on.

        What the phase of the fit has no use for anymore, is let go of.
        """
        for number, group in enumerate(self._run.groups):
            if number in self.whole:
                self._let_go(group, self.whole[number])
            if number in self.cut or number in self.whole:
                continue
            count, visible = len(group.numbers), group.visible
            self.seen[number] = (
                np.full(count, float(group.pixels)) if visible is None else visible.sum(axis=(1, 2), dtype=np.float64)
            )
            self.whole[number] = _shared(self._run, group)

    def _let_go(self, group: Group, shared: ImageGroup) -> None:
        if self._run.released:
            shared.release()
        if self._run.latents_frozen and shared.has_moments and group.latents is shared.latents:
            shared.forget()
            group.latents = shared.latents
            views = shared.latents, shared.first_moments, shared.second_moments, shared.visits[:, None]
            group.adam.move_to(*views)

    def of(self, batch: Sequence[BatchPart], weight_of_bit: float, released: bool, pixels: float) -> list[Look]:
        """Images or windows as kernels take them: the loss of each is that of `objective`.

        pixels: of the whole batch, which the network's loss is the mean over.
        """
        self.prepare()
        looks = []
        for number, units in batch:
            group = self._run.groups[number]
            if number in self.cut:
                looks += [self._window(number, unit, weight_of_bit, released, pixels) for unit in units.tolist()]
                continue
            seen = len(units) * group.pixels if released else max(1.0, float(self.seen[number][units].sum()))
            scales = np.empty((len(units), 2), np.float32)
            scales[:] = len(units) / (seen * self._run.channels), weight_of_bit / group.pixels
            shares = np.full(len(units), group.pixels / pixels, np.float32)
            part = Part(self.whole[number], units, group.numbers[units], scales, shares)
            looks.append(Look(part, number, units, group.pixels))
        return looks

    def of_whole(self, batch: Sequence[BatchPart]) -> list[Look]:
        """Whole images, even large ones, each with a scale that makes a mean of its errors; see `put_back_whole`."""
        self.prepare()
        looks = []
        for number, rows in batch:
            group = self._run.groups[number]
            shared, images = self.whole.get(number), rows
            if shared is None:
                shared, images = _copied(self._run, group, rows), np.arange(len(rows))
            visible = None if self._run.released else group.visible
            seen = np.full(len(rows), group.pixels) if visible is None else visible[rows].sum(axis=(1, 2))
            scales = np.zeros((len(rows), 2), np.float32)
            scales[:, 0] = 1.0 / (np.maximum(1.0, seen) * self._run.channels)
            part = Part(shared, images, group.numbers[rows], scales, np.zeros(len(rows), np.float32))
            looks.append(Look(part, number, rows, group.pixels))
        return looks

    def put_back_whole(self, looks: Sequence[Look]) -> None:
        """Latents of large images go back to where steps on windows look for them."""
        for look in looks:
            if look.number in self.cut:
                self._run.groups[look.number].latents[look.units] = look.part.group.latents

    def put_back(self, looks: Sequence[Look]) -> None:
        """Latents of windows go back into their images; those of whole images are there already."""
        for look in looks:
            if look.number in self.cut:
                self.cut[look.number].put_back(int(look.units[0]), look.part.group)

    def result(self, context: StepContext, looks: Sequence[Look], outcome: Outcome) -> StepResult:
        """What a step of these showed."""
        error = bits = 0.0
        observations, first = [], 0
        for look in looks:
            last, group = first + len(look.units), self._run.groups[look.number]
            errors = outcome.shown[first:last] * look.part.scales[:, 0] * look.own_errors
            bits_each = float(outcome.bits[first:last].sum()) * look.own_bits / len(look.units)
            error += float(errors.sum()) * look.pixels / context.pixels
            bits += bits_each * len(look.units) / context.pixels
            if look.number in self.cut:
                seen = self.cut[look.number].seen(int(look.units[0]), float(errors[0]), bits_each)
                observations.append(Observation(group.numbers[[look.units[0] // group.cuts]], *seen))
            else:
                observations.append(Observation(look.part.numbers, errors, bits_each))
            first = last
        return StepResult(error, bits, observations)

    def _window(self, number: int, unit: int, weight_of_bit: float, released: bool, pixels: float) -> Look:
        group, cut = self._run.groups[number], self.cut[number]
        row, window = divmod(unit, group.cuts)
        taken, own = cut.take(unit), cut.views[window].own_pixels
        drawn = taken.pixels if released else max(1.0, taken.seen)
        weight = taken.pixels / drawn / own  # of a pixel: the sum over windows is nearly the mean over the image
        scales = np.array([[weight / self._run.channels, weight_of_bit / own]], np.float32)
        noise = np.array([int(group.numbers[row]) + (window << 32)])
        part = Part(taken, np.zeros(1, np.int64), noise, scales, np.full(1, own / pixels, np.float32))
        return Look(part, number, np.array([unit]), own, cut.own_bits(window), own / taken.pixels)


def _copied(run: Run, group: Group, rows: Numbers) -> ImageGroup:
    """Some images of a group as kernels have them, with latents that are copies."""
    frames = group.conditions[rows, -FRAME:] if run.model.posed else None
    visible = None if group.visible is None else group.visible[rows]
    made = ImageGroup(run.model, group.targets[:, rows].transpose(1, 0, 2, 3), visible, frames, limits=group.limits)
    made.latents[:] = group.latents[rows]
    return made


def _shared(run: Run, group: Group) -> ImageGroup:
    """A group as kernels have it, whose memory the group's arrays share from now on."""
    frames = group.conditions[:, -FRAME:] if run.model.posed else None
    targets = group.targets.transpose(1, 0, 2, 3)
    shared = ImageGroup(run.model, targets, group.visible, frames, group.adam.factors, group.limits)
    group.targets = shared.targets.transpose(1, 0, 2, 3)
    views = shared.latents, shared.first_moments, shared.second_moments, shared.visits[:, None]
    for known, view in zip(group.adam.state(), views, strict=True):
        view[:] = known
    group.latents = shared.latents
    group.adam.move_to(*views)
    return shared
