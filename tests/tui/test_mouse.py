"""What the mouse chooses, opens and turns."""

from __future__ import annotations

from pathlib import Path

from textual.events import MouseScrollUp
from textual.pilot import Pilot

from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import SIDES, Atlas
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.keys import Help
from inrcodec.tui.picture import Picture

from .conftest import grid_of, play, seen, until


def test_the_mouse_chooses_and_opens(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        place = (grid_of(app).cell_width + 2, 2)
        await pilot.click(Grid, offset=place)
        assert grid_of(app).number == 1
        await pilot.click(Grid, offset=place)
        await pilot.pause()
        assert isinstance(app.screen, Detail)

    play(forty, script)


def test_the_last_line_takes_the_mouse(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        line = seen(app).splitlines()[-1]
        await pilot.click(Keybar, offset=(line.index("Mark"), 0))
        assert list(grid_of(app).marks) == [0]
        await pilot.click(Keybar, offset=(line.index("?"), 0))
        assert isinstance(app.screen, Help)

    play(forty, script)


def test_the_map_and_the_picture_take_the_mouse(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        screen = app.screen
        assert isinstance(screen, Atlas)
        await until(pilot, lambda: screen.corners is not None)
        assert screen.corners is not None
        x, y = screen.corners[7].astype(int) + SIDES[0] // 2
        await pilot.click("#map", offset=(int(x), int(y) // 2))
        assert screen.number == 7
        await pilot.click("#map", offset=(int(x), int(y) // 2))
        await pilot.pause()
        assert isinstance(app.screen, Detail)
        await pilot._post_mouse_events([MouseScrollUp], "#picture", button=0)
        assert app.screen.query_one(Picture).viewport.zoom > 1

    play(forty, script)
