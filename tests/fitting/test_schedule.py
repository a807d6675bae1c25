"""Learning rates where latents come to stand still."""

from __future__ import annotations

import pytest

from inrcodec.fitting import schedule


def test_rates_of_shared_weights_start_anew_when_latents_stand_still_and_fall_to_nothing() -> None:
    before, step = schedule.FROZEN_FROM - 1e-6, 1000
    assert schedule.network_rate(before, step) == schedule.context_rate(before, step)
    assert schedule.network_rate(before, step) == schedule.learning_rate(before, step)
    assert schedule.network_rate(schedule.FROZEN_FROM, step) == pytest.approx(schedule.SETTLED_NETWORK_RATE)
    assert schedule.network_rate(schedule.FROZEN_FROM, step) > 5 * schedule.learning_rate(before, step)
    assert schedule.network_rate(1.0, step) == 0.0


def test_guessed_latents_need_less_noise_and_less_warming_up() -> None:
    assert schedule.softness(0.25) is None
    assert schedule.softness(0.25, guessed=True) is not None
    assert schedule.learning_rate(0.001, 20, guessed=True) > 4 * schedule.learning_rate(0.001, 20)
    assert schedule.softness(0.94, guessed=True) == schedule.softness(0.94)


def test_a_few_passes_are_gentle_with_guesses_and_with_nothing_else() -> None:
    assert schedule.gentleness(2, guessed=True) < schedule.gentleness(10, guessed=True) < 1
    assert schedule.gentleness(25, guessed=True) == schedule.gentleness(300, guessed=True) == 1
    assert schedule.gentleness(2, guessed=False) == 1
