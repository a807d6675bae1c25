"""The committed sound and clip are what the scripts draw, and what the papers promise of them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from inrcodec.signals.sound import read_sound
from inrcodec.signals.video import read_frames

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(SAMPLES), *sys.path])


def test_the_melody() -> None:
    import draw_bell

    sound = read_sound(SAMPLES / "bell.wav")
    assert (sound.rate, sound.samples.shape) == (draw_bell.RATE, (32_000, 1))
    np.testing.assert_allclose(sound.samples[:, 0], draw_bell.melody(), atol=1e-4)
    finer = draw_bell.melody(3 * draw_bell.RATE)[::3]
    assert np.abs(finer - draw_bell.melody()).max() < 0.01


def test_the_ball() -> None:
    import draw_ball

    frames = list(read_frames(SAMPLES / "ball.gif"))
    assert len(frames) == draw_ball.FRAMES
    assert {round(1000 * frame.seconds) for frame in frames} == {draw_ball.MILLISECONDS}
    for found, drawn in zip(frames, draw_ball.frames(), strict=True):
        assert np.abs(found.pixels.astype(float) - drawn).mean() < 3
    assert (SAMPLES / "ball.gif").stat().st_size < 40_000
