"""The grid on large sets and damaged files: only what is seen is decoded, and nobody waits."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
from textual.pilot import Pilot

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.tui.app import Browser
from inrcodec.tui.catalogue import Catalogue, matches
from inrcodec.tui.grid import Grid
from inrcodec.tui.halfblocks import centred, fitted, levels_of, line

from .conftest import damage_block, made_up, play, until


def test_ten_thousand_images_cost_what_is_on_the_screen(tmp_path: Path, monkeypatch: object) -> None:
    path = made_up(tmp_path / "many.inr", 10_000, 4)
    decoded: list[int] = []
    render = ArchivedImage.render_stored

    def counting(image: ArchivedImage, *arguments: object, **more: object) -> object:
        decoded.append(image.number)
        return render(image, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ArchivedImage, "render_stored", counting)  # type: ignore[attr-defined]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        grid = app.query_one(Grid)
        visible = grid.columns * (grid.size.height // grid.cell_height + 2)
        await until(pilot, lambda: len(decoded) >= grid.columns)
        await pilot.pause(0.5)
        assert len(set(decoded)) <= visible + 1
        assert max(decoded) < visible
        await pilot.press("end")
        await until(pilot, lambda: 9999 in decoded)
        await pilot.pause(0.5)
        assert len(set(decoded)) <= 2 * visible + 2
        assert not any(visible < number < 9999 - visible for number in decoded)

    started = time.monotonic()
    play(path, script)
    assert time.monotonic() - started < 20


def test_moving_never_waits_for_a_decode(forty: Path, monkeypatch: object) -> None:
    gate = threading.Event()
    render = ArchivedImage.render_stored

    def slow(image: ArchivedImage, *arguments: object, **more: object) -> object:
        gate.wait(5)
        return render(image, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ArchivedImage, "render_stored", slow)  # type: ignore[attr-defined]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        started = time.monotonic()
        await pilot.press(*["right"] * 10, *["left"] * 3)
        assert app.query_one(Grid).number == 7
        assert time.monotonic() - started < 3
        assert "·" in app.export_screenshot()  # placeholders
        gate.set()
        await until(pilot, lambda: "▀" in app.export_screenshot())

    play(forty, script)


def test_a_damaged_block_is_a_damaged_cell_and_the_rest_works(tmp_path: Path) -> None:
    path = made_up(tmp_path / "bad.inr", 70)
    damage_block(path, 1)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "▀" in app.export_screenshot())
        assert "damaged" not in app.export_screenshot()
        await pilot.press("end")
        await until(pilot, lambda: "damaged" in app.export_screenshot())
        await pilot.press("enter")
        await until(pilot, lambda: "damaged" in app.export_screenshot())
        await pilot.press("escape", "home")
        await until(pilot, lambda: "▀" in app.export_screenshot())

    play(path, script)


def test_half_blocks_show_two_rows_of_pixels() -> None:
    levels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    segments = line(levels, 0)
    assert [segment.text for segment in segments] == ["▀"] * 3
    style = segments[1].style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert tuple(style.color.triplet or ()) == (3, 4, 5)
    assert tuple(style.bgcolor.triplet or ()) == (12, 13, 14)


def test_pictures_fit_their_pane() -> None:
    assert fitted(48, 48, 40, 10) == (20, 20)
    assert fitted(200, 100, 40, 40) == (40, 20)
    assert fitted(1000, 1, 10, 10) == (10, 1)
    clear = np.zeros((4, 4, 4), np.float32)
    assert centred(levels_of(clear), 6, 4).shape == (8, 6, 3)


def test_searching() -> None:
    assert matches("clk", "clock-01.png")
    assert matches("01 clock", "clock-01.png")
    assert matches("", "anything")
    assert not matches("kcl", "clock")


def test_unknown_figures_leave_the_order_alone(forty: Path) -> None:
    archive = Archive.open(forty)
    assert Catalogue(archive, sort="psnr").numbers == tuple(range(40))
    assert Catalogue(archive, sort="similarity").numbers == tuple(range(40))
    assert Catalogue(archive, search="3", sort="name").numbers == tuple(
        number for number in sorted(range(40), key=str) if "3" in str(number)
    )
