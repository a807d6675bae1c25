"""The main screens as text, colours dropped: what a new user reads, and where it stands.

`INRCODEC_SNAPSHOTS=write pytest tests/tui/test_snapshots.py` writes them anew; look at the difference first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Static

from inrcodec.archive import Archive
from inrcodec.tui import halfblocks
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.grid import Grid
from inrcodec.tui.morphing import STEPS, Morphing
from inrcodec.tui.picture import Picture
from inrcodec.tui.preferences import Preferences

from .conftest import damage_block, made_up, play, run_app, seen, until

FOLDER = Path(__file__).parent / "snapshots"
Condition = Callable[[Browser], bool]
MIDDLE = STEPS // 2


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy images, the last six in a block that is damaged."""
    path = made_up(tmp_path_factory.mktemp("damaged") / "bad.inr", 70)
    damage_block(path, 1)
    return path


@pytest.fixture(autouse=True)
def all_pixels_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both pixels of a character are alike it is a space; whether they are may differ between machines."""
    monkeypatch.setattr(halfblocks, "_cells", lambda count, *_: Segment("▀" * count, Style(color="red")))


def thumbnails(app: Browser) -> bool:
    """All that can be seen has arrived, or will not; a screen that was just opened is blank."""
    shown = seen(app)
    return bool(shown.strip()) and "·" not in shown


def picture(app: Browser) -> bool:
    pictures = app.screen.query(Picture)
    return all(one.shown is not None for one in pictures if one.display and one.size.area)


def neighbors(app: Browser) -> bool:
    return app.screen.query_one(Grid).number is not None and thumbnails(app) and picture(app)


def frames(app: Browser) -> bool:
    assert isinstance(app.screen, Morphing)
    return len(app.screen._frames) == STEPS + 1 and "·" not in str(app.screen.query_one("#bar", Static).visual)


def mapped(app: Browser) -> bool:
    return "40 of 40" in seen(app) and not app.screen._due  # type: ignore[attr-defined]


def anything(app: Browser) -> bool:
    return True


def pages(app: Browser) -> bool:
    return "this page" in seen(app)


SCREENS: dict[str, tuple[str, tuple[int, int], Condition]] = {
    "grid": ("down right space right space", (100, 30), thumbnails),
    "detail": ("right enter plus", (80, 24), picture),
    "neighbors": ("n", (80, 24), neighbors),
    "morph": ("colon 1 0 enter space right right space v space", (80, 24), frames),
    "map": ("a", (80, 24), mapped),
    "help": ("question_mark", (80, 24), pages),
    "help-small": ("question_mark", (50, 15), pages),
    "export": ("e", (80, 24), thumbnails),
    "empty-search": ("slash x y z enter", (80, 24), anything),
    "grid-large": ("down right", (200, 60), thumbnails),
    "grid-small": ("right", (50, 15), thumbnails),
    "detail-large": ("enter", (200, 60), picture),
    "small": ("right", (60, 20), thumbnails),
    "smallest": ("right", (20, 6), thumbnails),
    "detail-small": ("enter", (50, 15), picture),
    "without-pictures": ("down", (80, 24), anything),
    "without-pictures-detail": ("enter", (80, 24), anything),
}


def check(name: str, screen: str) -> None:
    """Compare with what is kept, or keep it."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("INRCODEC_SNAPSHOTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(screen + "\n", "utf-8")
    assert screen + "\n" == path.read_text("utf-8"), f"{name}: see this file's first lines for how to keep a change"


@pytest.mark.parametrize("name", SCREENS)
def test_screens_look_as_they_did(name: str, forty: Path) -> None:
    keys, size, ready = SCREENS[name]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press(*keys.split())
        await until(pilot, lambda: ready(app) and app.loader.idle)
        if isinstance(app.screen, Morphing):  # how far it played before it was stopped is the machine's affair
            app.screen.move(MIDDLE - app.screen.step, 0)
        await pilot.pause(0.1)
        app.screen.refresh()  # what lies behind a prompt is kept as it was first drawn, which may have been too early
        await pilot.pause(0.1)
        await until(pilot, lambda: ready(app))
        check(name, seen(app))

    play(forty, script, size, ImageBackend("none") if name.startswith("without") else None)


def test_damaged_cells_look_as_they_did(damaged: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("end")
        await until(pilot, lambda: app.home.query_one(Grid).number == 69 and "damaged" in seen(app) and thumbnails(app))
        check("damaged", seen(app))

    play(damaged, script, (80, 24))


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark"])
def test_words_stand_out_and_no_box_is_of_the_other_kind(theme: str, forty: Path) -> None:
    """Of the grid with marks, in a small terminal and with Help and a prompt above it."""
    app = Browser(Archive.open(forty), ImageBackend("none"), preferences=Preferences(theme, "theme"))

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        await pilot.pause(0.1)
        for key in ("down", "question_mark", "slash"):
            await pilot.press(key)
            await pilot.pause(0.1)
            for text, color, ground in written(app):
                assert ground.brightness > 0.5 or not theme.endswith("light"), (key, text)
                apart = 0.1 if key == "slash" else 0.2  # what lies behind a prompt fades
                assert abs(color.brightness - ground.brightness) > apart, (key, text, color, ground)
            await pilot.press("escape")

    run_app(app, script, (80, 24))


def written(app: Browser) -> Iterator[tuple[str, Color, Color]]:
    """Words on the screen, their color and that of their ground."""
    for strip in app.screen._compositor.render_strips(app.size):
        for text, style, _ in strip:
            if (
                any(map(str.isalnum, text))
                and style is not None
                and style.color is not None
                and style.bgcolor is not None
            ):
                yield text, Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
