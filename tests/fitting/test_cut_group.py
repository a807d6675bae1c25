"""Large images in windows: what is drawn and felt is what it is for the whole, whatever their sizes and the threads."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from inrcodec.fitting import cut_group
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.kernels import view
from inrcodec.fitting.kernels.parts import Quantization
from inrcodec.fitting.step_context import StepContext
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import FitSettings, Holdout, Level, ModelSettings

pytest.importorskip("numba")

SIZES = [(64, 96), (61, 75), (33, 200), (5, 131)]
USUAL = ModelSettings(hidden_width=16)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that small images have several."""
    monkeypatch.setattr(cut_group, "LARGEST", 600)
    monkeypatch.setattr(view, "TALL", 16)
    monkeypatch.setattr(view, "WIDE", 24)


def pictures(height: int, width: int, count: int = 1) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    down, across = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    waves = [np.sin(0.1 * number + 0.3 * down + rng.uniform(0.1, 0.5) * across) for number in range(3 * count)]
    stacked = (0.5 + 0.4 * np.stack(waves, -1)).astype(np.float32)
    return [stacked[..., 3 * number : 3 * number + 3] for number in range(count)]


def fit(size: tuple[int, int], count: int = 1, **settings: object) -> Fit:
    """With latents that are no zeros."""
    made = Fit(pictures(*size, count), USUAL, FitSettings(device="cpu", engine="kernel", **settings))  # type: ignore[arg-type]
    (group,) = made.run.groups
    group.latents[:] = np.random.default_rng(1).normal(0, 2, group.latents.shape).round()
    return made


@pytest.mark.parametrize("model", [USUAL, ModelSettings(levels=(Level(3, 2), Level(1, 1)), footprint=2)])
@pytest.mark.parametrize("size", SIZES)
def test_windows_share_out_all_pixels_and_all_latents(size: tuple[int, int], model: ModelSettings) -> None:
    found = view.windows(model, *size)
    assert sum(one.own_pixels for one in found) == size[0] * size[1]
    for axis, side in enumerate(size):
        stretches = dict.fromkeys((one.down, one.across)[axis] for one in found)
        for one, after in pairwise(stretches):
            assert one.pixels[1] == after.pixels[0]
            assert all(mine[1] == other[0] for mine, other in zip(one.own, after.own, strict=True))
        for one in stretches:
            for read, own, counted in zip(one.read, one.own, one.counted, strict=True):
                assert read[0] <= counted[0] <= own[0] < own[1] <= counted[1] <= read[1]
        last = list(stretches)[-1]
        assert [high for _, high in last.own] == [level.cells(side) for level in model.levels]


@pytest.mark.parametrize("footprint", [1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_what_windows_draw_is_the_field(size: tuple[int, int], footprint: int, small_windows: None) -> None:
    made = fit(size)
    run = made.run
    run.footprint = footprint
    ((_, drawn),) = made.pictures()
    assert run.groups[0].cuts > 1
    levels, rows, columns = run.groups[0].levels(run.groups[0].latents), Axis(size[0]), Axis(size[1])
    expected = run.field().pixels(levels, run.groups[0].conditions, rows, columns, (footprint, footprint))
    np.testing.assert_allclose(drawn, expected[:, 0].transpose(1, 2, 0).clip(0, 1), atol=2e-5)


@pytest.mark.parametrize("size", SIZES)
def test_windows_together_feel_what_the_whole_feels(
    size: tuple[int, int], small_windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first moments of latents after one step are their gradients; windows have them per pixel of their own."""
    context = StepContext(
        done=0.5, learning_rate=1e-6, rate_weight=1e-4, footprint=1, weight_steps=[], latents_frozen=False,
        released=True, pixels=size[0] * size[1], seed=7, number=0,
    )  # fmt: skip
    monkeypatch.setattr("inrcodec.fitting.kernel_engine._quantization", lambda _: Quantization(rounded=True))
    monkeypatch.setattr(view, "BEYOND", 2)
    found = []
    for largest in (600, 1 << 20):
        monkeypatch.setattr(cut_group, "LARGEST", largest)
        made = fit(size)
        (group,) = made.run.groups
        total = np.zeros_like(group.latents[0])
        for unit in range(group.units):
            before = group.adam.state()[1][0].copy()
            with made._engine as engine:
                engine.step(context, [(0, np.array([unit]))])
            pixels = made._engine._images.cut[0].views[unit].own_pixels if group.cuts > 1 else size[0] * size[1]  # type: ignore[attr-defined]
            total += pixels * (group.adam.state()[1][0] - before)
        found.append(total)
    windows, whole = found
    assert np.corrcoef(windows, whole)[0, 1] > 0.99
    assert np.linalg.norm(windows - whole) < 0.1 * np.linalg.norm(whole)


def test_windows_without_what_is_around_them_teach_the_network_the_same(
    small_windows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = StepContext(
        done=0.96, learning_rate=1e-6, rate_weight=0.0, footprint=1, weight_steps=[], latents_frozen=True,
        released=True, pixels=64 * 96, seed=7, number=0,
    )  # fmt: skip
    monkeypatch.setattr(view, "BEYOND", 0)
    found = []
    for largest in (600, 1 << 20):
        monkeypatch.setattr(cut_group, "LARGEST", largest)
        made = fit((64, 96))
        with made._engine as engine:
            results, gradient = engine.step(context, [(0, np.arange(made.run.groups[0].units))])
        found.append((results[0].error, gradient))
    (error, gradient), (whole_error, whole_gradient) = found
    assert error == pytest.approx(whole_error, rel=1e-5)
    np.testing.assert_allclose(gradient, whole_gradient, rtol=1e-3, atol=1e-6)


def test_any_number_of_threads_fits_the_same(small_windows: None) -> None:
    found = []
    for threads in (1, 2):
        holdout = Holdout(200_000, 0, "release")
        made = fit((61, 75), 2, threads=threads, passes=60, holdout=holdout)
        phases = {progress.phase for progress in made.steps()}
        assert {"fit", "qat", "round", "freeze"} <= phases
        ended = made.finish()
        found.append(b"".join(level.tobytes() for image in ended.latents for level in image))
        assert ended.held_out is not None
        assert np.isfinite(ended.held_out.squared).all()
        errors = [
            np.square(drawn - shown).mean()
            for (_, drawn), shown in zip(made.pictures(), pictures(61, 75, 2), strict=True)
        ]
        assert max(errors) < 8e-3
    assert found[0] == found[1]
