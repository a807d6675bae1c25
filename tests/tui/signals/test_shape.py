"""A shape in the terminal: turned, tilted, zoomed, moved and spun with keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from textual.pilot import Pilot

from inrcodec.archive import Signal
from inrcodec.bitstream.signal_header import SIGNAL_VERSION, SignalHeader
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.field.signal_field import signal_shapes
from inrcodec.settings import NetworkSettings
from inrcodec.tui.halfblocks import Levels
from inrcodec.tui.pane import Pane
from inrcodec.tui.signals.screen import SignalScreen
from tests.tui.signals.test_signals import bar, play, until


def slope() -> Signal:
    """Half of a box of 20 mm is filled: its field is x, the network's linear skip and nothing else."""
    network = NetworkSettings(hidden_width=4, hidden_layers=1, activation="sine", w0=(1,))
    tensors = [np.zeros(shape, np.int64) for shape in signal_shapes(network, 1, 3)]
    tensors[0][-1, 0] = 1
    header = SignalHeader(
        version=SIGNAL_VERSION,
        kind="shape",
        axes=(16, 16, 16),
        channels=1,
        network=network,
        places=((0.0, 20.0),) * 3,
        scale=((-10.0, 10.0),),
        software="test",
    )
    return Signal.from_bytes(pack_signal(header, tuple(CodedTensor(tensor, 0) for tensor in tensors), "half"))


def shown(screen: SignalScreen[Any]) -> Levels:
    levels = screen.query_one(Pane).shown
    assert levels is not None
    return levels


def filled(levels: Levels) -> np.ndarray:
    """Where something else than the ground is."""
    return (levels != levels[0, 0]).any(axis=2)


def test_a_shape_turns_tilts_and_comes_nearer() -> None:
    async def script(screen: SignalScreen[Any], pilot: Pilot[None]) -> None:
        async def pressed(*keys: str) -> Levels:
            await pilot.press(*keys)
            await until(pilot, lambda: screen.is_painted)
            return shown(screen)

        assert "turned 30°, from 25° above, 1 x    box 20 x 20 x 20" in bar(screen)
        await until(pilot, lambda: screen.is_painted)
        first = shown(screen)
        changes: list[tuple[str, str, Callable[[Levels], bool]]] = [
            ("home", "turned 0°, from 0° above", lambda now: filled(now)[:, :40].sum() > 3 * filled(now)[:, 40:].sum()),
            ("l", "turned 350°", lambda now: True),
            ("j", "from 10° above", lambda now: True),
            ("pagedown", "turned 35°", lambda now: True),
            ("end", "from 90° above", lambda now: True),
            ("plus", "1.25 x", lambda now: True),
        ]
        before = first
        for key, said, right in changes:
            now = await pressed(key)
            assert said in bar(screen), key
            assert right(now), key
            assert not np.array_equal(now, before), key
            before = now
        moved = await pressed("d")
        assert filled(moved).nonzero()[1].mean() > filled(before).nonzero()[1].mean()
        np.testing.assert_array_equal(await pressed("0"), first)

    play(slope(), script)


def test_it_turns_by_itself_and_stops() -> None:
    async def script(screen: SignalScreen[Any], pilot: Pilot[None]) -> None:
        before = bar(screen)
        await pilot.press("space")
        await until(pilot, lambda: "turning" in bar(screen) and bar(screen).split("°")[0] != before.split("°")[0])
        await pilot.press("space")
        assert "turning" not in bar(screen)
        await until(pilot, lambda: screen.is_painted)
        await pilot.press("question_mark", "5", "l")
        await until(pilot, lambda: screen.is_painted)

    play(slope(), script)
