"""A damaged block takes its own images away, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from inrcodec.tui import cache
from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import Atlas
from inrcodec.tui.grid import Grid

from .conftest import damage_block, headline, made_up, notes, play, seen, until


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy images, the last six in a block that is damaged."""
    path = made_up(tmp_path_factory.mktemp("damaged") / "bad.inr", 70)
    damage_block(path, 1)
    return path


def test_neighbors_are_found_among_the_whole(damaged: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)
        assert max(shown._numbers) < 64
        await pilot.press("escape", "end", "n")
        await until(pilot, lambda: "image 69 is damaged" in headline(app))
        await pilot.press("enter", "o", "escape", "escape")
        assert app.query_one(Grid).number == 69

    play(damaged, script)


def test_the_map_shows_the_whole(damaged: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("end", "a")
        screen = app.screen
        assert isinstance(screen, Atlas)
        await until(pilot, lambda: "64 of 70" in headline(app))
        assert screen.number < 64
        for key in ("right", "down", "left", "up", "end", "home", "6", "9", "G", "plus"):
            await pilot.press(*key)
            assert screen.number < 64

    play(damaged, script)


def test_similarity_sorts_the_damaged_last(damaged: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        app.home.listing.sort_by("similarity")
        await until(pilot, lambda: app.home.catalogue.sort == "similarity")
        assert app.home.catalogue.numbers[0] == 0
        assert app.home.catalogue.numbers[-6:] == tuple(range(64, 70))
        await pilot.press("end")
        assert "-" in app.home.catalogue.caption(69)
        app.home.listing.sort_by("similarity")
        await until(pilot, lambda: "image 69 is damaged" in notes(app))

    play(damaged, script)


def test_all_damaged_is_said(tmp_path: Path) -> None:
    path = made_up(tmp_path / "bad.inr", 5)
    damage_block(path, 0)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: seen(app).count("damaged") >= 5)
        await pilot.press("n")
        await until(pilot, lambda: "every image is damaged" in headline(app))
        await pilot.press("escape", "a")
        await until(pilot, lambda: "no map: every image is damaged" in seen(app))
        await pilot.press("right", "plus", "end", "enter", "escape", "escape")
        assert app.loader.alive

    play(path, script)


def test_exports_write_what_is_whole(damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("end", "e", "enter")
        await until(pilot, lambda: "not written" in notes(app))
        assert not list(tmp_path.iterdir())  # no empty folder
        await pilot.press("space", "home", "space", "e", "enter")
        await until(pilot, lambda: "wrote" in notes(app))
        assert [path.name for path in (tmp_path / "bad-decoded").iterdir()] == ["0.png"]

    play(damaged, script)


def test_vectors_are_kept_for_the_next_time(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query_one(Grid).number is not None)

    play(damaged, script)
    (kept,) = cache.folder().iterdir()
    monkeypatch.setattr("inrcodec.retrieval.descriptor.descriptor", None)  # not needed any more
    play(damaged, script)
    monkeypatch.undo()
    rows = np.load(kept)
    assert np.isnan(rows[64:]).all()
    assert not np.isnan(rows[:64]).any()


@pytest.mark.parametrize("blob", [b"", b"\x93NUMPY", b"nonsense" * 99])
def test_a_cache_that_cannot_be_read_is_not_relied_on(blob: bytes) -> None:
    cache.write("name", np.ones((3, 2), np.float32))
    assert cache.read("name", 3) is not None
    assert cache.read("name", 4) is None
    (path,) = cache.folder().iterdir()
    path.write_bytes(blob)
    assert cache.read("name", 3) is None


def test_the_cache_is_bounded_and_may_be_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 1000)
    for number in range(9):
        cache.write(str(number), np.ones((3, 30), np.float32))
    assert 0 < len(list(cache.folder().iterdir())) < 3
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "file" / "inrcodec")
    cache.write("name", np.ones((3, 2), np.float32))
    assert cache.read("name", 3) is None
