"""The fit, from pictures to integers: read `Fit.steps` and what it calls, top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from inrcodec.errors import InrError, Parameter
from inrcodec.fitting import schedule
from inrcodec.fitting.arrays import host
from inrcodec.fitting.batches import step_pixels
from inrcodec.fitting.checkpoint import Snapshot, fingerprint, restore, size_of
from inrcodec.fitting.coding import coded_context, coded_latents, coded_weights
from inrcodec.fitting.correction import DEARER, DEAREST, CorrectionContext
from inrcodec.fitting.engines import KERNEL, StepEngine, engine_name, engine_named
from inrcodec.fitting.file_engine import FileEngine
from inrcodec.fitting.groups import all_poses
from inrcodec.fitting.held_out import held_out_errors
from inrcodec.fitting.pace import pace_of, rounded_levels
from inrcodec.fitting.place import Place
from inrcodec.fitting.process import allotted
from inrcodec.fitting.progress import Fitted, HeldOutErrors, Latents, Meter, Progress
from inrcodec.fitting.rounding import RoundingContext, batches
from inrcodec.fitting.run import FrozenModel, Run, start
from inrcodec.fitting.stepping import enter_phase, phase_of, stretches, take_steps
from inrcodec.fitting.watching import watched_psnr
from inrcodec.fitting.whole_steps import WholeSteps
from inrcodec.numerics.arrays import AnyPixels, Pixels
from inrcodec.numerics.poses import Codes
from inrcodec.settings import FitSettings, Gap, ModelSettings


class Fit:
    """A fit of pictures (height, width, channels) that can be stopped between any two steps and gone on with later.

    Pictures are colors in [0, 1], or octets.
    """

    def __init__(
        self,
        pictures: Sequence[AnyPixels],
        model: ModelSettings,
        settings: FitSettings,
        extra: Sequence[AnyPixels] = (),
        frozen_model: FrozenModel | None = None,
        poses: Codes | None = None,
    ) -> None:
        """`extra` are more pictures to learn from, with latents of their own that `finish` drops.

        poses: of `pictures`, int8 (pictures, 4), if they are known already.

        With a `frozen_model`, only latents are fitted, and `finish_latents` is the end.
        """
        everything = [*pictures, *extra]
        self._owner = fingerprint(everything, model, settings, frozen_model)
        self._stored = len(pictures)
        self.stops: frozenset[int] = frozenset()  # steps behind which somebody wants to look
        self.run = start(everything, model, settings, frozen_model, all_poses(pictures, extra, poses, model))
        self.engine = engine_name(self.run)
        if self.engine != KERNEL:
            from inrcodec.fitting.torch_run import as_tensors

            self.run = as_tensors(self.run)
        pixels, kernels = step_pixels(self.run), self.engine == KERNEL
        self._allotment = allotted(settings, self.run.device, pixels, kernels=kernels)
        self._engine = engine_named(self.engine, self.run, self._allotment.workers)
        self.meter = Meter(self.run.images, settings.passes, settings.time_limit, partial(pace_of, model))
        self._place = Place()
        self._undivided = WholeSteps()
        self.compiling = 0.0  # seconds that it took, which it does once

    @property
    def files(self) -> FileEngine | None:
        """What packs and draws files with what the engine has loaded, if it can.

        Nothing where no step is taken and it would have to be compiled first.
        """
        if not self.run.settings.passes and self._engine.compiles:
            return None
        return self._engine.files

    @property
    def workers(self) -> int:
        """Threads or processes that share a step."""
        return self._allotment.workers

    @property
    def work(self) -> tuple[int, float]:
        """What a copy of the fit would keep; see `Meter.work`."""
        return self.meter.work

    @property
    def behind(self) -> float:
        """Share of the fit's time that is over; see `Meter.behind`."""
        return self.meter.behind

    @property
    def torn(self) -> bool:
        """Whether something ended it in the middle of a step: a copy of it is worth nothing."""
        return self._undivided.torn

    def steps(self) -> Iterator[Progress]:
        """Fit; yields after every step. What it takes of the process is put back when it ends or is closed."""
        run, meter = self.run, self.meter
        if not run.settings.passes:
            return  # latents are guessed, and nothing is fitted
        with self._allotment.applied(), self._engine as engine:
            yield from self._compile(engine)
            while meter.done < 1.0:
                for batches in stretches(self._place.rest_of_pass(run, engine), engine, meter, self.stops):
                    enter_phase(run, meter.done, meter.passes, engine)
                    if not run.latents_frozen and meter.done >= schedule.FROZEN_FROM:
                        yield from self._round(engine)
                    if run.network_frozen and run.latents_frozen:
                        return  # no network to adapt to what is rounded
                    with self._undivided:
                        if self._place.batches == 0:  # a pass begins
                            run.pull_to_base()
                        figures = take_steps(run, engine, batches, meter)
                        meter.pixels += sum(batch.seen for batch in batches)
                        visits = sum(batch.visits for batch in batches)
                        news = meter.tick(phase_of(run), visits, figures, len(batches))
                        self._place.batches += len(batches)
                        watched = watched_psnr(run, engine, meter)
                    yield replace(news, engine=self.engine, note=engine.note, holdout_psnr=watched)
                    self._undivided.answer()  # now that whoever follows the fit has seen the step
                    if meter.done >= 1.0:
                        break

    def _compile(self, engine: StepEngine) -> Iterator[Progress]:
        if engine.compiles:
            yield self.progress("compile")
            begun = time.monotonic()
            engine.compile()
            self.compiling += time.monotonic() - begun

    def _round(self, engine: StepEngine) -> Iterator[Progress]:
        """Latents become whole numbers by what they cost, and stand still; yields after every few images."""
        run = self.run
        context = RoundingContext(
            levels=rounded_levels(run.model, self.meter.expected_passes),
            rate_weight=run.rate_control.weight,
            footprint=run.footprint,
            weight_steps=run.weight_steps,
            released=run.released,
        )
        for batch in self._place.left_to_round(batches(run, engine.count) if context.levels else ()):
            if self.meter.overdue:  # the others become the nearest whole numbers
                break
            with self._undivided:
                engine.round_latents(context, batch)
                self._place.rounded += len(batch)
                self.meter.rounded += sum(len(units) / run.groups[number].cuts for number, units in batch) / run.images
            yield self.progress("round")
            self._undivided.answer()
        with self._undivided:
            run.freeze()
            self.meter.rounded = 1.0
            run.rate_control.count(run.network_bits(), self.meter.done)
        self._undivided.answer()

    def correct(self, gap: Gap, attempt: int = 0) -> Iterator[Progress]:
        """Change latents, when the steps are through, by what the fit lacks; yields as it goes.

        They go as far as they can: network and context model stay, so a large gap is better closed by another fit.
        attempt: how often that was not far enough; the next level is tried then, and dearer changes.
        """
        run = self.run
        context = CorrectionContext(
            gap=gap,
            level=len(run.model.levels) - 1 - attempt % len(run.model.levels),
            dearest=DEAREST * DEARER**attempt,
            rate_weight=run.rate_control.weight,
            footprint=run.footprint,
            weight_steps=run.weight_steps,
        )
        with self._allotment.applied(), self._engine as engine:
            yield from self._compile(engine)  # if no step was taken before
            for batch in batches(run, engine.count, whole=True):
                engine.correct_latents(context, batch)
                yield self.progress("correct")

    def pictures(self) -> Iterator[tuple[int, Pixels]]:
        """What the network sees now: every image's number and native picture (height, width, channels)."""
        for number, group in enumerate(self.run.groups):
            for row, image in enumerate(group.numbers.tolist()):
                picture = np.empty((*group.size, self.run.channels), np.float32)
                for tile, drawn in self._engine.draw(number, np.array([row])):
                    picture[tile] = drawn[0].transpose(1, 2, 0).clip(0, 1)
                yield image, picture

    def progress(self, phase: str) -> Progress:
        """How far the fit is, in a phase of the caller's."""
        watched = None if self.run.released or self.run.watched is None else self.run.watched[1]
        return replace(self.meter.progress(phase), engine=self.engine, note=self._engine.note, holdout_psnr=watched)

    @property
    def checkpoint_bytes(self) -> int:
        """Of a checkpoint, about."""
        return size_of(self.run)

    def snapshot(self, **told: Any) -> Snapshot:
        """A copy of the fit as it stands between two steps; told: what its caller wants to find in it again."""
        return Snapshot.of(self.run, self.meter, self._place, self._owner, told)

    def save(self, path: Path, **told: Any) -> None:
        """Write a checkpoint."""
        self.snapshot(**told).write(path)

    def restore(self, path: Path) -> dict[str, Any]:
        """Go on from a checkpoint of the same pictures and settings; returns what its caller told it."""
        return restore(path, self.run, self.meter, self._place, self._owner)

    def finish(self) -> Fitted:
        """Integers of the network, the context model and every image; call it when the steps are through."""
        run = self.run
        with self._allotment.applied():
            latents, errors = self.finish_latents()
            encoder = run.coded_encoder()
        network, context = coded_weights(run.network, run.weight_steps), coded_context(run.context)
        return Fitted(
            network=network,
            context=context,
            latents=latents,
            held_out=errors,
            passes=self.meter.passes,
            seconds=self.meter.seconds,
            encoder=encoder,
            base=run.base,
        )

    def finish_latents(self) -> tuple[tuple[Latents, ...], HeldOutErrors | None]:
        """Integers of every image, and the errors on pixels that the fit had not seen."""
        run = self.run
        with self._allotment.applied():
            enter_phase(run, 1.0, self.meter.passes, self._engine)
            if not run.latents_frozen:  # stopped before their time
                run.freeze()
            _check_finite(run)
            errors = held_out_errors(run, self._engine.draw) if run.settings.holdout.mode == "strict" else run.held_out
        latents: list[Latents] = [()] * run.images
        for group in run.groups:
            integers = [level.transpose(1, 0, 2, 3) for level in group.levels(coded_latents(group.latents))]
            for row, number in enumerate(group.numbers.tolist()):
                latents[number] = tuple(level[row] for level in integers)
        errors = None if errors is None else HeldOutErrors(*(column[: self._stored] for column in errors))
        return tuple(latents[: self._stored]), errors


def _check_finite(run: Run) -> None:
    if not all(np.isfinite(host(part)).all() for part in (run.adam.weights, *(group.latents for group in run.groups))):
        raise InrError("the fit diverged: its numbers are no longer finite; try another ", Parameter("seed"))
