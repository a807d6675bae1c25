"""Kernels and torch at the same fit: equal mathematics, and files that do not depend on threads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.bitstream.weights import encode_weights
from inrcodec.errors import UsageError
from inrcodec.field.conditioning import model_for
from inrcodec.fitting import kernel_engine
from inrcodec.fitting.arrays import host
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.engines import StepEngine, engine_name, engine_named
from inrcodec.fitting.rounding import RoundingContext, batches
from inrcodec.fitting.run import FrozenModel, Run, start
from inrcodec.fitting.step_context import StepContext, StepResult
from inrcodec.fitting.torch_run import as_tensors
from inrcodec.numerics.poses import coded_poses
from inrcodec.settings import ENGINES, FitSettings, Holdout, Level, ModelSettings
from tests.fitting.waves import fit_by, waves

pytest.importorskip("numba")

BATCH = [(0, np.array([2, 0, 3])), (1, np.array([1]))]
PIXELS = 3 * 144 + 18 * 8
CONTEXT = StepContext(  # latents stand still: no noise to differ by
    done=0.96,
    learning_rate=1e-3,
    rate_weight=2e-4,
    footprint=1,
    weight_steps=[],
    latents_frozen=True,
    released=False,
    pixels=PIXELS,
    seed=7,
    number=0,
)


def pictures(channels: int = 3) -> list[np.ndarray]:
    """Smooth ones with some noise, and some white."""
    rng = np.random.default_rng(3)
    sizes = [(12, 12)] * 4 + [(18, 8)] * 2
    drawn = []
    for height, width in sizes:
        down, across = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
        waves = [np.sin(rng.uniform(0.2, 0.9) * down + rng.uniform(0.2, 0.9) * across) for _ in range(channels)]
        drawn.append((0.5 + 0.6 * np.stack(waves, -1)).clip(0, 1).astype(np.float32))
    return drawn


def fresh(model: ModelSettings | None = None, frozen: FrozenModel | None = None, **settings: object) -> Run:
    chosen, shown = model or ModelSettings(), pictures()
    poses = coded_poses(shown) if chosen.posed else None
    run = start(shown, chosen, FitSettings(device="cpu", **settings), frozen, poses)  # type: ignore[arg-type]
    for group in run.groups:
        group.latents[:] = np.arange(group.latents.size).reshape(group.latents.shape) % 5 - 2.0
    CONTEXT.apply(run)
    return run


def stepped(name: str, run: Run, context: StepContext) -> tuple[list[StepResult], np.ndarray]:
    with engine_for(name, run, 1) as engine:
        results, gradient = engine.step(context, BATCH)
        return results, host(gradient).copy()


def engine_for(name: str, run: Run, workers: int) -> StepEngine:
    """An engine for a run of arrays, whose latents both share."""
    return engine_named(name, as_tensors(run) if name == "torch" else run, workers)


@pytest.mark.parametrize(  # any two of these together
    ("space", "hidden", "footprint"), [("plain", 0, 1), ("plain", 200_000, 2), ("smooth", 0, 2), ("smooth", 200_000, 1)]
)
def test_a_step_gives_the_same_with_both(space: str, hidden: int, footprint: int) -> None:
    """In areas, weights are quantized as well."""
    steps = [-30] * 7 if footprint == 2 else []
    model = replace_model(space=space, footprint=footprint)
    found = []
    for name in ("torch", "kernel"):
        run = fresh(model, holdout=Holdout(hidden, 0, "strict") if hidden else Holdout())
        context = replace(CONTEXT, footprint=footprint, weight_steps=steps[: len(run.network)])
        context.apply(run)
        found.append(stepped(name, run, context))
    (ours, theirs), (gradient, expected) = zip(*reversed(found), strict=True)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6)
    assert ours[0].error == pytest.approx(theirs[0].error, rel=1e-4)
    assert ours[0].bits == pytest.approx(theirs[0].bits, rel=1e-4)
    for one, other in zip(ours[0].observations, theirs[0].observations, strict=True):
        assert (one.images == other.images).all()
        assert np.allclose(one.errors, other.errors, rtol=1e-4)
        assert one.bits == pytest.approx(other.bits, rel=1e-4)


def replace_model(**changes: object) -> ModelSettings:
    """The usual design with some changes."""
    import msgspec

    return msgspec.structs.replace(ModelSettings(), **changes)


def fitted(fit: Fit) -> tuple[float, float, bytes]:
    """Take the steps that a fit has left: mean PSNR in dB, estimated bits per pixel, and all integers."""
    last = list(fit.steps())[-1]
    assert last.engine == fit.engine
    made, shown = fit.finish(), waves(16, 32)
    psnr = [-10 * np.log10(np.square(pixels - shown[number]).mean()) for number, pixels in fit.pictures()]
    integers = b"".join(level.tobytes() for image in made.latents for level in image)
    return float(np.mean(psnr)), last.bits_per_pixel, encode_weights((*made.network, *made.context), ()) + integers


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit on kernels with 304 steps to go: from its beginning, rounding errors alone make tenths of a decibel."""
    path = tmp_path_factory.mktemp("fits") / "checkpoint"
    fit = fit_by("kernel")
    for progress in fit.steps():
        if progress.passes >= 62:
            break
    fit.save(path)
    return path


