"""The mathematics of a device's step beside those of the plain one, and how images are spread on canvases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from inrcodec.field.conditioning import CONDITIONINGS, model_for
from inrcodec.fitting.gpu.canvas import canvases
from inrcodec.fitting.gpu.engine import DeviceEngine
from inrcodec.fitting.gpu.store import LatentStore
from inrcodec.fitting.run import FrozenModel, Run, start
from inrcodec.fitting.step_context import StepContext, StepResult
from inrcodec.fitting.subsample import Subsample
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.fitting.workers import Workers
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import FitSettings, Holdout, ModelSettings

SEVERAL = [(12, 12), (12, 12), (11, 10), (12, 11), (16, 8)]
ONE = [(12, 12)] * 4
CONTEXT = StepContext(  # latents stand still: no noise to differ by
    done=0.96,
    learning_rate=0.5,
    rate_weight=2e-3,
    footprint=1,
    weight_steps=[],
    latents_frozen=True,
    released=False,
    pixels=0,
    seed=7,
    number=0,
    network_rate=0.4,
    context_rate=0.3,
)
MODELS = {**{name: model_for(name, 900) for name in CONDITIONINGS}, "smooth": ModelSettings(space="smooth")}


def fresh(
    model: ModelSettings, sizes: list[tuple[int, int]], context: StepContext, frozen: FrozenModel | None = None,
    batch_pixels: int = 20_000, **settings: object,
) -> Run:  # fmt: skip
    rng = np.random.default_rng(3)
    pictures = [rng.random((*size, 3), dtype=np.float32) for size in sizes]
    poses = coded_poses(pictures) if model.posed else None
    run = as_tensors(start(pictures, model, FitSettings(device="cpu", **settings), frozen, poses))  # type: ignore[arg-type]
    for group in run.groups:
        group.latents.copy_(torch.arange(group.latents.numel()).reshape(group.latents.shape) % 5 - 2.0)
    context.apply(run)
    run.device = replace(run.device, batch_pixels=batch_pixels)
    return run


def plain_step(run: Run, context: StepContext) -> StepResult:
    batch = [(number, np.arange(len(group.numbers))) for number, group in enumerate(run.groups)]
    with Workers(run, 1) as engine:
        (result,), gradient = engine.step(context, batch)
    if not run.network_frozen:
        run.move_network(gradient, context.network_rate, context.context_rate)
    return result


def device_step(run: Run, context: StepContext) -> StepResult:
    with DeviceEngine(run) as engine:
        next(engine.batches())
        for canvas in engine._canvases:  # all images in order
            canvas.divide(1 << 20)
            canvas.order = torch.arange(canvas.count)
        parts = [(number, np.arange(canvas.per_step)) for number, canvas in enumerate(engine._canvases)]
        (result,), gradient = engine.step(context, parts)
    assert gradient is None
    return result


def both(
    model: ModelSettings, sizes: list[tuple[int, int]], context: StepContext, frozen: FrozenModel | None = None,
    batch_pixels: int = 20_000, **settings: object,
) -> tuple[Run, Run]:  # fmt: skip
    """Runs behind the same step of each; what it showed is compared here."""
    context = replace(context, pixels=sum(height * width for height, width in sizes))
    runs = [fresh(model, sizes, context, frozen, batch_pixels, **settings) for _ in range(2)]
    results = plain_step(runs[0], context), device_step(runs[1], context)
    assert results[0].error == pytest.approx(results[1].error, rel=1e-5)
    assert results[0].bits == pytest.approx(results[1].bits, rel=1e-5)
    seen = [dict(zip(one.images.tolist(), one.errors.tolist(), strict=True)) for r in results for one in r.observations]
    first, second = {}, {}
    for one in seen[: len(results[0].observations)]:
        first.update(one)
    for one in seen[len(results[0].observations) :]:
        second.update(one)
    assert first == pytest.approx(second, rel=1e-4)
    return runs[0], runs[1]


def close(first: Run, second: Run) -> None:
    """Adam divides gradients by their size, so that what moves is compared with how far that is."""
    torch.testing.assert_close(first.adam.weights, second.adam.weights, rtol=1e-4, atol=2e-5)
    for one, other in zip(first.groups, second.groups, strict=True):
        torch.testing.assert_close(one.latents, other.latents, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("sizes", [ONE, SEVERAL])
@pytest.mark.parametrize("name", MODELS)
def test_the_network_moves_as_by_a_plain_step(name: str, sizes: list[tuple[int, int]]) -> None:
    close(*both(MODELS[name], sizes, CONTEXT))


@pytest.mark.parametrize("name", MODELS)
def test_latents_move_as_by_a_plain_step(name: str) -> None:
    """Noise is drawn in the same order where all images have one size."""
    for done in (0.1, 0.5):
        close(*both(MODELS[name], ONE, replace(CONTEXT, done=done, latents_frozen=False)))


@pytest.mark.parametrize("released", [False, True])
def test_hidden_pixels_teach_nothing(released: bool) -> None:
    close(*both(MODELS["pyramid"], ONE, replace(CONTEXT, released=released), holdout=Holdout(200_000, 0, "release")))


def test_areas_and_quantized_weights() -> None:
    model = replace_model(footprint=2)
    tensors = len(fresh(model, ONE, CONTEXT).network)
    close(*both(model, SEVERAL, replace(CONTEXT, footprint=2, weight_steps=[-30] * tensors)))


def test_tiles_of_a_large_picture_add_up() -> None:
    close(*both(replace_model(footprint=2), [(40, 33)], replace(CONTEXT, footprint=2), batch_pixels=100))


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 3), (3, 2)])
@pytest.mark.parametrize("hidden", [0, 200_000])
def test_subsamples_of_sides_that_they_do_not_divide(row: int, column: int, hidden: int) -> None:
    context = replace(CONTEXT, subsample=Subsample(4, row, column))
    holdout = Holdout(hidden, 0, "strict") if hidden else Holdout()
    close(*both(MODELS["latent"], [(14, 13)] * 3, context, holdout=holdout))


def test_frozen_models_stay_and_latents_keep_their_ranges() -> None:
    model = MODELS["pyramid"]
    base = fresh(model, ONE, CONTEXT)
    tensors = [leaf.detach().numpy() for leaf in base.leaves]
    split = len(base.network)
    frozen = FrozenModel(tensors[:split], tensors[split:], [(-1, 1)] * 8, 0)
    first, second = both(model, ONE, replace(CONTEXT, done=0.1, latents_frozen=False), frozen)
    close(first, second)
    assert float(second.groups[0].latents.abs().max()) == 1.0


def test_an_encoder_moves_as_by_a_plain_step() -> None:
    close(*both(MODELS["hypernetwork"], ONE, replace(CONTEXT, done=0.1, latents_frozen=False), encoder=True))


def test_cells_outside_an_image_stay_nothing() -> None:
    run = fresh(MODELS["pyramid"], SEVERAL, CONTEXT)
    context = replace(CONTEXT, done=0.1, latents_frozen=False, pixels=640)
    context.apply(run)
    device_step(run, context)
    with DeviceEngine(run) as engine:
        assert float(engine._canvases[0].store.read(torch.tensor([-1]))) == 0.0


@pytest.mark.parametrize(
    ("sizes", "counts"),
    [
        ([(48, 48)] * 9, [9]),
        ([(60 - n, 60 + n) for n in range(8)], [1] * 8),  # none lies within another
        ([(64, 48 + n % 5) for n in range(20)] + [(48, 64)] * 2, [20, 2]),
        ([(64, 64), (30, 30), (29, 30)], [1, 2]),
    ],
)
def test_images_of_similar_sizes_share_a_canvas(sizes: list[tuple[int, int]], counts: list[int]) -> None:
    run = fresh(MODELS["pyramid"], sizes, CONTEXT)
    made = canvases(run, LatentStore(run.groups))
    assert sorted(canvas.count for canvas in made) == sorted(counts)
    numbers = torch.cat([canvas.numbers for canvas in made])
    assert sorted(numbers.tolist()) == list(range(len(sizes)))


def test_a_pass_sees_every_image_and_a_few_twice() -> None:
    run = fresh(MODELS["pyramid"], [(12, 12)] * 19 + [(10, 12)], CONTEXT)
    with DeviceEngine(run) as engine:
        seen = []
        for batch in engine.batches():
            for number, slots in batch.parts:
                rows = engine._canvases[number].rows(torch.tensor(float(slots[0])))
                assert len(set(rows.tolist())) == len(rows) == batch.images
                seen += engine._canvases[number].numbers[rows].tolist()
    assert set(seen) == set(range(20))
    assert len(seen) <= 22


def replace_model(**changes: int) -> ModelSettings:
    import msgspec

    return msgspec.structs.replace(ModelSettings(), **changes)
