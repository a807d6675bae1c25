"""Text takes cells, not characters."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from inrcodec.archive import Archive
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.cells import fit_center, fit_left, wrapped

from .conftest import made_up, play, until

WIDE = ("漢字" * 20, "a漢" * 20, "👍🏽" * 9, "e\u0301" * 40, "日", "漢字漢字漢字.png", "ＡＢＣ", "🏳️‍🌈 flag")


@pytest.mark.parametrize("text", [*WIDE, "", "plain"])
@pytest.mark.parametrize("width", [0, 1, 2, 3, 16, 17])
def test_text_fits_exactly(text: str, width: int) -> None:
    assert cell_len(fit_left(text, width)) == width
    assert cell_len(fit_center(text, width)) == width
    assert all(cell_len(line) <= max(2, width) for line in wrapped(text, max(1, width)))


def test_words_are_kept_whole_where_there_is_room() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
    assert wrapped("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert wrapped("a\n\nb", 9) == ["a", "", "b"]


@pytest.mark.parametrize("images", ["half", "none"])
def test_wide_names_do_not_shift_the_grid(images: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Archive, "names", WIDE)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.loader.idle)
        for keys in ("", "enter", "escape", "n", "escape", "2 G"):
            await pilot.press(*keys.split())
            for strip in app.screen._compositor.render_strips():
                assert cell_len(strip.text) == 100

    play(made_up(tmp_path / "wide.inr", len(WIDE)), script, (100, 30), ImageBackend(images))  # type: ignore[arg-type]