def test_a_fit_goes_on_with_either(interrupted: Path) -> None:
    """300 steps from one start; noise is another, which alone is worth a tenth of a decibel on so few pixels."""
    found = []
    for name in ("kernel", "torch"):
        fit = fit_by(name)
        fit.restore(interrupted)
        found.append(fitted(fit))
    (psnr, bits, _), (other, more_bits, _) = found
    assert psnr == pytest.approx(other, abs=0.15)
    assert bits == pytest.approx(more_bits, rel=0.01)


def test_an_interrupted_fit_goes_on_to_the_same_integers_with_any_threads(interrupted: Path) -> None:
    fit = fit_by("kernel", threads=2)
    fit.restore(interrupted)
    assert fitted(fit)[2] == fitted(fit_by("kernel"))[2]


@pytest.mark.parametrize(  # any two of these together
    ("levels", "footprint", "hidden"), [(1, 1, 0), (3, 2, 0), (1, 2, 200_000), (3, 1, 200_000)]
)
def test_latents_are_rounded_alike(levels: int, footprint: int, hidden: int) -> None:
    found = []
    for name in ("torch", "kernel"):
        run = fresh(replace_model(footprint=footprint), holdout=Holdout(hidden, 0, "strict") if hidden else Holdout())
        noise = np.random.default_rng(5)
        for group in run.groups:
            group.latents += noise.random(group.latents.shape, dtype=np.float32) - 0.5
        context = RoundingContext(
            levels=levels, rate_weight=1e-2, footprint=footprint, weight_steps=[-30] * len(run.network), released=False
        )
        context.apply(run)
        nearest = np.concatenate([group.latents.round().reshape(-1) for group in run.groups])
        with engine_for(name, run, 1) as engine:
            for batch in batches(run, 2):
                engine.round_latents(context, batch)
        found.append(np.concatenate([group.latents.reshape(-1) for group in run.groups]))
    ours, theirs = reversed(found)
    assert (theirs != nearest).mean() > 0.02 * levels
    assert (ours != theirs).mean() < 0.002  # where both numbers cost the same but for rounding errors


@pytest.mark.parametrize("hidden", [0, 200_000])
def test_errors_of_another_network_are_measured_alike(hidden: int) -> None:
    found = []
    for name in ("torch", "kernel"):
        run = fresh(holdout=Holdout(hidden, 0, "strict") if hidden else Holdout())
        for group in run.groups:
            group.latents += 0.3
        with engine_for(name, run, 2) as engine:
            found.append(engine.error([tensor * 1.1 for tensor in run.network]))
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_any_number_of_threads_gives_the_same_file(small_images: Path, tmp_path: Path) -> None:
    files = []
    for threads in (1, 2, 3):
        path = tmp_path / f"{threads}.inr"
        inrcodec.encode([small_images], path, passes=60, threads=threads, engine="kernel", record=False)
        files.append(path.read_bytes())
    assert files[0] == files[1] == files[2]


