"""Archives without a fit, and an app running over one of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import textual.app
import textual.pilot
from made_up import random_set
from textual.pilot import Pilot
from textual.widgets import Static

from inrcodec.archive import Archive
from inrcodec.bitstream.container import BLOCK
from inrcodec.bitstream.stored import StoredSet
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level
from inrcodec.tui.against import Against
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.blocks import Blocks
from inrcodec.tui.grid import Grid

Script = Callable[[Browser, Pilot[None]], Coroutine[Any, Any, None]]
PATIENCE = 60.0  # seconds; a busy machine is slow
TICK = 0.005  # seconds
LONGEST_UNREST = 1.0  # seconds; what plays by itself never rests


def made_up(path: Path, images: int, side: int = 8) -> Path:
    """A file of random images with small levels."""
    path.write_bytes(
        random_set(3, images=images, side=side, levels=(Level(1, 1),), hidden_width=4, context_width=2).file()
    )
    return path


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app keeps between two runs is kept for no other test."""
    place = str(tmp_path_factory.mktemp("cache"))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA", "APPDATA", "HOME"):
        monkeypatch.setenv(name, place)


@pytest.fixture(scope="session")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty images named by their numbers."""
    return made_up(tmp_path_factory.mktemp("browse") / "forty.inr", 40)


def play(
    path: Path,
    script: Script,
    size: tuple[int, int] = (120, 36),
    backend: ImageBackend | None = None,
    processes: int = 0,
    against: Path | None = None,
    background: str | None = None,
) -> None:
    """Run the app over a file and a script over the app; processes beside it decode. against: originals."""

    archive = Archive.open(path, lenient=True, kept_blocks=48)
    originals = None if against is None else Against(archive, against, background)
    run_app(Browser(archive, backend, Blocks(archive, processes), originals), script, size)


def run_app(app: Browser, script: Script, size: tuple[int, int] = (120, 36)) -> None:
    """Run an app and a script over it."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            with pytest.MonkeyPatch.context() as patched:
                for module in (textual.app, textual.pilot):
                    patched.setattr(module, "wait_for_idle", lambda *_: quiet(pilot))
                await pilot.pause()
                await script(app, pilot)

    asyncio.run(run())


async def quiet(pilot: Pilot[None]) -> None:
    """Wait until the app has done what its messages ask for, and has nothing to do after a message to every widget.

    Textual's own wait after every key takes 40 ms at least, and up to two seconds while other threads decode, whose
    pictures a test waits for by `until`. A message to every widget costs more than most keys, so it comes once.
    """
    limit = time.monotonic() + LONGEST_UNREST
    await calm(pilot, limit)
    await pilot._wait_for_screen()
    await calm(pilot, limit)


async def calm(pilot: Pilot[None], limit: float) -> None:
    """Wait for a tick in which nothing is worked on, and no message waits."""
    while time.monotonic() < limit:
        worked = time.thread_time()
        await asyncio.sleep(TICK)
        waiting = any(one.message_queue_size for one in (pilot.app, *pilot.app.screen.walk_children(with_self=True)))
        if not waiting and time.thread_time() - worked < TICK / 10:
            return


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what a worker brings about."""
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, "it never came to that"
        await pilot.pause(0.02)


def seen(app: Browser) -> str:
    """The screen as plain text."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def grid_of(app: Browser) -> Grid:
    """The first screen's, whatever is shown above it."""
    return app.screen_stack[0].query_one(Grid)


def headline(app: Browser) -> str:
    """The first line of the screen in full."""
    return str(app.screen.query_one("#headline", Static).visual)


def notes(app: Browser) -> str:
    """All messages that are shown."""
    return "\n".join(note.message for note in app._notifications)


def damage_block(path: Path, number: int) -> None:
    """Turn a byte over in a block of latents."""
    blob = bytearray(path.read_bytes())
    blocks = [chunk for chunk in StoredSet(bytes(blob), field_shapes).chunks if chunk.kind == BLOCK]
    blob[blocks[number].offset + 10] ^= 0xFF
    path.write_bytes(blob)
