"""Every key of the grid, and what it leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from inrcodec.cli.app import main
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.keys import Help
from inrcodec.tui.picture import Picture
from inrcodec.tui.prompt import Prompt

from .conftest import grid_of, headline, play, seen, until


def test_the_cursor_moves_by_every_key(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        columns = grid_of(app).columns
        assert columns > 2
        for key, number in (
            ("right", 1), ("l", 2), ("down", 2 + columns), ("j", 2 + 2 * columns), ("up", 2 + columns), ("k", 2),
            ("left", 1), ("h", 0), ("left", 0), ("up", 0), ("end", 39), ("right", 39), ("down", 39), ("home", 0),
        ):  # fmt: skip
            await pilot.press(key)
            assert grid_of(app).number == number, key
        await pilot.press("pagedown")
        assert (grid_of(app).number or 0) >= columns
        await pilot.press("pageup")
        assert grid_of(app).number == 0

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


def test_sizes_that_cannot_be_exported_are_refused(
    small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for size in ("\u00b2", "9" * 5000, "0", "4097", "many"):
            await pilot.press("e")
            app.screen.query_one(Input).value = size
            await pilot.press("enter")
            assert isinstance(app.screen, Prompt)  # it may be mended
            await until(pilot, lambda: "number of pixels" in str(app.screen.query_one("#hint", Label).visual))
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
        assert grid_of(app).number == app.archive.select("three.png")[0]
        assert "search: tre" in headline(app)
        await pilot.press("slash", *"xyz", "enter")
        assert app.home.catalogue.numbers == ()
        assert grid_of(app).number is None
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
        assert grid_of(app).number == 1
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
        assert grid_of(app).number == 4
        await pilot.press("colon", *"two.png", "enter")
        assert grid_of(app).number == app.archive.select("two.png")[0]
        await pilot.press("colon", *"99", "enter")
        assert grid_of(app).number == app.archive.select("two.png")[0]

    play(small_set, script)


def test_thumbnails_grow_and_shrink(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        before = grid_of(app).columns
        await pilot.press("plus")
        assert grid_of(app).columns < before
        await pilot.press("minus", "minus")
        assert grid_of(app).columns > before
        for _ in range(10):
            await pilot.press("minus")
        for _ in range(10):
            await pilot.press("plus")
        assert grid_of(app).columns >= 1

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


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_pictures_follow_the_theme(theme: str, small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        clear = app.archive.select("clear.png")[0]

        def near(color: tuple[int, int, int]) -> bool:
            found = grid_of(app)._thumbnails.get(clear, 16)
            return isinstance(found, np.ndarray) and bool(np.abs(found[0, 0].astype(int) - color).max() < 40)

        grid_of(app).go_to(clear)
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


@pytest.mark.parametrize("size", [(80, 24), (20, 6)])
def test_small_terminals(small_set: Path, size: tuple[int, int]) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for key in ("right", "enter", "plus", "escape", "n", "escape", "a", "escape", "question_mark", "escape"):
            await pilot.press(key)
        assert grid_of(app).columns >= 1

    play(small_set, script, size)


def test_without_a_terminal_it_is_refused(small_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["browse", str(small_set)]) == 2
    assert "needs a terminal" in capsys.readouterr().err
    assert main(["browse", "nowhere.inr"]) == 2