def test_frozen_models_stay_and_latents_keep_their_ranges() -> None:
    base = fresh()
    tensors = list(base.leaves)
    network, context = tensors[: len(base.network)], tensors[len(base.network) :]
    frozen = FrozenModel(network, context, [(-1, 1)] * 8, 0)
    run = fresh(None, frozen)
    run.latents_frozen = False  # which `fresh` may have set
    results, gradient = stepped("kernel", run, replace(CONTEXT, done=0.1, learning_rate=1.0, latents_frozen=False))
    assert not gradient.any()
    rows = run.groups[0].latents
    assert (np.abs(rows[[0, 2, 3]]) <= 1).all()
    assert (np.abs(rows[1]) > 1).any()
    assert len(results[0].observations) == 2


def test_adding_to_a_file_with_both(small_set: Path, tmp_path: Path, newcomers: Path) -> None:
    found = [
        inrcodec.add(small_set, newcomers, tmp_path / f"{engine}.inr", steps=200, engine=engine).archive
        for engine in ("kernel", "torch")
    ]
    ours, theirs = ([image.psnr or 0.0 for image in archive] for archive in found)
    old = len(inrcodec.open(small_set))
    assert np.allclose(ours[:old], theirs[:old], atol=0.01)  # as fine as figures are stored
    assert all((found[0][number].render() == found[1][number].render()).all() for number in range(old))
    assert np.allclose(ours, theirs, atol=0.5)


def test_which_engine_does_what() -> None:
    assert engine_name(fresh()) == "kernel"
    assert engine_name(fresh(engine="torch")) == "torch"
    assert engine_name(fresh(model_for("grid", 900))) == "torch"
    with pytest.raises(UsageError, match='engine="kernel": kernels know pyramids'):
        engine_name(fresh(model_for("grid", 900), engine="kernel"))
    with pytest.raises(UsageError, match=f"unknown engine 'c'; there are: {', '.join(ENGINES)}"):
        engine_name(fresh(engine="c"))


def test_kernels_are_compiled_before_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both, whatever the design: a call of each on nothing."""
    engine = engine_for("kernel", fresh(replace_model(levels=(Level(3, 2),), hidden_width=8)), 1)
    called: list[str] = []
    for name in ("take_steps", "decide_images"):
        monkeypatch.setattr(f"inrcodec.fitting.kernels.engine.{name}", lambda *_, name=name: called.append(name))
    engine.compile()
    assert called == ["take_steps", "decide_images"]


def test_kernels_are_compiled_once(small_images: Path, tmp_path: Path) -> None:
    """Whatever they are asked for: another kind of array among the arguments would double the time for compiling."""
    script = f"""
import inrcodec
from inrcodec.fitting.kernels import alike, blocks, deciding, stretch
for name, passes, holdout, psnr in (("a.inr", 60, 0.1, None), ("b.inr", 5, 0, 22.0)):
    output = {str(tmp_path)!r} + "/" + name
    inrcodec.encode(
        [{str(small_images)!r}], output, passes=passes, holdout=holdout, target_psnr=psnr, engine="kernel", device="cpu"
    )
kernels = stretch.take_steps, deciding.decide_images, blocks.code_block, alike.count_alike
counts = [len(kernel.signatures) for kernel in kernels]
assert max(counts) == 1, counts
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_compiling_is_told_and_not_kept_in_the_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small_images: Path
) -> None:
    monkeypatch.setattr(kernel_engine, "compiled_before", lambda: False)
    phases: list[str] = []
    made = inrcodec.encode(
        [small_images], tmp_path / "a.inr", passes=5, on_progress=lambda news: phases.append(news.phase)
    )
    assert phases[0] == "compile"
    assert "compile" not in phases[1:]
    monkeypatch.setattr(kernel_engine, "compiled_before", lambda: True)
    again = inrcodec.encode([small_images], tmp_path / "b.inr", passes=5)
    assert made.archive.record.steps == again.archive.record.steps
