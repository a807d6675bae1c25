"""A collection is browsed as a file is: its shards are opened as they are seen, and damaged ones show as such."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from inrcodec.archive import Archive, Collection
from inrcodec.retrieval import index
from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import Atlas
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid

from .conftest import headline, run_app, seen, until

pytest.importorskip("pyarrow")


def test_blocks_are_those_of_the_shards(small_collection: Path) -> None:
    found = Collection.open(small_collection)
    stored = found.stored
    assert stored.blocks == 2
    assert [stored.images_of(block) for block in range(2)] == [range(3), range(3, 6)]
    assert [stored.block_of(number) for number in range(6)] == [0, 0, 0, 1, 1, 1]
    assert not stored.has(1)
    assert found.opened(1) is None
    found[4].render()
    assert stored.has(1)
    assert not stored.has(0)
    assert np.array_equal(stored.shapes, [found.shape(number) for number in range(6)])


def test_grid_details_neighbors_and_map(small_collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening, opened = list[str](), Collection._open

    def seen_opening(collection: Collection, which: int) -> Archive:
        opening.append(threading.current_thread().name)
        return opened(collection, which)

    monkeypatch.setattr(Collection, "_open", seen_opening)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        assert "small.inrs" in headline(app)
        await until(pilot, lambda: app.loader.idle and "·" not in seen(app))
        await pilot.press("end", "enter")
        await pilot.press("escape", "n")
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)
        await pilot.press("escape", "a")
        assert isinstance(app.screen, Atlas)

    run_app(Browser(Collection.open(small_collection, kept_shards=1, kept_blocks=48)), script)
    assert set(opening) == {"inrcodec-loader"}  # whoever moves the cursor waits for no shard


def test_the_index_is_used(small_collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = shutil.copytree(small_collection, tmp_path / "copied.inrs")
    index.make_index(copied)
    monkeypatch.setattr("inrcodec.tui.similar.descriptors", None)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)

    run_app(Browser(Collection.open(copied, kept_blocks=48)), script)


def test_what_was_described_is_kept_for_the_next_time(small_collection: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)

    run_app(Browser(Collection.open(small_collection, kept_blocks=48)), script)
    monkeypatch.setattr("inrcodec.tui.similar.descriptors", None)
    run_app(Browser(Collection.open(small_collection, kept_blocks=48)), script)


def test_a_shard_that_is_gone_takes_its_images_along(small_collection: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(small_collection, tmp_path / "copied.inrs")
    (copied / Collection.open(copied).manifest.shards[1].file).unlink()

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.loader.idle and "·" not in seen(app))
        await pilot.press("end", "enter")
        assert isinstance(app.screen, Detail)
        await until(pilot, lambda: "is not there" in seen(app))
        await pilot.press("escape", "n")
        await until(pilot, lambda: "image 5 is damaged" in headline(app))

    run_app(Browser(Collection.open(copied, kept_blocks=48)), script)
