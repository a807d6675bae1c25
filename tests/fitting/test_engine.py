"""The engine through its door: pictures in, integers out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Archive
from inrcodec.encoding import assemble, measure
from inrcodec.errors import UsageError
from inrcodec.fitting import objective
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.progress import Fitted, Progress
from inrcodec.images import Picture
from inrcodec.settings import CONDITIONINGS, FitSettings, Holdout, ModelSettings, model_for

SIZES = [(12, 12), (12, 12), (16, 10), (9, 13), (12, 12), (10, 10)]
FLOORS = {"pyramid": 24.0, "grid": 17.0}  # dB after a few seconds; a flat mean colour gives about 13


def drawing(number: int, height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    disc = (rows - 0.3 - 0.05 * number) ** 2 + (columns - 0.5) ** 2 < 0.08
    planes = [np.where(disc, 0.1 * number + 0.2, rows), np.where(disc, 0.9, 0.3), columns * (0.5 + 0.08 * number)]
    return np.stack(planes, axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return [Picture(f"{n}.png", drawing(n, *size), 100) for n, size in enumerate(SIZES)]


def run(pictures: list[Picture], model: ModelSettings, settings: FitSettings) -> tuple[list[Progress], Fitted]:
    fit = Fit([picture.pixels for picture in pictures], model, settings)
    return list(fit.steps()), fit.finish()


def settings(**changes: object) -> FitSettings:
    return replace(FitSettings(rate_weight=2e-4, passes=200, threads=1, device="cpu"), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CONDITIONINGS)
def test_six_tiny_images_fit_above_a_floor(name: str, pictures: list[Picture]) -> None:
    model = model_for(name, sum(height * width for height, width in SIZES))
    _, fitted = run(pictures, model, settings())
    archive = Archive.from_bytes(assemble(pictures, model, Holdout(), fitted))
    psnrs = measure(archive, pictures)
    assert np.mean(psnrs) > FLOORS[name], psnrs
    for image, picture in zip(archive, pictures, strict=True):
        assert image.render().shape == picture.pixels.shape
        assert image.render(40).shape[:2] == tuple(
            round(40 * s / max(picture.pixels.shape[:2])) for s in picture.pixels.shape[:2]
        )


def test_more_rate_weight_makes_fewer_bits_and_more_error(pictures: list[Picture]) -> None:
    sizes, qualities = [], []
    for weight in (5e-5, 3e-3):
        model = model_for("pyramid", 900)
        _, fitted = run(pictures, model, settings(rate_weight=weight, passes=80))
        blob = assemble(pictures, model, Holdout(), fitted)
        archive = Archive.from_bytes(blob)
        sizes.append(float(archive.figures["bits"].sum()))
        qualities.append(np.mean(measure(archive, pictures)))
    assert sizes[0] > sizes[1] * 1.5
    assert qualities[0] > qualities[1] + 1.0


def test_a_seed_repeats_itself(pictures: list[Picture]) -> None:
    model = model_for("pyramid", 900)
    first, second, other = (run(pictures, model, settings(passes=6, seed=seed))[1] for seed in (1, 1, 2))
    assert all(
        (a == b).all() for x, y in zip(first.latents, second.latents, strict=True) for a, b in zip(x, y, strict=True)
    )
    assert all((a.integers == b.integers).all() for a, b in zip(first.network, second.network, strict=True))
    assert any((a.integers != b.integers).any() for a, b in zip(first.network, other.network, strict=True))


def test_progress_counts_up_to_the_end(pictures: list[Picture]) -> None:
    seen, _ = run(pictures, model_for("pyramid", 900), settings(passes=20))
    done = [news.step for news in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].steps == 20 * len(SIZES)
    assert [news.phase for news in seen] == sorted((n.phase for n in seen), key=["fit", "settle", "freeze"].index)
    assert {"fit", "settle", "freeze"} == {news.phase for news in seen}
    assert seen[-1].passes == pytest.approx(20)
    assert seen[-1].remaining == 0.0


def test_a_time_limit_ends_the_fit_through_all_phases(pictures: list[Picture]) -> None:
    seen, fitted = run(pictures, model_for("pyramid", 900), settings(passes=100_000, time_limit=1.5))
    assert fitted.seconds < 4.0
    assert seen[-1].phase == "freeze"
    assert seen[-1].step == seen[-1].steps


def test_a_restored_fit_ends_where_an_uninterrupted_one_does(pictures: list[Picture], tmp_path: Path) -> None:
    model, asked = model_for("pyramid", 900), settings(passes=12, holdout=Holdout(100_000, 0, "release"))
    pixels = [picture.pixels for picture in pictures]
    _, whole = run(pictures, model, asked)
    for pause in (1, 40):  # between two passes and late in the fit, or there about
        first, second = Fit(pixels, model, asked), Fit(pixels, model, asked)
        steps = first.steps()
        while next(steps).step < pause:
            pass
        first.save(tmp_path / "checkpoint")
        second.restore(tmp_path / "checkpoint")
        assert second.meter.done == first.meter.done
        rest = list(second.steps())
        assert rest[-1].passes >= 12
        resumed = second.finish()
        assert len(resumed.latents) == len(whole.latents)
        assert resumed.holdout_error is not None


@pytest.mark.parametrize("mode", ["release", "strict"])
def test_hidden_pixels_are_worse_than_visible_ones(mode: str, pictures: list[Picture]) -> None:
    holdout = Holdout(300_000, 5, mode)
    model = model_for("pyramid", 900)
    _, fitted = run(pictures, model, settings(holdout=holdout, passes=150))
    assert fitted.holdout_error is not None
    assert fitted.holdout_error.shape == (6,)
    archive = Archive.from_bytes(assemble(pictures, model, holdout, fitted))
    assert all(image.holdout_psnr is not None for image in archive)
    overall = np.mean([10 ** (-psnr / 10) for psnr in measure(archive, pictures)])
    assert fitted.holdout_error.mean() > 1.5 * overall


def test_strict_holdout_is_what_the_file_decodes_to(pictures: list[Picture]) -> None:
    from inrcodec.holdout import hidden_pixels

    holdout = Holdout(200_000, 9, "strict")
    model = model_for("pyramid", 900)
    _, fitted = run(pictures, model, settings(holdout=holdout, passes=30))
    archive = Archive.from_bytes(assemble(pictures, model, holdout, fitted))
    assert fitted.holdout_error is not None
    for number, picture in enumerate(pictures):
        hidden = hidden_pixels(9, number, *picture.pixels.shape[:2], 200_000)
        error = np.square(archive[number].render_stored() - picture.pixels)[hidden].mean()
        assert fitted.holdout_error[number] == pytest.approx(error, rel=1e-3)


def test_bands_change_nothing_but_memory(pictures: list[Picture], monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_for("pyramid", 900)
    _, whole = run(pictures, model, settings(passes=3))
    monkeypatch.setattr(objective, "BAND_POINTS", 40)
    _, banded = run(pictures, model, settings(passes=3))
    for first, second in zip(whole.network, banded.network, strict=True):
        assert np.abs(first.values() - second.values()).max() < 0.02


def test_unknown_devices_and_threads_are_refused(pictures: list[Picture]) -> None:
    for wrong in ({"device": "abacus"}, {"threads": 0}):
        with pytest.raises(UsageError):
            Fit([pictures[0].pixels], ModelSettings(), settings(**wrong))


@pytest.mark.gpu
@pytest.mark.parametrize("name", CONDITIONINGS)
def test_cuda_fits_like_the_cpu(name: str, pictures: list[Picture]) -> None:
    model = model_for(name, 900)
    _, fitted = run(pictures, model, settings(device="cuda", threads=None))
    archive = Archive.from_bytes(assemble(pictures, model, Holdout(), fitted))
    assert np.mean(measure(archive, pictures)) > FLOORS[name]
