"""Unfinished files: a killed writer's are removed by the next one, a living one's stay."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.part_files import part_file, remove_stale

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are looked for on POSIX only")


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def named(folder: Path, number: int) -> Path:
    """An unfinished file of another process."""
    path = part_file(folder)
    path = path.with_name(path.name.replace(f"-{os.getpid()}-", f"-{number}-"))
    path.write_bytes(b"half")
    return path


def test_the_next_writer_removes_what_a_dead_one_left(tmp_path: Path, dead: int) -> None:
    left, working = named(tmp_path, dead), named(tmp_path, os.getppid())
    write_atomically(tmp_path / "set.inr", b"whole", overwrite=False)
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([working.name, "set.inr"])


def test_nothing_else_is_removed(tmp_path: Path, dead: int) -> None:
    elsewhere = named(tmp_path, dead)
    elsewhere = elsewhere.rename(tmp_path / f".inr-00000000-{dead}-{'0' * 16}.part")  # of another machine
    others = [tmp_path / name for name in (".inr-0123456789abcdef.part", "set.inr.checkpoint", f"{dead}.part")]
    for path in others:
        path.write_bytes(b"")
    remove_stale(tmp_path)
    assert set(tmp_path.iterdir()) == {elsewhere, *others}
    remove_stale(tmp_path / "missing")  # says nothing


def test_a_killed_writer(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal\n"
        "from inrcodec.bitstream import files\n"
        "files.os.fsync = lambda number: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"files.write_atomically(pathlib.Path({str(tmp_path / 'set.inr')!r}), b'whole', overwrite=False)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode < 0
    assert len(list(tmp_path.iterdir())) == 1
    write_atomically(tmp_path / "set.inr", b"whole", overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr"]
