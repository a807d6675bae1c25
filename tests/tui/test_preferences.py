"""[browse] in the file of defaults: themes, what stands behind transparency, keys; what is wrong is said in a line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from inrcodec.archive import Archive
from inrcodec.cli.app import main
from inrcodec.errors import UsageError
from inrcodec.tui.actions import screens
from inrcodec.tui.app import Browser
from inrcodec.tui.grid import Grid
from inrcodec.tui.keys import Help
from inrcodec.tui.neighbors import Neighbors
from inrcodec.tui.preferences import Preferences
from inrcodec.tui.reading_preferences import read_preferences

from .conftest import run_app, seen, until

WORDS = """
[defaults]
threads = 1

[browse]
theme = "nord"
behind = "checker"

[browse.keys]
neighbors = "N"
left = ["left", "f5"]
help = "H"
"""


def written(folder: Path, words: str) -> Path:
    path = folder / "config.toml"
    path.write_text(words, "utf-8")
    return path


def test_they_are_followed(forty: Path, tmp_path: Path) -> None:
    preferences = read_preferences(written(tmp_path, WORDS))
    assert preferences == Preferences("nord", "checker", {"neighbors": "N", "left": "left,f5", "help": "H"})

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        assert (app.theme, app.backdrop.kind) == ("nord", "checker")
        grid = app.query_one(Grid)
        await pilot.press("right", "right", "f5")
        assert grid.number == 1
        await pilot.press("h", "n")
        assert (grid.number, len(app.screen_stack)) == (1, 1)  # those keys are free now
        await until(pilot, lambda: "N Neighbors" in seen(app) and "H Help" in seen(app))
        await pilot.press("N")
        assert isinstance(app.screen, Neighbors)
        await pilot.press("escape", "H")
        assert isinstance(app.screen, Help)
        await until(pilot, lambda: "Yours instead" in seen(app))

    run_app(Browser(Archive.open(forty), preferences=preferences), script)


def test_without_such_a_part_all_is_as_usual(tmp_path: Path) -> None:
    assert read_preferences(None) == read_preferences(tmp_path / "none.toml") == Preferences()
    assert read_preferences(written(tmp_path, "[defaults]\nthreads = 1\n")) == Preferences()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("browse = 3", "browse is a table"),
        ("[browse]\nthem = 'nord'", "not 'them'"),
        ("[browse]\ntheme = 'nordd'", "theme: 'nordd' is none of .*nord"),
        ("[browse]\nbehind = 4", "behind: '4' is none of theme, white, checker"),
        ("[browse]\nkeys = 'n'", "keys is a table"),
        ("[browse.keys]\nneighbours = 'N'", "has no 'neighbours'; there are .*neighbors"),
        ("[browse.keys]\nneighbors = 'control+n'", "neighbors: 'control.n' is no key"),
        ("[browse.keys]\nneighbors = []", "neighbors: give a key"),
        ("[browse.keys]\nneighbors = ''", "neighbors: '' is no key"),
        ("[browse.keys]\nneighbors = 'v'", "neighbors and morph both have v in the grid"),
        ("[browse.keys]\nmark = 'N'\nsort = 'N'", "sort and mark both have N in the grid"),
        ("[browse.keys]\n\"\\u202e\" = 'N'", "has no '.*202e"),
        ("[browse", "Expected"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_preferences(written(tmp_path, words))
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_keys_may_change_places(tmp_path: Path) -> None:
    keys = read_preferences(written(tmp_path, "[browse.keys]\nneighbors = 'v'\nmorph = 'n'\n")).keys
    assert keys == {"neighbors": "v", "morph": "n"}


def test_the_command_says_it_before_it_opens(
    forty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INRCODEC_CONFIG", str(written(tmp_path, "[browse.keys]\nfly = 'N'")))
    assert main(["browse", str(forty)]) == 2
    assert "[browse.keys] has no 'fly'" in capsys.readouterr().err


def test_every_action_is_documented() -> None:
    told = (Path(__file__).parents[2] / "docs" / "usage.md").read_text("utf-8")
    listed = re.search(r"Actions that can be given other keys: ([^.]*)\.", told)
    assert listed is not None
    assert set(listed[1].replace("\n", " ").split(", ")) == {name for names in screens().values() for name in names}
