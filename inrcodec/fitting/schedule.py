"""What happens when, as functions of how much of the fit is done (0 to 1); see docs/experiments.md."""

from __future__ import annotations

import math

NOISE_UNTIL = 0.30  # uniform noise on the latents, then soft rounding with less and less noise
GUESSED_NOISE_UNTIL = 0.20  # the same where latents begin as a network guesses them
AREAS_FROM = 0.75  # pixels are points until then, and areas, as the decoder draws them, from then on
QUANTIZED_FROM = 0.70  # the network learns to live with its quantized weights
FROZEN_FROM = 0.94  # latents are rounded and stand still; the network adapts to them
RELEASED_FROM = 0.50  # held-out pixels join the loss
WARM_UP_STEPS, WARM_UP_UNTIL = 100, 0.05  # whichever comes first
GUESSED_WARM_UP_STEPS = 20
FULL_RATE_FROM = 25  # passes: fewer noisy steps at the full rate make of guesses what is worse than they were
FIRST_TEMPERATURE, LAST_TEMPERATURE = 0.3, 0.05
FIRST_NOISE, LAST_NOISE = 1.0, 0.3
LOWEST_RATE = 0.005
SETTLED_RATE = 0.2  # of the context model when the latents come to stand still: what it codes is then at last known
SETTLED_NETWORK_RATE = 0.1  # of the network then: it meets whole latents for the first time
PHASES = (RELEASED_FROM, QUANTIZED_FROM, AREAS_FROM, FROZEN_FROM, 1.0)  # where what a step looks at changes


def same_phase(done: float, later: float) -> bool:
    """Whether nothing but rates and temperatures changes between these two."""
    return not any(done < start <= later for start in PHASES)


def footprint(done: float, native: int) -> int:
    """Sub-samples per pixel and axis: points teach as much in a fraction of the time, so areas may wait."""
    return native if done >= AREAS_FROM else 1


def learning_rate(done: float, step: int, *, guessed: bool = False) -> float:
    """Factor on every learning rate: a short warm-up, then half a cosine; guessed: whether latents begin as guesses."""
    warmed = max((step + 1) / (GUESSED_WARM_UP_STEPS if guessed else WARM_UP_STEPS), done / WARM_UP_UNTIL)
    return min(1.0, warmed) * (0.5 * (1.0 + math.cos(math.pi * done)) + LOWEST_RATE)


def gentleness(passes: float, *, guessed: bool) -> float:
    """Another factor on every learning rate, by how many passes there are to be."""
    return min(1.0, passes / FULL_RATE_FROM) if guessed else 1.0


def context_rate(done: float, step: int, *, guessed: bool = False) -> float:
    """The same factor for the context model; once the latents stand still, it falls from `SETTLED_RATE` to nothing."""
    return _settling(SETTLED_RATE, done, learning_rate(done, step, guessed=guessed))


def network_rate(done: float, step: int, *, guessed: bool = False) -> float:
    """The same factor for a network that draws from grids of latents; it falls from `SETTLED_NETWORK_RATE` then."""
    return _settling(SETTLED_NETWORK_RATE, done, learning_rate(done, step, guessed=guessed))


def _settling(settled: float, done: float, usual: float) -> float:
    if done < FROZEN_FROM:
        return usual
    return settled * (1.0 - done) / (1.0 - FROZEN_FROM)


def softness(done: float, *, guessed: bool = False) -> tuple[float, float] | None:
    """Temperature and noise width of soft rounding, or None while plain noise is on."""
    noise_until = GUESSED_NOISE_UNTIL if guessed else NOISE_UNTIL
    if done < noise_until:
        return None
    share = min(1.0, (done - noise_until) / (FROZEN_FROM - noise_until))
    return (
        FIRST_TEMPERATURE + share * (LAST_TEMPERATURE - FIRST_TEMPERATURE),
        FIRST_NOISE + share * (LAST_NOISE - FIRST_NOISE),
    )
