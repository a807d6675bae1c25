"""Fits that end too early go on to the same bytes, wherever their checkpoints lie and whatever became of one."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inrcodec
from inrcodec.bitstream.container import RECORD, Chunk, read_chunks, write_chunks
from inrcodec.encoding import checkpoints, keeping, room, target
from inrcodec.encoding.checkpoints import checkpoint_path, place_of_last_resort, waiting
from inrcodec.errors import InrError, UsageError
from inrcodec.fitting import checkpoint, engine
from inrcodec.fitting.checkpoint import elder
from inrcodec.fitting.progress import Progress

QUICK: dict[str, Any] = {"passes": 30, "threads": 1, "device": "cpu", "seed": 3}


class Stop(BaseException):
    """As a signal, but nobody else's."""


def stop_at(share: float) -> Callable[[Progress], None]:
    def stop(progress: Progress) -> None:
        if progress.done >= share:
            raise Stop

    return stop


def timeless(path: Path) -> bytes:
    """A file whose training record says nothing of seconds: all else has to be the same."""
    chunks = list(read_chunks(path.read_bytes()))
    for number, chunk in enumerate(chunks):
        if chunk.kind == RECORD:
            chunks[number] = Chunk(RECORD, chunk.payload[:10] + bytes(4) + chunk.payload[14:])
    return write_chunks(chunks)


DESIGNS: dict[str, dict[str, Any]] = {
    "kernel": {},
    "kernel, areas": {"footprint": 2},
    "kernel, a target": {"target_psnr": 18.0},
    "torch": {"engine": "torch"},
    "torch, subsamples": {"conditioning": "latent", "code": 4},
}


@pytest.mark.parametrize(
    "design", [pytest.param(design, marks=[pytest.mark.slow] * ("target" in design)) for design in DESIGNS]
)
def test_a_fit_stopped_twice_ends_with_the_same_bytes(
    design: str, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "MOST_CORRECTIONS", 1)
    options = QUICK | DESIGNS[design]
    whole, path = tmp_path / "whole.inr", tmp_path / "set.inr"
    inrcodec.encode(small_images, whole, **options)
    for number, share in enumerate((0.3, 0.78)):
        with pytest.raises(Stop):
            inrcodec.encode(small_images, path, resume=number > 0, on_progress=stop_at(share), **options)
    inrcodec.encode(small_images, path, resume=True, **options)
    assert timeless(path) == timeless(whole)
    assert sorted(tmp_path.iterdir()) == [path, whole]


def test_steps_taken_many_at_once_go_on_to_the_same_bytes(small_images: Path, tmp_path: Path) -> None:
    """Pictures of one size: how many steps kernels take together is a matter of time."""
    sources, options = [small_images / "one.png", small_images / "two.png"], QUICK | {"passes": 90, "record": False}
    inrcodec.encode(sources, tmp_path / "whole.inr", **options)
    for number, share in enumerate((0.2, 0.55, 0.8)):
        with pytest.raises(Stop):
            inrcodec.encode(sources, tmp_path / "set.inr", resume=number > 0, on_progress=stop_at(share), **options)
    inrcodec.encode(sources, tmp_path / "set.inr", resume=True, **options)
    assert (tmp_path / "set.inr").read_bytes() == (tmp_path / "whole.inr").read_bytes()


