"""Names, words and paths from outside are shown letter by letter on every screen, and never run."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static
from textual.widgets._toast import Toast

import inrcodec.tui
from inrcodec.errors import UsageError
from inrcodec.exporters.naming import displayed
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.grid import Grid
from inrcodec.tui.pane import Pane
from inrcodec.tui.prompt import Prompt

from .conftest import made_up, play, seen, until

NAMES = (
    "[/b",
    "c [.png",
    "[@click=app.quit]x[/].png",
    "[link='http://a.example']l[/link]",
    "\\[b]",
    "[[x]]",
    "$error {0}%s",
    "\x1b]0;t\x07[red]",
    "\u202e[b",
)
WORST = (0, 2, 7, 8)  # markup that cannot be read, an action, a control sequence, words from right to left


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set whose file is called like an action, opened as if its images were called like all of the above."""
    from inrcodec.archive import Archive

    folder = tmp_path / "[@click=app.quit]"
    folder.mkdir()
    path = made_up(folder / "set [2020] [@click=app.quit()]z[.inr", len(NAMES))
    monkeypatch.setattr(Archive, "names", NAMES)
    monkeypatch.chdir(folder)
    return path


def safe(app: Browser) -> str:
    """The screen, none of which runs or opens anything when it is clicked on."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.style is None or "@click" not in (segment.style.meta or {}), segment
            assert segment.style is None or not segment.style.link, segment
    return seen(app)


def headline(app: Browser) -> str:
    return str(app.screen.query_one("#headline", Static).visual)


def test_every_screen_shows_names_as_they_are(hostile: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for number in WORST:
            await look(app, pilot, number)
            assert app.is_running
            assert app._exit is False

    async def look(app: Browser, pilot: Pilot[None], number: int) -> None:
        name = displayed(NAMES[number])
        app.query_one(Grid).go_to(number)
        await pilot.pause()
        assert hostile.name in headline(app)
        assert name in str(app.query_one("#figures", Static).visual)
        await until(pilot, lambda: f"{number} {name[:8]}" in safe(app))
        await pilot.click("#headline", offset=(2, 0))
        await pilot.click("#figures", offset=(11, 0))
        await pilot.press("enter")
        assert f"{number} {name}" in headline(app)
        safe(app)
        await pilot.press("escape", "n")
        await until(pilot, lambda: app.screen.query_one(Grid).number is not None)
        assert f"like {number} {name}:" in headline(app)
        assert name in str(app.screen.query_one("#figures", Static).visual)
        safe(app)
        await pilot.press("escape", "a")
        await until(pilot, lambda: f"{number} {name}" in headline(app))
        safe(app)
        await pilot.press("escape", "space", "right" if number == 0 else "home", "space", "v")
        await until(pilot, lambda: f"{number} {name}" in headline(app))
        safe(app)
        await pilot.press("escape", "escape")

    play(hostile, script)


def test_without_pictures_too(hostile: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for number, name in enumerate(NAMES):
            assert f"{number} {displayed(name)}"[:30] in safe(app)
            app.query_one(Grid).go_to(number)
            await pilot.press("enter")
            assert displayed(name) in safe(app)
            await pilot.press("escape")

    play(hostile, script, backend=ImageBackend("none"))


def test_searches_prompts_toasts_and_messages(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Browser, "NOTIFICATION_TIMEOUT", 600.0)  # all are seen at once, however slow the machine is

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for number in WORST:
            await say(app, pilot, NAMES[number])

    async def say(app: Browser, pilot: Pilot[None], words: str) -> None:
        await pilot.press("slash")
        app.screen.query_one(Input).value = words
        await pilot.pause()
        safe(app)
        await pilot.press("enter")
        assert f"search: {displayed(words)}" in headline(app)
        safe(app)
        await pilot.press("escape", "colon")
        app.screen.query_one(Input).value = f"{words} nowhere"
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        app.ask(f"{words}?", lambda _: None, words)
        await pilot.pause()
        assert isinstance(app.screen, Prompt)
        assert f"{displayed(words)}?" in safe(app)
        await pilot.press("escape")
        app.tell(words, title=words)
        app.warn(words)
        app.complain(UsageError(words))
        app.complain(ValueError(words))
        await pilot.press("y")
        await until(pilot, lambda: len(app.screen.query(Toast)) >= 6)
        assert displayed(words) in safe(app)
        app.clear_notifications()
        await pilot.press("enter")
        app.screen.query_one(Pane).say(f"damaged: {words}")
        await pilot.pause()
        assert displayed(words) in safe(app)
        await pilot.press("escape")

    play(hostile, script, size=(100, 30))


def test_exports_say_where_they_are(hostile: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("e", "enter")
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        assert "wrote" in safe(app)
        await pilot.press("space", "right", "space", "v")
        await until(pilot, lambda: "cannot" in seen(app) or "━" * 20 in seen(app))
        await pilot.press("x")
        await until(pilot, lambda: app.loader.idle)
        safe(app)

    play(hostile, script)


def test_nothing_is_parsed_as_markup() -> None:
    for path in Path(inrcodec.tui.__file__).parent.rglob("*.py"):
        source = path.read_text("utf-8")
        assert "from_markup" not in source, path
        assert "rich.markup" not in source, path
        for call in (".notify(harm", "Label("):
            for part in source.split(call)[1:]:
                assert "markup=False" in part.split("\n\n")[0] or "hint" in part[:60], (path, call)
