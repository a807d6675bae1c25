"""Theme and backdrop are found again the next time; what is wrong with the file does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from inrcodec.tui import kept
from inrcodec.tui.app import Browser

from .conftest import play, until


def test_choices_are_there_the_next_time(forty: Path) -> None:
    async def choose(app: Browser, pilot: Pilot[None]) -> None:
        app.theme = "nord"
        await pilot.press("b")
        await until(pilot, lambda: kept.read() == kept.Choices("nord", "white"))

    async def look(app: Browser, pilot: Pilot[None]) -> None:
        assert app.theme == "nord"
        assert app.backdrop.kind == "white"

    play(forty, choose)
    play(forty, look)


@pytest.mark.parametrize("words", [b"\xff\xfe", b"theme = [1]\nbehind = 3", b"theme", b'theme = "gone"', b"x" * 10_000])
def test_what_means_nothing_is_as_if_it_was_not_there(words: bytes, forty: Path) -> None:
    kept.place().parent.mkdir(parents=True)
    kept.place().write_bytes(words)

    async def look(app: Browser, pilot: Pilot[None]) -> None:
        assert app.theme in app.available_themes
        assert app.backdrop.kind == "theme"

    play(forty, look)


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept, "place", lambda: tmp_path / "file" / "browse.toml")
    kept.write(kept.Choices("nord"))
    assert kept.read() == kept.Choices()
