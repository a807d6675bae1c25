"""The same keys move on every screen, and a number before them counts."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from inrcodec.tui.app import Browser
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid

from .conftest import play, seen, until


def test_counts_ends_and_pages(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        grid = app.query_one(Grid)
        columns, rows = grid.columns, grid.rows
        for keys, number in (
            ("G", 39), ("g g", 0), ("1 2 G", 12), ("3 g g", 3), ("9 9 9 9 9 9 9 G", 39), ("home", 0), ("3 l", 3),
            ("2 j", 3 + 2 * columns), ("2 k", 3), ("ctrl+d", 3 + max(1, round(rows / 2)) * columns), ("ctrl+u", 3),
            ("ctrl+f", 3 + rows * columns), ("ctrl+b", 3), ("0", 3), ("1 0 l", 13),
        ):  # fmt: skip
            await pilot.press(*keys.split())
            assert grid.number == number, keys

    play(forty, script)


def test_what_was_typed_is_shown_and_escape_drops_it(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("1", "2")
        await pilot.pause()
        assert seen(app).splitlines()[-1].rstrip().endswith("12")
        await pilot.press("escape", "l")
        assert app.query_one(Grid).number == 1
        await pilot.press("g", "l")
        assert app.query_one(Grid).number == 2

    play(forty, script, (160, 36))


def test_a_slideshow_goes_on_by_itself(forty: Path, monkeypatch: object) -> None:
    monkeypatch.setattr("inrcodec.tui.detail.SECONDS", 0.05)  # type: ignore[attr-defined]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("3", "8", "G", "S")
        screen = app.screen
        assert isinstance(screen, Detail)
        await until(pilot, lambda: screen._number == 39)
        await until(pilot, lambda: screen._number == 1)  # and begins again
        await pilot.press("S")
        number = screen._number
        await pilot.pause(0.3)
        assert screen._number == number

    play(forty, script)
