"""Images are compared beside the app, which goes on meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot

from inrcodec.numerics.arrays import FloatArray
from inrcodec.tui.app import Browser
from inrcodec.tui.grid import Grid
from inrcodec.tui.neighbors import Neighbors
from inrcodec.tui.vectors import Vectors

from .conftest import headline, play, until

COMPARE = Vectors.similarity


def test_the_app_goes_on_while_images_are_compared(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may, threads = threading.Event(), list[str]()

    def slowly(vectors: Vectors, number: int) -> FloatArray:
        threads.append(threading.current_thread().name)
        may.wait(60)
        return COMPARE(vectors, number)

    monkeypatch.setattr(Vectors, "similarity", slowly)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await pilot.press("n")
        await until(pilot, lambda: bool(threads))
        await pilot.press("escape")  # which it would not hear if it waited
        await until(pilot, lambda: not isinstance(app.screen, Neighbors))
        may.set()
        await pilot.press("n")
        shown = app.screen.query_one(Grid)
        await until(pilot, lambda: shown.number is not None)
        assert "the nearest" in headline(app)

    play(forty, script)
    assert set(threads) == {"inrcodec-loader"}


def test_sorting_by_similarity_compares_beside_the_app(forty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = list[str]()

    def seen(vectors: Vectors, number: int) -> FloatArray:
        threads.append(threading.current_thread().name)
        return COMPARE(vectors, number)

    monkeypatch.setattr(Vectors, "similarity", seen)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        for _ in range(5):
            await pilot.press("s")
        await until(pilot, lambda: "similarity" in headline(app))

    play(forty, script)
    assert set(threads) == {"inrcodec-loader"}
