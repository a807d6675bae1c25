"""The screens that the grid leads to: a picture, neighbors, morphs, the map."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import Atlas
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.morphing import STEPS, Morphing
from inrcodec.tui.neighbors import Neighbors
from inrcodec.tui.picture import MOST, Picture

from .conftest import grid_of, headline, play, seen, until


def test_detail_zooms_pans_turns_and_comes_back(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert isinstance(app.screen, Detail)
        picture = app.screen.query_one(Picture)
        await until(pilot, lambda: picture.shown is not None)
        whole = picture.shown
        await pilot.press(*["plus"] * 13)
        assert picture.viewport.zoom == MOST
        await pilot.press("left", "h", "up", "right", "j", "pagedown")
        assert picture.number == 0  # zoomed in, they pan
        await until(pilot, lambda: picture.shown is not whole)
        await pilot.press("u")
        assert picture.upsample == "field"
        assert "bare field" in headline(app)
        await pilot.press(*["minus"] * 13)
        assert picture.viewport.zoom == 1.0
        await pilot.press("0", "right_square_bracket", "right_square_bracket", "left_square_bracket")
        assert picture.number == 1
        await pilot.press("right", "l", "down", "left")
        assert picture.number == 3
        await pilot.press("G", "right", "k")
        assert picture.number == 4
        await pilot.press("2", "G")
        assert picture.number == 2
        await pilot.press("g", "g", "3", "l")
        assert picture.number == 3
        await pilot.press("escape")
        assert grid_of(app).number == 3

    play(small_set, script)


def test_neighbors_lead_on_and_back(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        assert isinstance(app.screen, Neighbors)
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)
        captions = [app.screen._caption(number) for number in shown._numbers]
        similarity = [float(caption.split()[0]) for caption in captions]
        assert len(captions) == 5
        assert similarity == sorted(similarity, reverse=True)
        assert captions[0].split()[1:] == [str(shown.number), app.archive.names[shown.number or 0]]
        await until(pilot, lambda: "▀" in seen(app))
        first = shown.number
        await pilot.press("enter")
        await until(pilot, lambda: "steps" in headline(app))
        assert f"like {first}" in headline(app)
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: "like 0" in headline(app))
        await pilot.press("l", "o")
        assert isinstance(app.screen, Detail)
        await pilot.press("escape", "space", "enter", "escape")
        assert grid_of(app).number not in (None, 0)
        assert len(grid_of(app).marks) == 1  # marked there, marked here
        assert "1 marked" in headline(app)

    play(small_set, script)


def test_morphs_are_scrubbed_played_and_exported(
    small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("v")
        assert len(app.screen_stack) == 1  # nothing is marked yet
        numbers = [app.archive.select(name)[0] for name in ("one.png", "two.png")]
        for number in numbers:
            grid_of(app).go_to(number)
            await pilot.press("space")
        assert list(grid_of(app).marks) == numbers
        await pilot.press("v")
        screen = app.screen
        assert isinstance(screen, Morphing)
        await until(pilot, lambda: screen.step > 2)  # it plays what is ready
        await until(pilot, lambda: "·" not in str(screen.query_one("#bar", Static).visual))
        await pilot.press("end")
        assert screen.step == STEPS
        await pilot.press("left", "home", "right")
        assert screen.step == 1
        await pilot.press("7", "G")
        assert screen.step == 7
        await pilot.press("home", "space")
        await until(pilot, lambda: screen.step > 2)
        await pilot.press("space", "m")
        assert "code" in headline(app)
        await pilot.press("x")
        await until(pilot, lambda: (tmp_path / f"small-morph-{numbers[0]}-{numbers[1]}.gif").exists())
        await pilot.press("escape", "escape")
        assert not grid_of(app).marks

    play(small_set, script)


def test_shapes_that_do_not_go_together_are_said_so(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for name in ("one.png", "three.png"):
            grid_of(app).go_to(app.archive.select(name)[0])
            await pilot.press("space")
        await pilot.press("v")
        await until(pilot, lambda: "differ in shape" in app.export_screenshot().replace("&#160;", " "))

    play(small_set, script)


def test_the_map_is_walked(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        screen = app.screen
        assert isinstance(screen, Atlas)
        await until(pilot, lambda: "40 of 40" in headline(app))
        seen = set()
        for key in ("right", "down", "left", "up", "right", "right", "plus", "left", "minus"):
            await pilot.press(key)
            seen.add(screen.number)
        assert len(seen) > 2
        chosen = screen.number
        await pilot.press("enter")
        assert isinstance(app.screen, Detail)
        await pilot.press("escape", "escape")
        assert grid_of(app).number == chosen

    play(forty, script)