def test_what_a_record_says_is_kept_too(small_images: Path, tmp_path: Path) -> None:
    with pytest.raises(Stop):
        inrcodec.encode(small_images, tmp_path / "set.inr", on_progress=stop_at(0.5), **QUICK)
    record = inrcodec.encode(small_images, tmp_path / "set.inr", resume=True, **QUICK).archive.record
    assert record is not None
    assert np.isfinite(record.columns[0].values[:20]).any()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint between any two steps that no thread is at work in."""
    for name in ("EVERY", "SHARE"):
        monkeypatch.setattr(keeping, name, 0.0)
    monkeypatch.setattr(keeping, "COST", 1e9)


@pytest.mark.usefixtures("often")
def test_two_generations_are_kept_and_the_older_one_helps_out(small_images: Path, tmp_path: Path) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.6), **QUICK)
    latest = checkpoint_path(path)
    assert waiting(path) == [latest, elder(latest)]
    damaged = bytearray(latest.read_bytes())
    damaged[len(damaged) // 2] ^= 4
    latest.write_bytes(damaged)
    os.utime(latest)
    inrcodec.encode(small_images, path, resume=True, on_notice=said.append, **QUICK)
    assert said == [f"the latest checkpoint is damaged; going on from the one before it, {elder(latest)}"]
    inrcodec.encode(small_images, tmp_path / "whole.inr", **QUICK)
    assert timeless(path) == timeless(tmp_path / "whole.inr")
    assert not waiting(path)


@pytest.mark.usefixtures("often")
def test_every_bit_of_a_checkpoint_that_matters_is_checked(small_images: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.1), **QUICK)
    latest = checkpoint_path(path)
    facts, arrays = checkpoint.read(latest)
    blob, random = latest.read_bytes(), np.random.default_rng(0)
    for place in random.integers(len(blob), size=200).tolist():
        latest.write_bytes(blob[:place] + bytes([blob[place] ^ 1 << int(random.integers(8))]) + blob[place + 1 :])
        try:
            found, others = checkpoint.read(latest)
        except InrError:
            continue
        assert repr(found) == repr(facts)  # the change was in what nobody reads, such as a date
        assert all((others[name] == arrays[name]).all() for name in arrays)


def test_a_full_disk_sends_checkpoints_to_the_state_folder(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    write = checkpoint.Snapshot.write

    def full(snapshot: checkpoint.Snapshot, where: Path) -> None:
        if where.parent == tmp_path:
            raise InrError(f"{where}: the checkpoint cannot be written: No space left on device")
        write(snapshot, where)

    monkeypatch.setattr(checkpoint.Snapshot, "write", full)
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.5), on_notice=said.append, **QUICK)
    other = place_of_last_resort(path)
    assert waiting(path) == [other]
    assert said == [f"{tmp_path}: no room for the checkpoint, which is in {other}"]
    with pytest.raises(UsageError, match="waits there"):
        inrcodec.encode(small_images, path, **QUICK)
    inrcodec.encode(small_images, path, resume=True, **QUICK)
    inrcodec.encode(small_images, tmp_path / "whole.inr", **QUICK)
    assert timeless(path) == timeless(tmp_path / "whole.inr")
    assert not waiting(path)


def test_too_little_room_is_said_before_the_fit(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    monkeypatch.setattr(room, "free_bytes", lambda folder: 1000)
    with pytest.raises(InrError, match=r"may take .* bytes, and .* has room for 1,000; free some"):
        inrcodec.encode(small_images, path, **QUICK)
    monkeypatch.setattr(room, "free_bytes", lambda folder: 100_000)
    inrcodec.encode(small_images, path, on_notice=said.append, **QUICK)
    assert len(said) == 1
    assert said[0].startswith(f"neither {tmp_path} nor ")


def test_room_is_held_without_a_name_and_let_go(tmp_path: Path) -> None:
    held = room.Room(tmp_path / "set.inr", 1 << 20)
    assert not list(tmp_path.iterdir())
    held.release()
    held.release()


def test_a_disk_that_fails_without_a_checkpoint_elsewhere_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(checkpoint.np, "savez", failing)
    with pytest.raises(InrError, match=r"set\.inr\.checkpoint: the checkpoint cannot be written: Input/output error"):
        checkpoints.write(checkpoint.Snapshot({}, {}), tmp_path / "set.inr")


def torn_by(monkeypatch: pytest.MonkeyPatch, number: int, ending: Callable[[], object]) -> None:
    """Something happens when kernels have moved all numbers of a fit, and nobody has counted that yet."""
    take, taken = engine.take_steps, list[int]()

    def taking(*arguments: Any) -> Any:
        figures = take(*arguments)
        taken.append(1)
        if len(taken) == number:
            ending()
        return figures

    monkeypatch.setattr(engine, "take_steps", taking)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_in_python_waits_for_the_step_to_end(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, options = tmp_path / "set.inr", QUICK | {"engine": "torch", "passes": 8}
    inrcodec.encode(small_images, tmp_path / "whole.inr", **options)
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patched:
            torn_by(patched, 12, lambda: os.kill(os.getpid(), signal.SIGINT))
            with pytest.raises(KeyboardInterrupt):
                inrcodec.encode(small_images, path, **options)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, earlier)
    assert checkpoint.read(waiting(path)[0])[0]["meter"][0] == 12
    inrcodec.encode(small_images, path, resume=True, **options)
    assert timeless(path) == timeless(tmp_path / "whole.inr")


@pytest.mark.usefixtures("often")
def test_a_step_that_is_torn_is_not_kept(small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory runs out, or somebody presses Ctrl-C twice: the latest checkpoint stays what it was."""

    def fail() -> None:
        raise MemoryError

    path, options = tmp_path / "set.inr", QUICK | {"engine": "torch", "passes": 8}
    with monkeypatch.context() as patched:
        torn_by(patched, 12, fail)
        with pytest.raises(MemoryError):
            inrcodec.encode(small_images, path, **options)
    assert checkpoint.read(waiting(path)[0])[0]["meter"][0] < 12
    inrcodec.encode(small_images, path, resume=True, **options)
    inrcodec.encode(small_images, tmp_path / "whole.inr", **options)
    assert timeless(path) == timeless(tmp_path / "whole.inr")


