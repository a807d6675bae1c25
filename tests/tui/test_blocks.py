"""Processes that decode: the same latents, and nothing is lost where they fail."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from inrcodec.archive import Archive
from inrcodec.tui import blocks as module
from inrcodec.tui.app import Browser
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.blocks import Blocks, Line
from inrcodec.tui.decoding import ANSWER, BLOCK, DESCRIPTORS, REQUEST, serve
from inrcodec.tui.grid import Grid
from inrcodec.tui.vectors import descriptors

from .conftest import PATIENCE, damage_block, headline, made_up, play, seen, until


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 images in four blocks, of which the third is damaged."""
    path = made_up(tmp_path_factory.mktemp("blocks") / "several.inr", 200)
    damage_block(path, 2)
    return path


def opened(path: Path) -> Archive:
    return Archive.open(path, lenient=True, kept_blocks=48)


def wait(blocks: Blocks, true: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit
        blocks.collect(0.05)


def test_nothing_in_the_folder_where_one_works_is_run(
    several: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "numpy.py").write_text(f"open({str(ran)!r}, 'w').close()\nraise SystemExit")
    monkeypatch.chdir(tmp_path)
    archive = opened(several)
    blocks = Blocks(archive, 1)
    blocks.want([0])
    wait(blocks, lambda: archive.stored.has(0))
    blocks.close()
    assert not ran.exists()


def test_latents_and_descriptors_are_the_same_as_those_decoded_here(several: Path) -> None:
    archive, here = opened(several), opened(several)
    blocks = Blocks(archive, 2)
    blocks.want([3, 1, 2, 0])
    blocks.wait_for((BLOCK, 3))  # no process is there yet: it is waited for
    assert archive.stored.has(3)
    blocks.want([0, 2], DESCRIPTORS, Line.SET)
    wait(blocks, lambda: len(blocks.descriptors) == 2 and all(map(archive.stored.has, (0, 1, 3))))
    wait(blocks, lambda: (BLOCK, 2) in blocks.failed)
    for number in (0, 63, 64, 199):
        for one, other in zip(archive.latents(number), here.latents(number), strict=True):
            assert np.array_equal(one, other)
            assert one.dtype == other.dtype
    assert np.array_equal(blocks.descriptors[0], descriptors(here, range(64)))
    assert np.isnan(blocks.descriptors[2]).all()
    blocks.want([1], DESCRIPTORS, Line.SET)  # whose latents are known, and are sent with the order
    wait(blocks, lambda: 1 in blocks.descriptors)
    assert np.array_equal(blocks.descriptors[1], descriptors(here, range(64, 128)))
    assert not blocks.expects((BLOCK, 0))
    assert not blocks.expects((BLOCK, 2))
    blocks.close()


def test_the_app_shows_the_same_with_processes(several: Path) -> None:
    screens: list[list[str]] = []

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        shown = []
        for keys in ("", "1 4 0 G", "end", "r", "s"):
            await pilot.press(*keys.split())
            await until(pilot, lambda: "·" not in seen(app) and app.loader.idle)
            shown.append(seen(app))
        await pilot.press("home", "n")
        await until(pilot, lambda: app.screen.query_one(Grid).number is not None)
        shown.append(headline(app))
        screens.append(shown)

    for count in (0, 2):
        play(several, script, backend=ImageBackend("half"), processes=count)
    assert screens[0] == screens[1]


@pytest.mark.parametrize("program", ["", "import sys; sys.exit(1)", "print('nonsense' * 99)"])
def test_processes_that_fail_are_done_without(program: str, several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        """Another program instead of ours."""

        def __init__(self, command: list[str], **more: object) -> None:
            self.process = popen([command[0], "-c", program], **more)  # type: ignore[call-overload]

        def __enter__(self) -> object:
            return self.process

        def __exit__(self, *_: object) -> None:
            self.process.kill()
            self.process.wait()

    popen = module.subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", Broken)

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "▀" in seen(app) and "·" not in seen(app))
        await until(pilot, lambda: not app.blocks.several)
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query_one(Grid).number is not None)

    play(several, script, processes=2)


def test_a_process_that_dies_at_work_is_done_without(several: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = opened(several)
    blocks = Blocks(archive, 1)
    answers = iter([module._answer, None])

    def answer(process: object) -> object:
        reader = next(answers)
        if reader is None:
            process.kill()  # type: ignore[attr-defined]
            return module_answer(process)
        return module_answer(process)

    module_answer = module._answer
    monkeypatch.setattr(module, "_answer", answer)
    blocks.want([0, 1])
    wait(blocks, lambda: not blocks.several)
    wait(blocks, lambda: not blocks.expects((BLOCK, 0)) and not blocks.expects((BLOCK, 1)))
    assert archive.latents(0)  # decoded here


def test_a_file_that_was_replaced_is_not_decoded_for_the_old_one(several: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(several.read_bytes())
    archive = opened(path)
    made_up(path, 190)
    blocks = Blocks(archive, 1)
    blocks.want([0])
    wait(blocks, lambda: not blocks.several)
    assert not archive.stored.has(0)


def test_answers_tell_whether_it_could_be_done(several: Path) -> None:
    archive = opened(several)
    requests = b"".join(REQUEST.pack(kind, block, 0) for kind, block in ((BLOCK, 0), (BLOCK, 2), (BLOCK, 99)))
    answers = io.BytesIO()
    serve(archive, io.BytesIO(requests + b"b"), answers)
    answers.seek(0)
    told = []
    while head := answers.read(ANSWER.size):
        done, length = ANSWER.unpack(head)
        told.append((done, len(answers.read(length)) > 0))
    assert told == [(True, True), (True, True), (False, False), (False, False)]
