"""Derivatives and originals in the view of one image: what is drawn, what is said of it, and what is missing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from textual.pilot import Pilot

from inrcodec.archive import Archive
from inrcodec.errors import InputError
from inrcodec.exporters.derivatives import draw_gradient, draw_laplacian, luma_slopes, magnitudes, on_white, white_of
from inrcodec.tui.against import Against
from inrcodec.tui.app import Browser
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.detail import Detail
from inrcodec.tui.halfblocks import levels_of
from inrcodec.tui.picture import Picture
from inrcodec.tui.terminal import Terminal
from inrcodec.tui.viewport import WHOLE, Viewport, read_part, render_viewport
from inrcodec.tui.views import COMPARISONS, DERIVATIVES, View, Views, after

from .conftest import headline, notes, play, seen, until

EVERYTHING = ((-1.0, 1.0), (-1.0, 1.0))


@pytest.fixture
def originals(small_images: Path, tmp_path: Path) -> Path:
    """A copy of the pictures that the small set was made of."""
    return Path(shutil.copytree(small_images, tmp_path / "originals"))


def picture(app: Browser) -> Picture:
    return app.screen.query_one(Picture)


async def pressed(app: Browser, pilot: Pilot[None], key: str, told: str) -> np.ndarray:
    """What is drawn once a key was pressed and the headline says so."""
    await pilot.press(key)
    await until(pilot, lambda: told in headline(app) and app.loader.idle and picture(app).shown is not None)
    levels = picture(app).shown
    assert levels is not None
    return levels


def brightness(app: Browser) -> str:
    """What the headline says of full brightness."""
    return headline(app).partition("full brightness ")[2].partition(" a pixel")[0]


def view_of(kind: str, size: tuple[int, int], viewport: Viewport | None = None) -> View:
    return View(0, viewport or Viewport(), WHOLE, size, "detail", Backdrop(), kind)  # type: ignore[arg-type]


# Derivatives


def test_one_key_goes_from_the_picture_to_its_gradient_its_laplacian_and_back(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Detail) and picture(app).shown is not None)
        image, plain = app.archive[0], picture(app).shown
        assert plain is not None
        slopes = await pressed(app, pilot, "D", "gradient, full brightness")
        size = slopes.shape[1], slopes.shape[0]
        exact, native = image.gradient(size), image.gradient()
        white = white_of(magnitudes(luma_slopes(native)[:, :, None]))
        assert f"{white:.3g} a pixel" in headline(app)
        np.testing.assert_array_equal(slopes, levels_of(draw_gradient(exact, white), app.backdrop))
        bends = await pressed(app, pilot, "D", "Laplacian, white")
        white = white_of(on_white(image.laplacian()))
        np.testing.assert_array_equal(bends, levels_of(draw_laplacian(image.laplacian(size), white), app.backdrop))
        np.testing.assert_array_equal(await pressed(app, pilot, "D", "edges drawn"), plain)

    play(small_set, script, (100, 30))


def test_a_view_stays_while_one_zooms_and_turns(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        whole = await pressed(app, pilot, "D", "gradient")
        scale = brightness(app)
        zoomed = await pressed(app, pilot, "plus", "zoom 1.4")
        await until(pilot, lambda: picture(app).shown is not None and picture(app).shown.shape != whole.shape)
        assert brightness(app) == scale
        assert zoomed.any()
        await pressed(app, pilot, "right_square_bracket", "1 ")
        await until(pilot, lambda: "gradient" in headline(app))
        assert picture(app).kind == "gradient"

    play(small_set, script, (100, 30))


@pytest.mark.parametrize("kind", ["gradient", "laplacian"])
def test_a_part_of_a_derivative_is_that_part_of_the_whole(kind: str, small_set: Path) -> None:
    image, views = Archive.open(small_set)[0], Views()
    whole = views.draw(image, view_of(kind, (64, 64)), (64, 64)).levels
    half = view_of(kind, (32, 32), Viewport(-0.5, -0.5, 2.0))._replace(extent=(0.5, 0.5))
    part = views.draw(image, half, (32, 32)).levels
    np.testing.assert_allclose(part, whole[:32, :32], atol=1)


def test_large_panes_get_fewer_exact_places(small_set: Path) -> None:
    image = Archive.open(small_set)[0]
    levels = Views().draw(image, view_of("laplacian", (900, 900)), (900, 900)).levels
    assert levels.shape == (900, 900, 3)
    assert len(np.unique(levels[450], axis=0)) <= 400


def test_derivatives_are_drawn_off_the_app_s_thread_and_in_real_pixels(small_set: Path) -> None:
    backend = ImageBackend("kitty", Terminal(kitty=True, answered=True, asked=True))

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        jobs = app.loader.jobs
        await pressed(app, pilot, "D", "gradient")
        assert app.loader.jobs > jobs
        await until(pilot, lambda: picture(app).is_laid)

    play(small_set, script, (80, 24), backend)


def test_without_pictures_there_are_no_views(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter", "D")
        await until(pilot, lambda: "--images none" in notes(app))
        assert picture(app).kind == "picture"

    play(small_set, script, backend=ImageBackend("none"))


def test_cycles_are_entered_behind_the_plain_picture() -> None:
    assert [after(kind, DERIVATIVES) for kind in ("picture", "gradient", "laplacian", "beside")] == [
        "gradient",
        "laplacian",
        "picture",
        "gradient",
    ]
    assert [after(kind, COMPARISONS) for kind in (*COMPARISONS, "laplacian")] == [
        "beside",
        "original",
        "difference",
        "picture",
        "beside",
    ]


# Originals


def test_originals_stand_beside_what_was_made_of_them(small_set: Path, originals: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await until(pilot, lambda: "SSIM" in headline(app))
        image = app.archive[0]
        assert image.psnr is not None
        again = re.search(r"again ([\d.]+) dB", headline(app))
        assert again is not None
        assert float(again[1]) == pytest.approx(image.psnr, abs=0.02)
        beside = await pressed(app, pilot, "d", "original | decoded | difference, white +")
        single = await pressed(app, pilot, "d", "original")
        await until(pilot, lambda: "decoded" not in headline(app))
        error = await pressed(app, pilot, "d", "difference, white")
        assert beside.shape[1] > 2.5 * beside.shape[0]
        assert single.shape == error.shape
        wanted = np.asarray(Image.open(originals / image.name).convert("RGBA"), dtype=np.float64) / 255
        wanted[..., :3] *= wanted[..., 3:]
        compared = app.views.against.compared(0)  # type: ignore[union-attr]
        assert compared is not None
        np.testing.assert_allclose(compared.original, wanted, atol=1e-6)
        apart = np.rint(image.render_stored() * 255) / 255 - compared.original
        np.testing.assert_allclose(compared.errors, apart, atol=1e-6)
        await pressed(app, pilot, "d", "edges drawn")

    play(small_set, script, (160, 40), against=originals)


def test_figures_against_originals_follow_the_cursor(small_set: Path, originals: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for name in app.archive.names[:2]:
            await until(pilot, lambda name=name: f"original {name}" in seen(app) and "SSIM" in seen(app))  # type: ignore[misc]
            await pilot.press("right")

    play(small_set, script, against=originals)


def test_what_is_missing_is_said(small_set: Path, originals: Path) -> None:
    names = Archive.open(small_set).names
    (originals / names[0]).unlink()
    (originals / names[1]).rename(originals / f"other{Path(names[1]).suffix}")

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "original none" in seen(app))
        await pilot.press("right")
        await until(pilot, lambda: "original other" in seen(app))
        await pilot.press("left", "enter", "d")
        await until(pilot, lambda: "has no original of" in seen(app))

    play(small_set, script, against=originals)


def test_other_pictures_of_a_name_are_doubted_and_hostile_names_escaped(small_set: Path, originals: Path) -> None:
    names = Archive.open(small_set).names
    path = originals / names[0]
    size = Image.open(path).size
    path.unlink()
    Image.effect_noise(size, 80).convert("RGB").save(path)
    (originals / names[1]).rename(originals / f"[red]x[{Path(names[1]).suffix}")

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "another picture?" in seen(app))
        await pilot.press("right")
        await until(pilot, lambda: "original [red]x[" in seen(app))

    play(small_set, script, against=originals)


def test_without_originals_the_key_says_how_to_get_them(small_set: Path) -> None:
    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("enter", "d")
        await until(pilot, lambda: "--against FOLDER" in notes(app))

    play(small_set, script)


def test_few_originals_are_kept(small_set: Path, originals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inrcodec.tui.against.KEPT", 1)
    against = Against(Archive.open(small_set), originals)
    first = against.compared(0)
    against.compared(1)
    assert against.compared(1) is against.compared(1)
    assert against.compared(0) is not first


def test_a_folder_without_pictures_is_refused(small_set: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="empty"):
        Against(Archive.open(small_set), empty)


# Parts of pixels


def test_pixels_are_read_as_squares_interpolated_or_as_means() -> None:
    native = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
    squares = read_part(native, EVERYTHING, (8, 8), squares=True)
    np.testing.assert_array_equal(squares, native.repeat(2, axis=0).repeat(2, axis=1))
    fewer = read_part(native, EVERYTHING, (2, 2))
    np.testing.assert_allclose(fewer[..., 0], [[2.5, 4.5], [10.5, 12.5]])
    part = read_part(native, ((-1.0, 0.0), (0.0, 1.0)), (2, 2), squares=True)
    np.testing.assert_array_equal(part[..., 0], native[:2, 2:, 0])
    same = read_part(native, EVERYTHING, (4, 4))
    np.testing.assert_allclose(same, native, atol=1e-6)


def test_what_is_drawn_of_the_picture_is_as_before(small_set: Path) -> None:
    image = Archive.open(small_set)[0]
    colors = render_viewport(image, Viewport(), WHOLE, (40, 40))
    drawn = Views().draw(image, view_of("picture", (40, 40)), (40, 40))
    np.testing.assert_array_equal(drawn.levels, levels_of(colors, Backdrop()))
    assert not drawn.told
