"""Searching, sorting and marking: what is shown, in which order, and what the captions say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import inrcodec
from inrcodec.archive import Archive
from inrcodec.tui.app import Browser
from inrcodec.tui.catalogue import Catalogue
from inrcodec.tui.grid import Grid
from inrcodec.tui.query import Query, figure, score

from .conftest import headline, notes, play, seen, until


def test_letters_stand_in_order_and_the_nearest_come_first() -> None:
    assert score("clk", "clock-01.png") is not None
    assert score("kcl", "clock-01.png") is None
    order = ["clock.png", "a-clock.png", "unclock.png", "calock.png", "c-l-o-c-k.png"]
    ranks = [score("clock", name) for name in order]
    assert None not in ranks
    assert ranks == sorted(rank for rank in ranks if rank is not None)


def test_bounds_are_told_from_words() -> None:
    query = Query.of("Cat psnr<25 b>=400 size=48 psnr< <3 foo<3 held<30")
    assert query.words == ("cat", "psnr<", "<3", "foo<3")
    assert query.bounds == (("psnr", "<", 25.0), ("bytes", ">=", 400.0), ("size", "=", 48.0), ("held-out", "<", 30.0))


def test_bounds_hold(small_set: Path, forty: Path) -> None:
    archive = inrcodec.open(small_set)
    assert Query.of("size=16").numbers(archive) == archive.select("three.png")
    assert Query.of("width>8 height<12").numbers(archive) == archive.select("three.png")
    assert Query.of("number>=4").numbers(archive) == (4, 5)
    middle = float(np.median(figure(archive, "psnr")))
    assert len(Query.of(f"psnr<{middle:.3f}").numbers(archive)) == 3
    assert Query.of("psnr>0").numbers(Archive.open(forty)) == ()  # unknown there
    assert len(Query.of("").numbers(archive)) == 6


def test_captions_say_what_is_sorted_by(small_set: Path, forty: Path) -> None:
    archive = inrcodec.open(small_set)
    assert Catalogue(archive).caption(1) == f"1 {archive.names[1]}"
    assert Catalogue(archive, sort="psnr").caption(1) == f"1 {archive[1].psnr:.1f} dB {archive.names[1]}"
    assert Catalogue(archive, sort="bytes").caption(1) == f"1 {archive[1].bits / 8:,.0f} B {archive.names[1]}"
    assert Catalogue(Archive.open(forty), sort="psnr").caption(1) == "1 1"


def test_search_is_live_and_escape_brings_the_old_one_back(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"one")
        await until(pilot, lambda: app.home.catalogue.search == "one")
        await pilot.press("enter", "slash")
        app.screen.query_one(Input).value = "size=16"
        await until(pilot, lambda: len(app.home.catalogue.numbers) == 1)
        await pilot.press("escape")
        assert app.home.catalogue.search == "one"
        await pilot.press("escape")
        assert app.home.catalogue.search == ""

    play(small_set, script)


def test_reverse_and_the_worst(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        grid, archive = app.query_one(Grid), app.archive
        worst = sorted(range(6), key=lambda number: archive[number].psnr or 0.0)
        await pilot.press("w")
        assert grid.number == worst[0]
        await pilot.press("w", "w")
        assert grid.number == worst[2]
        await pilot.press("home", "w")
        assert grid.number == worst[0]
        await pilot.press("s", "s")
        before = app.home.catalogue.numbers
        await pilot.press("r")
        assert app.home.catalogue.numbers == tuple(reversed(before))
        assert "by psnr, reversed" in headline(app)

    play(small_set, script)


def test_without_figures_there_is_no_worst(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await until(pilot, lambda: "no PSNR" in notes(app))

    play(forty, script)


def test_ranges_all_and_others_are_marked(forty: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("3", "G", "space", "7", "G", "V")
        assert list(app.marks) == [3, 4, 5, 6, 7]
        assert "5 marked" in headline(app)
        await pilot.press("I")
        assert sorted(app.marks) == [number for number in range(40) if not 3 <= number <= 7]
        await pilot.press("A")
        assert len(app.marks) == 40
        await pilot.press("A")
        assert not app.marks
        await pilot.press("slash", "1", "enter", "A")
        assert {app.archive.names[number].count("1") > 0 for number in app.marks} == {True}
        await pilot.press("escape", "escape")
        assert not app.marks

    play(forty, script)


@pytest.mark.parametrize("size", [(80, 24), (60, 12)])
def test_figures_stand_below_where_there_is_no_room_beside(size: tuple[int, int], small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("2", "G")
        assert f"{app.archive[2].psnr:.2f} dB" in seen(app).splitlines()[-2]

    play(small_set, script, size)
