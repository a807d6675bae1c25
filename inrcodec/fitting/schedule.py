"""What happens when, as functions of how much of the fit is done (0 to 1); see docs/experiments.md."""

from __future__ import annotations

import math

NOISE_UNTIL = 0.30  # uniform noise on the latents, then soft rounding with less and less noise
QUANTISED_FROM = 0.70  # the network learns to live with its quantised weights
FROZEN_FROM = 0.93  # the quantised network stands still and rounded latents are fitted to it
RELEASED_FROM = 0.50  # held-out pixels join the loss
WARM_UP_STEPS = 100
FIRST_TEMPERATURE, LAST_TEMPERATURE = 0.3, 0.1
FIRST_NOISE, LAST_NOISE = 1.0, 0.5
LOWEST_RATE = 0.005
BITS_PER_WEIGHT = 6.0  # for the estimate shown while fitting


def learning_rate(done: float, step: int) -> float:
    """Factor on every learning rate: a short warm-up, then half a cosine."""
    return min(1.0, (step + 1) / WARM_UP_STEPS) * (0.5 * (1.0 + math.cos(math.pi * done)) + LOWEST_RATE)


def softness(done: float) -> tuple[float, float] | None:
    """Temperature and noise width of soft rounding, or None while plain noise is on."""
    if done < NOISE_UNTIL:
        return None
    share = min(1.0, (done - NOISE_UNTIL) / (FROZEN_FROM - NOISE_UNTIL))
    return (
        FIRST_TEMPERATURE + share * (LAST_TEMPERATURE - FIRST_TEMPERATURE),
        FIRST_NOISE + share * (LAST_NOISE - FIRST_NOISE),
    )
