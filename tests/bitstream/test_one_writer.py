"""One process at a time makes a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import inrcodec
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.errors import UsageError

pytest.importorskip("fcntl")
HOLD = """
import pathlib, sys
from inrcodec.bitstream.one_writer import only_writer
with only_writer(pathlib.Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    root = str(Path(inrcodec.__file__).parents[1])
    command = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def test_the_second_is_refused_before_any_work(tmp_path: Path, small_images: Path) -> None:
    path = tmp_path / "set.inr"
    with holder(path) as first:
        with pytest.raises(UsageError, match=rf"set\.inr: process {first.pid} is making this file; wait for it"):
            inrcodec.encode(small_images, path, passes=1)
        with only_writer(tmp_path / "other.inr"):
            pass
        first.communicate("")
    assert list(tmp_path.iterdir()) == []
    inrcodec.encode(small_images, path, passes=1, device="cpu")
    assert [one.name for one in tmp_path.iterdir()] == ["set.inr"]


def test_nobody_changes_a_file_that_another_process_makes(
    tmp_path: Path, small_images: Path, newcomers: Path, small_set: Path
) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(small_set.read_bytes())
    with holder(path) as first:
        for change in (
            lambda: inrcodec.add(path, newcomers / "five.png"),
            lambda: inrcodec.replace(path, 0, newcomers / "five.png"),
            lambda: inrcodec.remove(path, 0),
            lambda: inrcodec.add(small_set, newcomers / "five.png", path, overwrite=True),
        ):
            with pytest.raises(UsageError, match=rf"set\.inr: process {first.pid} is making this file; wait for it"):
                change()
        first.communicate("")
    assert path.read_bytes() == small_set.read_bytes()
    assert len(inrcodec.remove(path, 0).archive) == 5
    assert [one.name for one in tmp_path.iterdir()] == ["set.inr"]


def test_what_a_killed_one_leaves_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    with holder(path) as first:
        first.kill()
    assert [one.name for one in tmp_path.iterdir()] == [".set.inr.lock"]
    with only_writer(path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_it_is_free_after_a_failure_and_for_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), only_writer(tmp_path / "set.inr"):
            raise ZeroDivisionError
    with only_writer(tmp_path / "missing" / "set.inr"):
        pass


def test_a_path_without_a_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for change in (lambda: inrcodec.remove(".", 0), lambda: inrcodec.add(".", "one.png")):
        with pytest.raises(UsageError, match="is a folder"):
            change()
