"""Leaving a screen while it loads: nothing is lost, nothing is told, and what comes late is dropped."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.tui.app import Browser
from inrcodec.tui.blocks import Blocks
from inrcodec.tui.grid import Grid
from inrcodec.tui.loader import Loader
from inrcodec.tui.picture import Picture
from inrcodec.tui.similar import Similar
from inrcodec.tui.vectors import Vectors

from .conftest import play, seen, until


@pytest.mark.parametrize("key", ["n", "a", "v", "enter"])
def test_escape_while_it_loads_leaves_the_loader_alive(key: str, forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    render = ArchivedImage.render_stored

    def slow(image: ArchivedImage, *arguments: object, **more: object) -> object:
        gate.wait(20)
        return render(image, *arguments, **more)  # type: ignore[arg-type]

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        app.query_one(Grid).go_to(17)  # of the shape of the image beside it, so that there is a morph
        await pilot.press("space")
        app.query_one(Grid).go_to(29)
        await pilot.press("space")
        await until(pilot, lambda: app.loader.idle)
        monkeypatch.setattr(ArchivedImage, "render_stored", slow)
        await pilot.press(key)
        await pilot.pause(0.1)
        await pilot.press("escape")
        gate.set()
        await until(pilot, lambda: app.loader.idle)
        await pilot.pause(0.1)
        assert app.loader.alive
        assert not app.screen.query(Toast)
        await pilot.press("plus", "minus", "minus")  # other thumbnails
        await until(pilot, lambda: "·" not in seen(app) and "▀" in seen(app))
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query_one(Grid).number is not None)

    play(forty, script)


def test_a_callback_that_fails_is_told(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(made: object) -> None:
        raise RuntimeError("out of order")

    def ask(picture: Picture, *arguments: object, real: bool) -> None:
        picture._host.loader.ask("picture", lambda: None, broken)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.loader.idle)
        monkeypatch.setattr(Picture, "_ask", ask)
        await pilot.press("enter")
        await until(pilot, lambda: "out of order" in seen(app))
        assert app.loader.alive

    play(forty, script)


def test_nobody_who_asks_for_vectors_is_forgotten(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = Vectors(np.zeros((40, 3), np.float32), np.zeros((40, 2), np.float32))
    monkeypatch.setattr(Similar, "_describe", lambda _: vectors)
    for _ in range(40):
        loader, heard, lock = Loader(), [], threading.Lock()
        archive = Archive.open(forty)
        similar = Similar(archive, loader, Blocks(archive), lambda *_: None)

        def hear(answer: object, heard: list[object] = heard, lock: threading.Lock = lock) -> None:
            with lock:
                heard.append(answer)

        askers = [threading.Thread(target=similar.ask, args=(hear,)) for _ in range(8)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        while not loader.idle:
            pass
        loader.close()
        assert heard == [vectors] * 8
