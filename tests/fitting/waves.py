"""Pictures that are quick to fit, and a fit of them."""

from __future__ import annotations

import numpy as np

from inrcodec.fitting.engine import Fit
from inrcodec.settings import FitSettings, ModelSettings


def waves(count: int, side: int) -> list[np.ndarray]:
    """Smooth pictures that are white and black in places."""
    rng = np.random.default_rng(3)
    down, across = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    drawn = []
    for _ in range(count):
        planes = [np.sin(rng.uniform(0, 0.4) * down + rng.uniform(0, 0.4) * across + channel) for channel in range(3)]
        drawn.append((0.5 + 0.6 * np.stack(planes, -1)).clip(0, 1).astype(np.float32))
    return drawn


def fit_by(engine: str, threads: int = 1) -> Fit:
    settings = FitSettings(1e-3, passes=100, engine=engine, threads=threads)
    return Fit(waves(16, 32), ModelSettings(hidden_width=16), settings)
