"""Real pixels follow what one looks at, and go away when something else is looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.widgets import Static

from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.picture import Picture
from inrcodec.tui.terminal import Terminal

from .conftest import play, seen, until

SHOWN, GONE = "\x1b_Ga=T", "\x1b_Ga=d"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes past the compositor to the terminal."""
    words: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: words.append(data))
    return words


def test_kitty_pictures_follow_zoom_and_pan_and_make_way(forty: Path, written: list[str]) -> None:
    def count(what: str) -> int:
        return sum(words.count(what) for words in written)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        beside = app.query_one("#chosen", Picture)
        await until(pilot, lambda: beside.is_laid)
        await pilot.press("enter")
        assert isinstance(app.screen, Detail)
        picture = app.screen.query_one(Picture)
        await until(pilot, lambda: picture.is_laid)
        assert not beside.is_laid
        place = re.match(r"\x1b7\x1b\[(\d+);(\d+)H\x1b_Ga=T,.*?c=(\d+),r=(\d+)", written[-1])
        assert place is not None
        top, left, columns, lines = map(int, place.groups())
        assert (top, left, lines) == (2, 1 + (120 - columns) // 2, 34)  # between headline and footer
        assert picture.shown is not None
        for key in ("plus", "right", "u"):
            shown = count(SHOWN)
            await pilot.press(key)
            await until(pilot, lambda shown=shown: count(SHOWN) > shown)
        gone = count(GONE)
        await pilot.press("question_mark")
        await until(pilot, lambda: count(GONE) > gone)
        assert not picture.is_laid
        await pilot.press("escape")
        await until(pilot, lambda: picture.is_laid)
        await pilot.press("escape")
        await until(pilot, lambda: beside.is_laid)
        assert count(SHOWN) - count(GONE) == 1

    play(forty, script, backend=ImageBackend("kitty", Terminal(cell=(10, 20))))


def test_sixels_are_written_in_whole_characters(forty: Path, written: list[str]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one(Picture).is_laid)
        assert '\x1bP0;1;0q"1;1;' in written[-1]

    play(forty, script, backend=ImageBackend("sixel", Terminal(cell=(10, 20))))


def test_half_blocks_write_nothing_past_the_compositor(forty: Path, written: list[str]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter", "plus", "escape")
        assert not [words for words in written if "\x1b_G" in words or "\x1bP" in words]

    play(forty, script)


def test_without_pictures_there_are_names_and_figures(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("right")
        assert app.query_one(Grid).cell_height == 1
        await pilot.press("enter")
        await pilot.pause()
        assert "▀" not in seen(app)
        assert "held-out" in seen(app)
        await pilot.press("escape", "a")
        assert len(app.screen_stack) == 1
        await until(pilot, lambda: "--images" in seen(app))
        await pilot.press("space", "right", "space", "v")
        assert len(app.screen_stack) == 1
        assert app.loader.jobs == 0
        assert not app.query_one("#chosen").display
        assert app.archive.names[2] in str(app.query_one("#figures", Static).visual)

    play(forty, script, backend=ImageBackend("none"))
