"""Real pixels follow what one looks at, and go away when something else is looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from inrcodec.tui import overlay
from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import SIDES, Atlas
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.pane import Pane
from inrcodec.tui.picture import Picture
from inrcodec.tui.terminal import Terminal
from inrcodec.tui.terminal_app import SYNC_END

from .conftest import play, seen, until

SHOWN, GONE = "\x1b_Ga=T", "\x1b_Ga=d,d=I"


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


PLACED = re.compile(r"\x1b\[(\d+);(\d+)H(?:\x1b_G(?!a=[pd])[^\x1b]*\x1b\\)*\x1b_Ga=p,i=(\d+),[^;]*?c=(\d+),r=(\d+)")


class Kitty:
    """What a terminal that keeps pictures shows, from what is written to it."""

    def __init__(self, written: list[str]) -> None:
        self._written, self._read = written, 0
        self.held: set[int] = set()
        self.shown: dict[int, tuple[int, int, int, int]] = {}  # line, column, columns, lines
        self.sent = 0

    def look(self) -> dict[int, tuple[int, int, int, int]]:
        """Read what was written since."""
        words = "".join(self._written[self._read :])
        self._read = len(self._written)
        for found in re.finditer(PLACED.pattern + r"|\x1b_Ga=t,f=100,i=(\d+)|\x1b_Ga=d,d=([iI]),i=(\d+)", words):
            if found[3]:
                number = int(found[3])
                self.held |= {int(one) for one in re.findall(r"\x1b_Ga=t,f=100,i=(\d+)", found[0])}
                self.sent += found[0].count("a=t,")
                assert number in self.held
                line, column, columns, lines = (int(found[place]) for place in (1, 2, 4, 5))
                self.shown[number] = line, column, columns, lines
            elif found[7]:
                self.shown.pop(int(found[8]), None)
                if found[7] == "I":
                    self.held.discard(int(found[8]))
        return self.shown


@pytest.fixture
def kitty(written: list[str]) -> Kitty:
    return Kitty(written)


CELL = 4, 8  # pixels of a character: few, which are quickly drawn
REAL = ImageBackend("kitty", Terminal(cell=CELL))
SIXEL = ImageBackend("sixel", Terminal(cell=CELL))


def expected(app: Browser, *, cut: bool = True) -> list[tuple[int, int, int, int]]:
    """Line, column, columns and lines of every thumbnail that can be seen, from the grid's own measures."""
    grid = app.screen.query_one(Grid)
    found, inside = [], grid.content_region
    for place, number in enumerate(grid._numbers):
        row, column = divmod(place, grid.columns)
        image, tall = app.archive[number], grid._width // 2
        columns, lines = app.backend.cells(image.width, image.height, grid._width, tall)
        left = inside.x + column * grid.cell_width + 1 + (grid._width - columns) // 2
        top = inside.y + row * grid.cell_height - grid.scroll_offset.y + (tall - lines) // 2
        seen = Region(left, top, columns, lines).intersection(inside)
        if seen.height and (cut or seen.height == lines):
            found.append((seen.y + 1, seen.x + 1, columns, seen.height))
    return sorted(found)


def test_thumbnails_are_placed_over_their_cells_and_scroll_without_being_sent_again(forty: Path, kitty: Kitty) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        grid = app.query_one(Grid)
        right = lambda: sorted(kitty.look().values()) == expected(app)  # noqa: E731
        await until(pilot, lambda: right() and app.loader.idle)
        assert len(kitty.shown) > 10
        sent = kitty.sent
        for line in (3, 6, 0):
            grid.scroll_to(y=line, animate=False, force=True)
            await until(pilot, right)
        assert kitty.sent - sent <= grid.columns  # the row that came in below
        await pilot.press("slash")
        await until(pilot, lambda: not kitty.look())  # a window lies above
        await pilot.press("escape")
        await until(pilot, right)
        await pilot.press("minus")
        await until(pilot, right)

    play(forty, script, size=(80, 36), backend=REAL)
    kitty.look()
    assert not kitty.shown
    assert not kitty.held  # nothing is left in the terminal


def test_moving_the_cursor_sends_no_thumbnail(forty: Path, kitty: Kitty, written: list[str]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: sorted(kitty.look().values()) == expected(app) and app.loader.idle)
        before = len(written)
        await pilot.press("right", "right", "down")
        await pilot.pause(0.2)
        assert "a=t," not in "".join(written[before:])

    play(forty, script, size=(80, 36), backend=REAL)


def test_what_the_terminal_keeps_is_bounded(forty: Path, kitty: Kitty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "MOST_HELD", 20 * 64 * 64 * overlay.PIXEL)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for key in ("home", "end", "home"):
            await pilot.press(key)
            await until(pilot, lambda: sorted(kitty.look().values()) == expected(app))
        assert len(kitty.shown) < len(kitty.held) < 40

    play(forty, script, size=(80, 36), backend=REAL)


def test_a_toast_is_not_covered(forty: Path, kitty: Kitty) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: sorted(kitty.look().values()) == expected(app))
        app.notify("words " * 20, timeout=0.5)
        await until(pilot, lambda: len(kitty.look()) < len(expected(app)))
        await until(pilot, lambda: sorted(kitty.look().values()) == expected(app))

    play(forty, script, size=(80, 36), backend=REAL)


def test_frames_are_shown_with_their_pictures(forty: Path, kitty: Kitty, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: sorted(kitty.look().values()) == expected(app))
        driver = app.get_driver_class()
        said: list[str] = []
        monkeypatch.setattr(driver.__bases__[0], "write", lambda _, data: said.append(data))
        app.query_one(Grid).refresh()
        driver.write(app._driver, "text")  # type: ignore[arg-type]
        driver.write(app._driver, SYNC_END)  # type: ignore[arg-type]
        driver.write(app._driver, SYNC_END)  # type: ignore[arg-type]
        assert said[0] == "text"
        assert len(re.findall("a=p,", said[1])) == len(kitty.shown)
        assert said[1].endswith(SYNC_END)
        assert said[2] == SYNC_END

    play(forty, script, size=(80, 36), backend=REAL)


def test_sixels_come_when_the_screen_rests(forty: Path, written: list[str]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        whole = lambda: len(expected(app, cut=False))  # noqa: E731
        count = lambda: "".join(written).count("\x1bP0;1;0q")  # noqa: E731
        await until(pilot, lambda: count() >= whole() > 5 and app.loader.idle)
        await pilot.pause(0.2)
        before = count()
        await pilot.press("right")
        await pilot.pause(0.3)
        assert count() == before
        await pilot.press("end")
        await until(pilot, lambda: app.loader.idle and count() >= before + whole())

    play(forty, script, size=(80, 34), backend=SIXEL)


def test_the_map_shows_real_pixels_in_its_cells(forty: Path, kitty: Kitty) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        atlas = app.screen
        assert isinstance(atlas, Atlas)
        for key in ("right", "plus", "plus"):
            await pilot.press(key)
            await until(pilot, lambda: app.loader.idle and len(kitty.look()) > 5)
            pane, side = atlas.query_one(Pane).content_region, SIDES[atlas._zoom]
            assert all(max(columns, 2 * lines) <= side for _, _, columns, lines in kitty.shown.values())
            assert all(Region(x - 1, y - 1, w, h) in pane for y, x, w, h in kitty.shown.values())
        await pilot.press("escape")
        await until(pilot, lambda: sorted(kitty.look().values()) == expected(app))

    play(forty, script, size=(80, 34), backend=REAL)
