"""The quality that a target will need: more for more, from a look at some of the pictures, before the first step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inrcodec.bitstream.base import QUALITIES
from inrcodec.encoding import foreseeing
from inrcodec.encoding.foreseeing import Foreseen, Guessed, foreseen_quality
from inrcodec.encoding.options import EncodeOptions
from inrcodec.field.conditioning import model_for
from inrcodec.images import Picture
from inrcodec.numerics.holdout import hidden_pixels
from inrcodec.settings import FitSettings, Holdout, ModelSettings, Target


def pictures(count: int = 3, side: int = 24, roughness: float = 0.2) -> list[Picture]:
    rng, ramp = np.random.default_rng(0), np.linspace(0.2, 0.8, side)
    ramps = np.broadcast_to((ramp[:, None, None] + ramp[:, None]) / 2, (side, side, 3))
    rough = [np.clip(ramps + rng.normal(0, roughness, ramps.shape), 0, 1) for _ in range(count)]
    return [Picture(f"{number}", (255 * one).astype(np.uint8), 100) for number, one in enumerate(rough)]


def foreseen(
    target: Target | None, passes: float = 100, shown: list[Picture] | None = None, model: ModelSettings | None = None
) -> float:
    model = model or ModelSettings()
    fit = FitSettings(target=target)
    shown = pictures() if shown is None else shown
    return foreseen_quality(EncodeOptions(quality=44), shown, model, fit, passes).begun_with


def test_without_a_target_it_is_what_was_asked_for() -> None:
    assert foreseen(None) == 44


def test_more_decibels_take_more() -> None:
    few, some, many = (foreseen(Target(psnr=psnr)) for psnr in (20.0, 24.0, 60.0))
    assert few < some < many == 100
    assert 0 <= foreseen(Target(psnr=10.0)) < few


def test_more_bytes_take_more() -> None:
    few, many = (foreseen(Target(size=size)) for size in (600, 1_200))
    assert few < many
    assert foreseen(Target(size=10**9)) == 100


def test_more_passes_come_further_with_less() -> None:
    few, many = (foreseen(Target(psnr=24.0), passes) for passes in (25, 1_600))
    assert many < few


def test_rough_pictures_take_more() -> None:
    plain, rough = (foreseen(Target(psnr=26.0), shown=pictures(roughness=width)) for width in (0.1, 0.2))
    assert plain < rough


def test_without_a_pass_it_is_that_of_a_table() -> None:
    assert foreseen(Target(psnr=10.0), passes=0) == QUALITIES[0]
    assert foreseen(Target(psnr=60.0), passes=0) in QUALITIES


def test_without_a_pass_what_comes_of_it_lies_between_tables() -> None:
    found = [
        foreseen_quality(EncodeOptions(), pictures(), ModelSettings(), FitSettings(target=Target(psnr=psnr)), 0)
        for psnr in (22.0, 23.0, 24.0)
    ]
    assert [one.begun_with in QUALITIES for one in found] == [True] * 3
    assert found[0].comes_to < found[1].comes_to < found[2].comes_to


@pytest.mark.parametrize("target", [Target(psnr=35.0), Target(size=2_000), Target(size=400)])
def test_tables_that_are_finer_with_no_more_bits_are_nearer(target: Target) -> None:
    white = Picture("white", np.full((24, 24, 3), 255, np.uint8), 100)
    with pytest.MonkeyPatch.context() as patched:
        guessed = [(34.9, 0.4, 300), (99.0, 0.0, 290), (99.0, 0.1, 290), (60.0, 0.3, 290), (98.0, 0.9, 290)]
        patched.setattr(foreseeing, "_guessed", lambda sample, model, passes, table: Guessed(*guessed[table]))
        assert foreseen(target, 0, [white]) == QUALITIES[1]


def test_large_pictures_and_large_sets_are_not_looked_at_whole() -> None:
    large = pictures(1, 2_000)[0]
    (middle,) = pictures(1, 2_000)
    middle = replace(middle, stored=middle.stored[968:1_032, 968:1_032])
    assert foreseen(Target(psnr=24.0), shown=[large]) == foreseen(Target(psnr=24.0), shown=[middle])
    assert foreseen(Target(psnr=24.0), shown=[large] * 10_000) == foreseen(Target(psnr=24.0), shown=[large])


@pytest.mark.parametrize("name", ["latent", "grid"])
def test_other_designs_have_no_guesses(name: str) -> None:
    assert foreseen(Target(psnr=24.0), model=model_for(name, 10_000)) == 44


def test_other_widths_begin_where_the_usual_one_would() -> None:
    assert foreseen(Target(psnr=24.0), model=ModelSettings(hidden_width=56)) == foreseen(Target(psnr=24.0))


@pytest.mark.parametrize("passes", [0, 0.3, 100])
def test_pictures_that_come_back_exactly_are_foreseen(passes: float) -> None:
    white = Picture("white", np.full((24, 24, 3), 255, np.uint8), 100)
    assert 0 <= foreseen(Target(psnr=35.0), passes, [white]) <= 100


def test_nothing_is_foreseen_for_fits_without_a_base() -> None:
    options = EncodeOptions(quality=44, base="none")
    fit = FitSettings(target=Target(psnr=60.0))
    assert foreseen_quality(options, pictures(), ModelSettings(), fit, 100) == Foreseen(44, 44)


def test_hidden_pixels_are_not_looked_at() -> None:
    fit = FitSettings(target=Target(psnr=26.0), holdout=Holdout(200_000, 3, "release"))
    shown, noisy = pictures(), pictures()
    for number, one in enumerate(noisy):
        one.stored[hidden_pixels(3, number, 24, 24, 200_000)] = 255
    first, second = (foreseen_quality(EncodeOptions(), some, ModelSettings(), fit, 100) for some in (shown, noisy))
    assert first == second
