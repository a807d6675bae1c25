"""The grid on large sets and damaged files: only what is seen is decoded, and nobody waits."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from rich.style import Style
from textual.pilot import Pilot

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.bitstream.stored import StoredSet
from inrcodec.tui.app import Browser
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.catalogue import Catalogue
from inrcodec.tui.grid import Grid
from inrcodec.tui.halfblocks import coarse, fitted, levels_of, line

from .conftest import PATIENCE, damage_block, made_up, play, seen, until


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
        await until(pilot, lambda: len(decoded) >= grid.columns and app.loader.idle)
        assert max(decoded) < 2 * visible  # the next screen is fetched ahead
        await pilot.press("end")
        await until(pilot, lambda: 9999 in decoded and app.loader.idle)
        assert not any(2 * visible < number < 9999 - 2 * visible for number in decoded)
        thumbnails = [number for number in decoded if number not in (0, 9999)]  # those are beside the grid, too
        assert len(set(thumbnails)) == len(thumbnails)

    play(path, script)


def test_moving_never_waits_for_a_decode(forty: Path, monkeypatch: object) -> None:
    gate = threading.Event()
    render = ArchivedImage.render_stored

    def slow(image: ArchivedImage, *arguments: object, **more: object) -> object:
        gate.wait(PATIENCE)
        return render(image, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ArchivedImage, "render_stored", slow)  # type: ignore[attr-defined]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press(*["right"] * 10, *["left"] * 3)
        assert app.query_one(Grid).number == 7
        assert "·" in app.export_screenshot()  # placeholders
        gate.set()
        await until(pilot, lambda: "▀" in app.export_screenshot())

    play(forty, script)


def test_every_block_is_decoded_once_and_the_picture_looked_at_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made_up(tmp_path / "many.inr", 300)
    blocks: list[int] = []
    order: list[tuple[int, object]] = []
    decode, render = StoredSet._decode, ArchivedImage.render_stored

    def counting(stored: StoredSet, block: int) -> object:
        blocks.append(block)
        return decode(stored, block)

    def watching(image: ArchivedImage, size: object = None, *more: object) -> object:
        order.append((image.number, size))
        return render(image, size, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(StoredSet, "_decode", counting)
    monkeypatch.setattr(ArchivedImage, "render_stored", watching)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.loader.idle)
        for keys in ("end", "home", "minus minus", "end", "s home", "r", "plus plus", "1 0 0 G", "slash 2 enter"):
            order.clear()
            await pilot.press(*keys.split())
            await until(pilot, lambda: app.loader.idle and "·" not in seen(app))
            jobs = app.loader.jobs
            await pilot.pause(0.1)
            assert app.loader.jobs == jobs  # nothing is asked for again and again
            assert len(set(order)) == len(order), keys
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.loader.idle)
        order.clear()
        await pilot.press("7", "7", "G")
        await until(pilot, lambda: app.loader.idle)
        assert order[0][0] == 77, order[:9]
        assert sorted(blocks) == [0, 1, 2, 3, 4]

    play(path, script)


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
    ground = Style(bgcolor="blue")
    segments = line(levels, 0, 3, 1, ground)
    assert [segment.text for segment in segments] == ["▀"] * 3
    style = segments[1].style
    assert style is not None
    assert style.color is not None
    assert style.bgcolor is not None
    assert tuple(style.color.triplet or ()) == (3, 4, 5)
    assert tuple(style.bgcolor.triplet or ()) == (12, 13, 14)


def test_pictures_stand_in_the_middle_of_their_pane_on_its_ground() -> None:
    levels = np.zeros((3, 2, 3), np.uint8)
    ground = Style(bgcolor="blue")
    lines = [line(levels, row, 5, 4, ground) for row in range(4)]
    assert ["".join(segment.text for segment in row) for row in lines] == ["     ", "     ", " ▀▀  ", "     "]
    assert all(segment.style == ground for segment in lines[0])
    flat, half = lines[1][1].style, lines[2][1].style
    assert flat is not None
    assert flat.bgcolor is not None
    assert tuple(flat.bgcolor.triplet or ()) == (0, 0, 0)
    assert half is not None
    assert half.bgcolor == ground.bgcolor  # nothing below the last row
    assert line(np.zeros((9, 9, 3), np.uint8), 1, 2, 2, ground)[0].text == "  "  # too large: cut


def test_pictures_fit_their_pane() -> None:
    assert fitted(48, 48, 40, 10) == (20, 20)
    assert fitted(200, 100, 40, 40) == (40, 20)
    assert fitted(1000, 1, 10, 10) == (10, 1)


def test_fewer_colors_look_the_same() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 256, 3)
    fewer = coarse(levels, (38, 38, 38))
    assert np.abs(fewer.astype(int) - levels).max() <= 2
    assert len(np.unique(fewer)) <= 65
    assert fewer[0, [0, 38, 255], 0].tolist() == [0, 38, 255]


def test_what_is_transparent_shows_the_backdrop() -> None:
    clear = np.zeros((16, 16, 4), np.float32)
    assert (levels_of(clear, Backdrop("theme", (1, 2, 3))) == (1, 2, 3)).all()
    assert (levels_of(clear, Backdrop("white")) == 255).all()
    checker = levels_of(clear, Backdrop("checker"))
    assert len(np.unique(checker)) == 2
    assert (checker[:2, :2] == checker[0, 0]).all()
    assert (checker[0, 2] != checker[0, 0]).all()


def test_unknown_figures_leave_the_order_alone(forty: Path) -> None:
    archive = Archive.open(forty)
    assert Catalogue(archive, sort="psnr").numbers == tuple(range(40))
    assert Catalogue(archive, sort="similarity").numbers == tuple(range(40))
    assert Catalogue(archive, search="3", sort="name").numbers == tuple(
        number for number in sorted(range(40), key=str) if "3" in str(number)
    )
    assert Catalogue(archive, reverse=True).numbers == tuple(reversed(range(40)))
