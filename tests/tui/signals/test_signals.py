"""Signals in the terminal: a sound is drawn, zoomed and moved along, a clip plays; other kinds are refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

import inrcodec
from inrcodec.archive import Signal
from inrcodec.bitstream.signal_header import SignalHeader
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.cli.app import main
from inrcodec.errors import UsageError
from inrcodec.field.signal_field import signal_shapes
from inrcodec.settings import NetworkSettings
from inrcodec.tui.pane import Pane
from inrcodec.tui.signals.app import SignalBrowser, screen_of
from inrcodec.tui.signals.screen import SignalScreen
from inrcodec.tui.signals.sound import WAVE, spectrum_picture, wave_picture

Script = Callable[[SignalScreen[Any], Pilot[None]], Coroutine[Any, Any, None]]
GOLDEN = Path(__file__).parents[2] / "golden" / "signals"
PATIENCE = 60.0


def clip() -> Signal:
    """Four frames of a made-up network, named as no file should be."""
    network = NetworkSettings(6, 2)
    header = SignalHeader(
        version=2,
        kind="video",
        axes=(12, 8, 4),
        channels=3,
        network=network,
        places=((0.0, 12.0), (0.0, 8.0), (0.0, 0.4)),
        scale=((0.0, 1.0),) * 3,
        software="made up",
    )
    rng = np.random.default_rng(0)
    tensors = [CodedTensor(rng.integers(-200, 200, shape), -28) for shape in signal_shapes(network, 3, 3)]
    return Signal.from_bytes(pack_signal(header, tensors, "[red]clip\x1b[2J.gif"))


def play(signal: Signal, script: Script) -> None:
    """Run the app over a signal and a script over the app."""

    async def run() -> None:
        app = SignalBrowser(signal)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            screen = app.screen
            assert isinstance(screen, SignalScreen)
            await until(pilot, lambda: screen.query_one(Pane).shown is not None)
            await script(screen, pilot)

    asyncio.run(run())


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, "it never came to that"
        await pilot.pause(0.02)


def bar(screen: SignalScreen[Any]) -> str:
    return str(screen.query_one("#bar", Static).visual)


def test_a_sound_is_drawn_zoomed_and_moved_along() -> None:
    async def script(screen: SignalScreen[Any], pilot: Pilot[None]) -> None:
        whole = screen.query_one(Pane).shown
        assert whole is not None
        assert whole.shape == (2 * 21, 80, 3)
        assert "0.000 to 4.000 s" in bar(screen)
        for key, said in (("plus", "1.000 to 3.000 s"), ("l", "1.250 to 3.250 s"), ("end", "2.000 to 4.000 s")):
            await pilot.press(key)
            assert said in bar(screen), key
        await until(pilot, lambda: screen.is_painted)
        assert not np.array_equal(whole, screen.query_one(Pane).shown)
        await pilot.press("0")
        assert "0.000 to 4.000 s" in bar(screen)
        await pilot.press("question_mark")

    play(inrcodec.open_signal(GOLDEN / "sound.inr"), script)


def test_a_clip_plays_stops_and_slows_down() -> None:
    async def script(screen: SignalScreen[Any], pilot: Pilot[None]) -> None:
        first = bar(screen)
        await until(pilot, lambda: bar(screen) != first)
        await pilot.press("space")
        assert "still" in bar(screen)
        await pilot.press("home")
        assert "1/4" in bar(screen)
        await until(pilot, lambda: screen.is_painted)
        begin = screen.query_one(Pane).shown
        await pilot.press("end")
        assert "4/4" in bar(screen)
        await until(pilot, lambda: screen.is_painted)
        assert not np.array_equal(begin, screen.query_one(Pane).shown)
        await pilot.press("s")
        assert "/8" in bar(screen)
        headline = str(screen.query_one("#headline", Static).visual)
        assert "[red]clip" in headline
        assert "\x1b" not in headline

    play(clip(), script)


def test_a_wave_and_a_tone_are_where_they_belong() -> None:
    rate, times = 8000.0, np.arange(8000) / 8000
    tone = (0.5 * np.sin(2 * np.pi * 1000 * times))[:, None].astype(np.float32)
    wave = wave_picture(tone, 40, 20, 1.0)
    blue = (wave == WAVE).all(axis=2)
    assert blue[5:15].all()
    assert not blue[:4].any()
    spectrum = spectrum_picture(tone[:, 0], 0, 8000, 40, 60, rate).sum(axis=2)
    row = int(spectrum[:, 20].argmax())
    hertz = 40 * (4000 / 40) ** ((60 - row - 0.5) / 60)
    assert 0.9 < hertz / 1000 < 1.1
    assert spectrum[-1, 20] < spectrum[row, 20] / 4


def test_what_cannot_be_shown_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="no field"):
        screen_of("field")
    assert main(["browse", str(GOLDEN / "field.inr")]) == 2
    assert main(["browse", str(GOLDEN / "sound.inr"), "--against", "."]) == 2
    assert main(["browse", str(GOLDEN / "sound.inr")]) == 2
    assert "needs a terminal" in capsys.readouterr().err
