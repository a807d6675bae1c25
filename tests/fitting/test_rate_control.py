"""Lambda follows the target: a model of a fit in place of the fit."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.fitting.rate_control import FARTHEST, LARGEST_WEIGHT, ROUNDING_ERROR, SMALLEST_WEIGHT, RateControl
from inrcodec.fitting.schedule import FROZEN_FROM, RELEASED_FROM
from inrcodec.settings import Target

IMAGES = np.arange(4)


def ended(target: Target | None, start: float, *, guessed: bool = False) -> RateControl:
    """A pretended fit: 9 dB less and 1.4 octaves fewer bits for each decade of lambda."""
    rate_control = RateControl(start, target, len(IMAGES), network_bits=8000.0, guessed=guessed)
    for done in np.linspace(0.0, 1.0, 400):
        decades = np.log10(rate_control.weight / 1e-3)
        psnr = 34.0 - 9.0 * decades
        rate_control.observe(IMAGES, np.full(4, 10 ** (-psnr / 10)), 4000.0 * 2 ** (-1.4 * decades))
        rate_control.adjust(float(done))
    return rate_control


@pytest.mark.parametrize("start", [1e-4, 1e-3, 1e-2])
def test_psnr_is_reached_from_anywhere(start: float) -> None:
    assert abs(ended(Target(psnr=33.0), start).psnr() - 33.0) < 0.1


@pytest.mark.parametrize("start", [1e-4, 1e-3, 1e-2])
def test_size_is_reached_from_anywhere(start: float) -> None:
    assert abs(ended(Target(size=4000), start).size() / 4000 - 1) < 0.02


def test_without_a_target_lambda_stays() -> None:
    assert ended(None, 5e-4).weight == 5e-4


@pytest.mark.parametrize(
    ("target", "start", "bound"),
    [
        (Target(psnr=1.0), 1e-2, LARGEST_WEIGHT),
        (Target(psnr=90.0), 1e-5, SMALLEST_WEIGHT),
        (Target(psnr=90.0), 1e-3, SMALLEST_WEIGHT),
    ],
)
def test_the_unreachable_does_not_wind_lambda_up(target: Target, start: float, bound: float) -> None:
    assert ended(target, start).weight == pytest.approx(bound)


def test_from_guesses_lambda_stays_near_what_they_foresaw() -> None:
    assert ended(Target(psnr=90.0), 1e-3, guessed=True).weight == pytest.approx(1e-3 / 10**FARTHEST)


def test_a_restored_one_goes_on_from_the_same_bounds() -> None:
    before, after = (RateControl(weight, Target(psnr=90.0), len(IMAGES), guessed=True) for weight in (1e-3, 1e-2))
    after.restore(before.state())
    for one in (before, after):
        one.observe(IMAGES, np.full(4, 1e-3), 100.0)
        for done in np.linspace(0.1, 0.9, 200):
            one.adjust(float(done))
    assert after.weight == before.weight


def test_what_released_pixels_add_to_the_error_is_waited_for() -> None:
    """Of a fit of 100 passes, a tenth: errors that triple for that while do not move lambda."""
    rate_control = RateControl(1e-3, Target(psnr=30.0), len(IMAGES), hides=True)
    for done in np.linspace(0.0, 0.9, 400):
        released = RELEASED_FROM <= done < RELEASED_FROM + 0.09
        rate_control.observe(IMAGES, np.full(4, 3e-3 if released else 1e-3 - ROUNDING_ERROR), 4000.0)
        rate_control.adjust(float(done), passes=100.0)
    assert rate_control.weight == pytest.approx(1e-3, rel=0.02)


def test_a_short_fit_is_given_time_to_follow() -> None:
    short, long = (RateControl(1e-3, Target(psnr=30.0), len(IMAGES)) for _ in range(2))
    for one, passes in ((short, 60.0), (long, 6000.0)):
        one.observe(IMAGES, np.full(4, 2e-3), 4000.0)
        for done in (0.40, 0.41):
            one.adjust(done, passes)
    assert np.log(long.weight / 1e-3) / np.log(short.weight / 1e-3) == pytest.approx(10 / 9)


def test_nothing_moves_once_the_latents_stand_still() -> None:
    rate_control = RateControl(1e-3, Target(psnr=40.0), len(IMAGES))
    rate_control.observe(IMAGES, np.full(4, 1e-3), 100.0)
    rate_control.adjust(FROZEN_FROM)
    assert rate_control.weight == 1e-3


def from_guesses(target: Target, start: float) -> RateControl:
    """A pretended fit that begins with guesses: it still gains 4 dB, and its latents lose a third of their bits.

    Late, hardly anything follows lambda any more.
    """
    rate_control = RateControl(start, target, len(IMAGES), guessed=True, network_bits=800.0)
    decades = np.log10(start / 1e-3)
    for done in np.linspace(0.0, 1.0, 400):
        follows = 0.05 if done < 0.5 else 0.002
        decades += follows * (np.log10(rate_control.weight / 1e-3) - decades)
        rest = max(0.0, 1.0 - done / 0.5)
        rate_control.observe(IMAGES, np.full(4, 10 ** (-(34 - 4 * rest - 9 * decades) / 10)),
                             4000.0 * 2 ** (0.6 * rest - 1.4 * decades))  # fmt: skip
        rate_control.adjust(float(done), passes=200.0)
    return rate_control


@pytest.mark.parametrize("start", [5e-4, 1e-3, 3e-3])
def test_fits_from_guesses_are_led_while_latents_follow(start: float) -> None:
    assert abs(from_guesses(Target(psnr=33.0), start).psnr() - 33.0) < 0.5
    assert abs(from_guesses(Target(size=1_600), start).size() / 1_600 - 1) < 0.08


def test_what_a_network_costs_is_counted_now_and_then_where_size_is_the_target() -> None:
    size, psnr = (RateControl(1e-3, target, len(IMAGES)) for target in (Target(size=4_000), Target(psnr=30.0)))
    for one in (size, psnr):
        assert one.asks(0.0)
        one.count(8_000.0, 0.1)
        assert not one.asks(0.11)
    assert size.asks(0.2)
    assert not psnr.asks(0.2)


def test_state_survives_a_checkpoint() -> None:
    before = ended(Target(psnr=33.0), 1e-4)
    after = RateControl(1.0, Target(psnr=33.0), len(IMAGES))
    after.restore(before.state())
    assert after.weight == before.weight
    assert after.psnr() == before.psnr()
