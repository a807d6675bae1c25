"""What a fit does from step to step: enters phases, gathers batches, tells engines how far it is, and moves weights."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from inrcodec.fitting import schedule
from inrcodec.fitting.batches import Batch
from inrcodec.fitting.coding import choose_weight_steps
from inrcodec.fitting.engines import StepEngine, SteppingEngine
from inrcodec.fitting.held_out import held_out_errors
from inrcodec.fitting.progress import Meter
from inrcodec.fitting.run import Run
from inrcodec.fitting.sensitivity import LEAST_PASSES, sensitive_steps
from inrcodec.fitting.step_context import StepContext


def enter_phase(run: Run, done: float, passes: float, engine: StepEngine) -> None:
    """Release held-out pixels, turn to areas, quantize the network and freeze the latents when their time has come."""
    run.footprint = schedule.footprint(done, run.model.footprint)
    phase = phase_of(run)
    if run.settings.holdout.mode == "release" and not run.released and done >= schedule.RELEASED_FROM:
        run.held_out = held_out_errors(run, engine.draw)
        run.released = True
    if not run.weight_steps and not run.network_frozen and done >= schedule.QUANTIZED_FROM:
        if run.model.spatial and passes >= LEAST_PASSES:
            run.weight_steps = sensitive_steps(run, engine.error)
        else:
            run.weight_steps = choose_weight_steps(run.network, run.model)
    if phase_of(run) != phase or run.rate_control.asks(done):
        run.rate_control.count(run.network_bits(), done)


def phase_of(run: Run) -> str:
    """As progress calls it."""
    return "freeze" if run.latents_frozen else "qat" if run.weight_steps else "fit"


def stretches(
    of_pass: Iterator[Batch], engine: StepEngine, meter: Meter, stops: Container[int]
) -> Iterator[list[Batch]]:
    """The batches of a pass over the set, as many at once as the engine takes, in one phase of the fit.

    stops: numbers of steps that are the last of theirs.
    """
    stretch: list[Batch] = []
    visits = 0.0
    several = engine if isinstance(engine, SteppingEngine) else None
    for batch in of_pass:
        if stretch and not (
            several is not None
            and len(stretch) < several.most_steps
            and meter.step + len(stretch) not in stops
            and schedule.same_phase(meter.done, meter.done_ahead(visits))
        ):
            yield stretch
            stretch, visits = [], 0.0
        stretch.append(batch)
        visits += batch.visits
    if stretch:  # a pass that is gone on with may have none left
        yield stretch


def take_steps(run: Run, engine: StepEngine, batches: Sequence[Batch], meter: Meter) -> list[tuple[float, float]]:
    """Move network and latents by some steps; mean squared error and bits per pixel of those that are now known."""
    contexts, visits = [], 0.0
    for number, batch in enumerate(batches):
        contexts.append(
            _step_context(run, batch, meter, meter.done_ahead(visits) if visits else meter.done, meter.step + number)
        )
        visits += batch.visits
    if len(batches) > 1:
        assert isinstance(engine, SteppingEngine)
        results = engine.steps(contexts, batches)
    else:
        results, gradient = engine.step(contexts[0], batches[0].parts)
        if gradient is not None and not run.network_frozen:
            run.move_network(gradient, contexts[0].network_rate, contexts[0].context_rate)
    if run.settings.target:
        for seen in (seen for result in results for seen in result.observations):
            run.rate_control.observe(seen.images, seen.errors, seen.bits)
    run.rate_control.adjust(meter.done, meter.expected_passes)
    network_bits = run.rate_control.network_bits / run.pixels
    return [(result.error, result.bits + network_bits) for result in results]


def _step_context(run: Run, batch: Batch, meter: Meter, done: float, number: int) -> StepContext:
    """What a step is told, when that much of the fit is done; number: of the step."""
    guessed = run.guessed
    gentle = schedule.gentleness(round(meter.expected_passes, 6), guessed=guessed)
    learning_rate = schedule.learning_rate(done, number, guessed=guessed)
    network_rate = schedule.network_rate(done, number, guessed=guessed) if run.model.spatial else learning_rate
    return StepContext(
        done=done,
        learning_rate=gentle * learning_rate,
        rate_weight=run.rate_control.weight,
        footprint=run.footprint,
        weight_steps=run.weight_steps,
        latents_frozen=run.latents_frozen,
        released=run.released,
        pixels=batch.pixels,
        seed=run.settings.seed,
        number=number,
        guessed=guessed,
        network_rate=gentle * network_rate,
        context_rate=gentle * schedule.context_rate(done, number, guessed=guessed),
        subsample=batch.subsample,
    )
