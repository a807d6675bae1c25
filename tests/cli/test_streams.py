"""Streams that are missing, full or closed change no result and put no talk into data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a shell")
ROOT = Path(__file__).resolve().parents[2]


def shell(line: str, cwd: Path) -> tuple[int, str, str]:
    """Run it with INR as the program."""
    program = f"{sys.executable} -m inrcodec"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", line.replace("INR", program)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "closed",
    [">&-", ">&- 2>&- <&-", "2>/dev/full", *(pytest.param(one, marks=pytest.mark.slow) for one in ("2>&-", "<&-"))],
)
def test_the_work_is_done(closed: str, small_set: Path, tmp_path: Path) -> None:
    code, out, err = shell(f"INR decode {small_set} -o out {closed}", tmp_path)
    assert (code, err) == (0, "")
    assert len(list((tmp_path / "out").iterdir())) == 6
    assert len(out.splitlines()) == (0 if ">&- " in f"{closed} " and not closed.startswith("2") else 6)
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG")  # and no line of talk


def test_an_error_without_stderr_is_not_data(tmp_path: Path) -> None:
    assert shell("INR info nothing.inr 2>&-", tmp_path) == (2, "", "")


def test_a_full_stderr_costs_no_encode(small_images: Path, tmp_path: Path) -> None:
    words = f"INR encode {small_images} -o a.inr --passes 2 --threads 1 --no-verdict 2>/dev/full"
    assert shell(words, tmp_path) == (0, "a.inr\n", "")
    assert not (tmp_path / "a.inr.checkpoint").exists()


def test_a_full_stdout_is_said(small_set: Path, tmp_path: Path) -> None:
    code, _, err = shell(f"INR info {small_set} >/dev/full", tmp_path)
    assert code == 1
    assert "No space left" in err
    assert err.count("\n") == 1
