"""A pane draws what it is given, and keeps the characters of frames that come again."""

from __future__ import annotations

import asyncio

import numpy as np
from textual.app import App, ComposeResult

from inrcodec.tui.pane import Lines, Pane


class Frames(App[None]):
    def compose(self) -> ComposeResult:
        yield Pane()


def test_characters_of_a_frame_are_made_once() -> None:
    first, second = (np.full((20, 30, 3), level, np.uint8) for level in (40, 200))
    kept: Lines = {}

    async def run() -> None:
        app = Frames()
        async with app.run_test(size=(40, 12)) as pilot:
            pane = app.query_one(Pane)
            pane.show(first, kept)
            await pilot.pause()
            strips = dict(kept)
            assert len(strips) == 12
            pane.show(second)
            await pilot.pause()
            assert kept == strips
            assert pane.shown is second
            pane.show(first, kept)
            await pilot.pause()
            assert all(kept[key] is strip for key, strip in strips.items())
            pane.say("words")
            await pilot.pause()
            assert "words" in "".join(strip.text for strip in app.screen._compositor.render_strips())

    asyncio.run(run())
