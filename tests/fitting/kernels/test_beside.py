"""What the end of a fit needs is compiled by another process, or by this one where there can be none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

from inrcodec.fitting.kernels import beside
from inrcodec.fitting.kernels.beside import compiled_beside


def test_the_other_process_does_what_it_is_for() -> None:
    """It says nothing to anyone, so that only its exit code tells."""
    done = subprocess.run([sys.executable, "-m", "inrcodec.fitting.kernels.beside"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_nothing_in_the_folder_where_one_works_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "numpy.py").write_text(f"open({str(ran)!r}, 'w').close()\nraise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(beside, "available_cores", lambda: 2)
    monkeypatch.setattr(beside, "LONGEST", 2.0)  # numpy is the first that it imports
    with compiled_beside():
        pass
    assert not ran.exists()


def test_without_another_process_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(beside.subprocess, "Popen", refused)
    monkeypatch.setattr(beside, "available_cores", lambda: 2)
    done = []
    with compiled_beside():
        done.append(True)
    assert done


def test_an_interrupt_ends_the_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def sleeping(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        started.append(begin([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[-1]

    monkeypatch.setattr(beside.subprocess, "Popen", sleeping)
    monkeypatch.setattr(beside, "available_cores", lambda: 2)
    with pytest.raises(KeyboardInterrupt), compiled_beside():
        raise KeyboardInterrupt
    assert started[0].returncode is not None
