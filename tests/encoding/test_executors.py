"""Workers of collections: one that is killed or stopped costs no more than its own try."""

from __future__ import annotations

import dataclasses
import errno
import multiprocessing.context
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import inrcodec
from inrcodec.archive import Collection
from inrcodec.bitstream.container import read_chunks
from inrcodec.encoding import checkpoints
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.shards.collect import collection_with
from inrcodec.encoding.shards.division import divided
from inrcodec.encoding.shards.executors.contract import Attempt
from inrcodec.encoding.shards.executors.local import LocalWorkers
from inrcodec.encoding.shards.options import Sharding
from inrcodec.encoding.shards.task import Task
from inrcodec.errors import CorruptFileError
from inrcodec.images import look_for

pytest.importorskip("pyarrow")
QUICK = EncodeOptions(passes=2, threads=1, device="cpu", holdout=0)


def forked_by(process: int) -> int:
    """The worker of a process that serves tasks; 0 while there is none."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(children[0]) if children else 0


@pytest.mark.parametrize(
    "forked",
    [
        False,
        pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")),
    ],
)
def test_a_worker_that_is_killed_costs_its_own_try_alone(
    forked: bool, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processes, as users have it: whoever begins is killed once, or who forked it, and a second try is made."""
    killed: list[int] = []
    listen = LocalWorkers._listen

    def kill(process: int) -> None:
        while not (victim := forked_by(process) if forked else process):
            time.sleep(0.01)
        killed.append(victim)
        os.kill(victim, signal.SIGKILL)

    def listen_and_kill(self: LocalWorkers, task: Task, served: Any) -> Attempt | None:
        if not killed:
            threading.Thread(target=kill, args=(served.process.pid,)).start()
        return listen(self, task, served)

    monkeypatch.setattr(LocalWorkers, "_listen", listen_and_kill)
    found = inrcodec.encode_collection(
        [small_images], tmp_path / "a.inrs", shards=1, passes=2, threads=1, device="cpu", holdout=0
    )
    assert (found.retried, len(found.collection), found.failed) == (1, 6, ())
    next(found.collection.path.glob("*.inr")).write_bytes(b"")
    with pytest.raises(CorruptFileError):
        found.collection.verify()


def test_where_no_process_can_be_started_every_task_says_so(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first shard's worker is the one that others wait for."""

    def start(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", start)
    workers = LocalWorkers(2)
    for task in divided(look_for([small_images]).files, Sharding(shards=3, order="names"), QUICK, tmp_path):
        workers.submit(task)
    ended = [attempt.failure for _ in range(3) for attempt in workers.wait(10)]
    workers.close()
    assert ended == ["no process could be started: Resource temporarily unavailable"] * 3


def test_ctrl_c_while_a_worker_loads_prints_nothing(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It reaches all processes of a terminal, and one that still imports would say where it was."""
    start = multiprocessing.context.SpawnProcess.start

    def start_and_interrupt(process: multiprocessing.context.SpawnProcess) -> None:
        start(process)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGINT)

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", start_and_interrupt)
    workers = LocalWorkers(1)
    workers.submit(divided(look_for([small_images]).files, Sharding(shards=1), QUICK, tmp_path)[0])
    assert [attempt.failure for attempt in workers.wait(60)] == ["its worker died (exit code 130)"]
    workers.close()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
def test_a_worker_may_have_processes_of_its_own(small_images: Path, tmp_path: Path) -> None:
    """Fits without kernels fork: a worker that were a daemon could not."""
    found = inrcodec.encode_collection(
        [small_images], tmp_path / "a.inrs",
        shards=1, passes=1, threads=2, engine="torch", device="cpu", holdout=0, base="none", share="none",
    )  # fmt: skip
    assert (found.retried, len(found.collection)) == (0, 6)


@pytest.mark.parametrize(
    ("by", "engine"),
    [
        ("close", "kernel"),
        pytest.param("close", "torch", marks=pytest.mark.slow),
        pytest.param("signal", "torch", marks=pytest.mark.slow),
    ],
)
def test_a_worker_that_is_stopped_leaves_its_checkpoint(
    by: str, engine: str, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the driver does it, and as who ends all processes of a machine does; torch has a process of its own."""
    options = dataclasses.replace(QUICK, passes=100_000, engine=engine, threads=2, base="none")
    task = divided(look_for([small_images]).files, Sharding(shards=1), options, tmp_path)[0]
    processes: list[Any] = []
    listen = LocalWorkers._listen

    def listening(self: LocalWorkers, task: Task, served: Any) -> Attempt | None:
        processes.append(served.process)
        return listen(self, task, served)

    monkeypatch.setattr(LocalWorkers, "_listen", listening)
    workers = LocalWorkers(1)
    workers.submit(task)
    while not workers.shares().get(task.key):
        time.sleep(0.02)
    if by == "signal":
        os.kill(processes[0].pid, signal.SIGTERM)
        assert [attempt.failure for attempt in workers.wait(60)] == ["its worker died (exit code 130)"]
    workers.close()
    assert processes[0].exitcode == 130
    assert checkpoints.waiting(task.file)


@pytest.mark.slow
def test_a_driver_that_is_killed_leaves_what_is_finished(small_images: Path, tmp_path: Path) -> None:
    """kill -9 of the command: its worker ends by itself, and the same command encodes what is left."""
    output = tmp_path / "a.inrs"
    words = ["encode", str(small_images), "-o", str(output), "--shards", "3", "--passes", "40", "--engine", "torch"]
    command = [sys.executable, "-m", "inrcodec", *words, "--threads", "1", "--device", "cpu", "--quiet"]
    driver = subprocess.Popen(command)
    while not list(output.glob("*.inr")):
        assert driver.poll() is None
        time.sleep(0.02)
    driver.kill()
    driver.wait()
    before = {path.name: path.stat().st_mtime_ns for path in output.glob("*.inr")}
    assert not (output / "manifest.parquet").exists()
    subprocess.run(command, check=True)
    assert before.items() <= {path.name: path.stat().st_mtime_ns for path in output.glob("*.inr")}.items()
    found = Collection.open(output)
    found.verify()
    assert len(found) == 6


@pytest.mark.slow
def test_a_ray_cluster_makes_the_same(small_images: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    options = dataclasses.replace(QUICK, engine="kernel")
    of_ray = collection_with([small_images], tmp_path / "a.inrs", options, Sharding(shards=2, ray="local", workers=2))
    of_here = collection_with([small_images], tmp_path / "b.inrs", options, Sharding(shards=2))
    assert contents(of_ray.collection) == contents(of_here.collection)


def contents(found: Collection) -> list[list[tuple[bytes, bytes]]]:
    """Chunks of every shard, but for the record of the fit, which has its seconds."""
    files = [(found.path / shard.file).read_bytes() for shard in found.manifest.shards]
    return [[(one.kind, one.payload) for one in read_chunks(file) if one.kind != b"rECD"] for file in files]
