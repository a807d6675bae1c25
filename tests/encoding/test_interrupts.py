"""Fits that a signal, a kill or a failing step ends go on to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inrcodec
from inrcodec.encoding.checkpoints import waiting
from inrcodec.fitting import checkpoint, engine
from tests.encoding.stopped import QUICK, timeless


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
    words = ["encode", str(small_images), "-o", "set.inr", "--passes", "150", "--threads", "1", "--device", "cpu"]
    killed = subprocess.Popen([sys.executable, "-c", KILLED, *words], cwd=tmp_path, stderr=subprocess.PIPE)
    path, until = tmp_path / "set.inr", time.monotonic() + 100
    while len(waiting(path)) < 2 and time.monotonic() < until and killed.poll() is None:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert waiting(path)
    assert not path.exists()
    inrcodec.encode(small_images, path, resume=True, passes=150, threads=1, device="cpu")
    inrcodec.encode(small_images, tmp_path / "whole.inr", passes=150, threads=1, device="cpu")
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