KILLED = """
import sys
from inrcodec.encoding import keeping
keeping.EVERY = keeping.SHARE = 0.0
keeping.COST = 1e9
from inrcodec.cli.app import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_fit_that_is_killed_goes_on(small_images: Path, tmp_path: Path) -> None:
    """kill -9, as soon as there are two checkpoints; the run after it leaves nothing but the file."""
    words = ["encode", str(small_images), "-o", "set.inr", "--passes", "400", "--threads", "1", "--device", "cpu"]
    killed = subprocess.Popen([sys.executable, "-c", KILLED, *words], cwd=tmp_path, stderr=subprocess.PIPE)
    path, until = tmp_path / "set.inr", time.monotonic() + 100
    while len(waiting(path)) < 2 and time.monotonic() < until and killed.poll() is None:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert waiting(path)
    assert not path.exists()
    inrcodec.encode(small_images, path, resume=True, passes=400, threads=1, device="cpu")
    inrcodec.encode(small_images, tmp_path / "whole.inr", passes=400, threads=1, device="cpu")
    assert timeless(path) == timeless(tmp_path / "whole.inr")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["set.inr", "whole.inr"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_while_the_file_is_measured_is_answered_at_once(small_images: Path, tmp_path: Path) -> None:
    slow = (
        "import os, signal, sys, time\n"
        "from inrcodec.encoding import encode\n"
        "def slowly(*_, **__):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(60)\n"
        "encode.assembled = slowly\n"
        "from inrcodec.cli.app import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = ["encode", str(small_images), "-o", "set.inr", "--passes", "3", "--threads", "1", "--device", "cpu"]
    ended = subprocess.run(
        [sys.executable, "-c", slow, *words], cwd=tmp_path, capture_output=True, text=True, timeout=50
    )
    assert ended.returncode == 130
    assert ended.stderr.splitlines()[-1] == "inrcodec: interrupted"
    assert ended.stderr.splitlines()[-2].endswith(" --resume")
    seen: list[str] = []
    inrcodec.encode(
        small_images, tmp_path / "set.inr", resume=True, passes=3, threads=1, device="cpu",
        on_progress=lambda news: seen.append(news.phase),
    )  # fmt: skip
    assert seen == ["measure", "write"]
