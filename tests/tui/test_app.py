"""Every key of the app, and what it leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from textual.events import MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from inrcodec.cli.app import main
from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import SIDES, Atlas
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.keys import Help
from inrcodec.tui.morphing import STEPS, Morphing
from inrcodec.tui.neighbors import Neighbors
from inrcodec.tui.picture import MOST, Picture
from inrcodec.tui.prompt import Prompt

from .conftest import play, seen, until


def grid(app: Browser) -> Grid:
    return app.screen_stack[0].query_one(Grid)


def words(app: Browser) -> str:
    return str(app.screen.query_one("#headline", Static).visual)


def test_the_cursor_moves_by_every_key(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        columns = grid(app).columns
        assert columns > 2
        for key, number in (
            ("right", 1), ("l", 2), ("down", 2 + columns), ("j", 2 + 2 * columns), ("up", 2 + columns), ("k", 2),
            ("left", 1), ("h", 0), ("left", 0), ("up", 0), ("end", 39), ("right", 39), ("down", 39), ("home", 0),
        ):  # fmt: skip
            await pilot.press(key)
            assert grid(app).number == number, key
        await pilot.press("pagedown")
        assert (grid(app).number or 0) >= columns
        await pilot.press("pageup")
        assert grid(app).number == 0

    play(forty, script)


def test_figures_follow_the_cursor_and_the_picture_arrives(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("right")
        picture = app.query_one("#chosen", Picture)
        await until(pilot, lambda: picture.shown is not None)
        figures = str(app.query_one("#figures", Static).visual)
        assert app.archive.names[1] in figures
        assert "dB" in figures

    play(small_set, script)


@pytest.mark.parametrize("images", ["half", "none"])
def test_hostile_names_are_escaped(images: Literal["half", "none"], small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        await pilot.pause(0.2)
        assert "\u202e" not in app.export_screenshot()
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert "\u202e" not in app.export_screenshot()
        assert "202e" in app.export_screenshot()

    play(small_set, script, backend=ImageBackend(images))


@pytest.mark.parametrize("size", ["\u00b2", "9" * 5000, "0", "4097", "many"])
def test_sizes_that_cannot_be_exported_are_refused(
    size: str, small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("e")
        app.screen.query_one(Input).value = size
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, Prompt)  # it may be mended
        assert "number of pixels" in str(app.screen.query_one("#hint", Label).visual)
        await pilot.press("escape")
        await until(pilot, lambda: app.loader.idle)

    play(small_set, script)
    assert not list(tmp_path.iterdir())


def test_search_is_fuzzy_and_escape_clears_it(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("slash")
        assert isinstance(app.screen, Prompt)
        await pilot.press(*"tre", "enter")
        assert [app.archive.names[number] for number in app.home.catalogue.numbers] == ["three.png"]
        assert grid(app).number == app.archive.select("three.png")[0]
        assert "search: tre" in words(app)
        await pilot.press("slash", *"xyz", "enter")
        assert app.home.catalogue.numbers == ()
        assert grid(app).number is None
        for key in ("enter", "n", "a", "e", "y", "space", "v", "right", "end", "pagedown"):
            await pilot.press(key)  # nothing to work on, nothing breaks
            if len(app.screen_stack) > 1:
                await pilot.press("escape")
        await pilot.press("escape")
        assert len(app.home.catalogue.numbers) == 6
        await pilot.press("slash", "escape")
        assert len(app.home.catalogue.numbers) == 6

    play(small_set, script)


def test_every_order(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        archive = app.archive
        await pilot.press("right", "s")
        assert [archive.names[number] for number in app.home.catalogue.numbers] == sorted(
            archive.names, key=str.casefold
        )
        assert grid(app).number == 1
        await pilot.press("s")
        psnrs = [archive[number].psnr or 0.0 for number in app.home.catalogue.numbers]
        assert psnrs == sorted(psnrs)
        await pilot.press("s")
        assert app.home.catalogue.sort == "held-out"
        await pilot.press("s")
        sizes = [archive[number].bits for number in app.home.catalogue.numbers]
        assert sizes == sorted(sizes, reverse=True)
        await pilot.press("s")
        await until(pilot, lambda: app.home.catalogue.sort == "similarity")
        assert app.home.catalogue.numbers[0] == 1
        await pilot.press("s")
        assert app.home.catalogue.numbers == tuple(range(6))

    play(small_set, script)


def test_go_to_a_number_or_a_name(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("colon", "4", "enter")
        assert grid(app).number == 4
        await pilot.press("colon", *"two.png", "enter")
        assert grid(app).number == app.archive.select("two.png")[0]
        await pilot.press("colon", *"99", "enter")
        assert grid(app).number == app.archive.select("two.png")[0]

    play(small_set, script)


def test_thumbnails_grow_and_shrink(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        before = grid(app).columns
        await pilot.press("plus")
        assert grid(app).columns < before
        await pilot.press("minus", "minus")
        assert grid(app).columns > before
        for _ in range(10):
            await pilot.press("minus")
        for _ in range(10):
            await pilot.press("plus")
        assert grid(app).columns >= 1

    play(forty, script)


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
        assert "bare field" in words(app)
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
        assert grid(app).number == 3

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
        await until(pilot, lambda: "steps" in words(app))
        assert f"like {first}" in words(app)
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: "like 0" in words(app))
        await pilot.press("l", "o")
        assert isinstance(app.screen, Detail)
        await pilot.press("escape", "space", "enter", "escape")
        assert grid(app).number not in (None, 0)
        assert len(grid(app).marks) == 1  # marked there, marked here
        assert "1 marked" in words(app)

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
            grid(app).go_to(number)
            await pilot.press("space")
        assert list(grid(app).marks) == numbers
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
        assert "code" in words(app)
        await pilot.press("x")
        await until(pilot, lambda: (tmp_path / f"small-morph-{numbers[0]}-{numbers[1]}.gif").exists())
        await pilot.press("escape", "escape")
        assert not grid(app).marks

    play(small_set, script)


def test_shapes_that_do_not_go_together_are_said_so(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for name in ("one.png", "three.png"):
            grid(app).go_to(app.archive.select(name)[0])
            await pilot.press("space")
        await pilot.press("v")
        await until(pilot, lambda: "differ in shape" in app.export_screenshot().replace("&#160;", " "))

    play(small_set, script)


def test_the_map_is_walked(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("a")
        screen = app.screen
        assert isinstance(screen, Atlas)
        await until(pilot, lambda: "40 of 40" in words(app))
        seen = set()
        for key in ("right", "down", "left", "up", "right", "right", "plus", "left", "minus"):
            await pilot.press(key)
            seen.add(screen.number)
        assert len(seen) > 2
        chosen = screen.number
        await pilot.press("enter")
        assert isinstance(app.screen, Detail)
        await pilot.press("escape", "escape")
        assert grid(app).number == chosen

    play(forty, script)


def test_exports_are_written_beside_and_never_over(
    small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.chdir(tmp_path)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        folder = tmp_path / "small-decoded"
        for count in (1, 2):
            await pilot.press("e")
            assert isinstance(app.screen, Prompt)
            await pilot.press("backspace", "backspace", "backspace", *"40", "enter")
            await until(pilot, lambda count=count: folder.exists() and len(list(folder.glob("*.png"))) == count)
        assert {max(Image.open(path).size) for path in folder.iterdir()} == {40}
        await pilot.press("e", *"x", "enter", "escape")  # no number: said, and nothing written
        await pilot.press("e", "escape")
        assert len(list(folder.iterdir())) == 2

    play(small_set, script)


def test_the_command_is_copied(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("right", "y")
        assert app.clipboard == f"inrcodec decode {small_set} --index 1 --size 256"
        await pilot.press("enter", "y")
        assert "decode" in app.clipboard
        await pilot.press("escape", "n")
        await pilot.press("y")
        assert f"neighbors {small_set} 1" in app.clipboard

    play(small_set, script)


def test_help_palette_and_quit(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.press("escape", "ctrl+p")
        assert len(app.screen_stack) == 2
        await pilot.press("escape", "q")
        await pilot.pause()
        assert app._exit

    play(small_set, script)


def test_ctrl_z_suspends_and_ctrl_c_names_the_key_that_quits(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suspended: list[Browser] = []
    monkeypatch.setattr(Browser, "action_suspend_process", lambda app: suspended.append(app))

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("ctrl+z")
        assert suspended == [app]
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "press q to quit" in seen(app))
        assert "q Quit" in seen(app).splitlines()[-1]

    play(forty, script)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "dracula"])
def test_pictures_follow_the_theme(theme: str, small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        clear = app.archive.select("clear.png")[0]

        def near(color: tuple[int, int, int]) -> bool:
            found = grid(app)._thumbnails.get(clear, 16)
            return isinstance(found, np.ndarray) and bool(np.abs(found[0, 0].astype(int) - color).max() < 40)

        grid(app).go_to(clear)
        app.theme = theme
        await pilot.pause()
        ground = app.backdrop.ground
        for kind in ("white", "checker", "theme"):
            await pilot.press("b")
            assert app.backdrop.kind == kind
            expected = {"white": (255,) * 3, "theme": ground}.get(kind, (102,) * 3)
            await until(pilot, lambda expected=expected: near(expected))
        if theme == "textual-light":
            assert min(ground) > 200

    play(small_set, script)


def test_the_mouse_chooses_and_opens(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        place = (grid(app).cell_width + 2, 2)
        await pilot.click(Grid, offset=place)
        assert grid(app).number == 1
        await pilot.click(Grid, offset=place)
        await pilot.pause()
        assert isinstance(app.screen, Detail)

    play(forty, script)


def test_the_last_line_takes_the_mouse(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        line = seen(app).splitlines()[-1]
        await pilot.click(Keybar, offset=(line.index("Mark"), 0))
        assert list(grid(app).marks) == [0]
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


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 6)])
def test_small_terminals(small_set: Path, size: tuple[int, int]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for key in ("right", "enter", "plus", "escape", "n", "escape", "a", "escape", "question_mark", "escape"):
            await pilot.press(key)
        assert grid(app).columns >= 1

    play(small_set, script, size)


def test_without_a_terminal_it_is_refused(small_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["browse", str(small_set)]) == 2
    assert "needs a terminal" in capsys.readouterr().err
    assert main(["browse", "nowhere.inr"]) == 2
