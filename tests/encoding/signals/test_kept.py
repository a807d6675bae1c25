"""Fits of one signal that end too early go on to the same bytes, and two of them never make one file."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inrcodec
from inrcodec.bitstream.container import RECORD, read_chunks
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.cli.app import main
from inrcodec.encoding import keeping
from inrcodec.encoding.checkpoints import checkpoint_path, waiting
from inrcodec.errors import UsageError
from inrcodec.fitting import checkpoint, constrained
from inrcodec.fitting.constrained import Advance

QUICK: dict[str, Any] = {"passes": 400, "width": "32", "device": "cpu", "seed": 3}
Capture = pytest.CaptureFixture[str]


class Stop(BaseException):
    """As a signal, but nobody else's."""


def stop_at(share: float) -> Callable[[Advance], None]:
    def stop(news: Advance) -> None:
        if news.done >= share:
            raise Stop

    return stop


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short sound."""
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(4000)
        sink.writeframes(np.rint(9999 * np.sin(np.arange(600) / 3)).astype("<i2").tobytes())
    return path


@pytest.fixture(params=["picture", "sound"])
def fit(request: pytest.FixtureRequest, small_images: Path, tone: Path) -> Callable[..., Any]:
    """A fit of one of them, by where its file goes and how it runs."""
    if request.param == "picture":
        return lambda path, **run: inrcodec.fit(small_images / "one.png", path, **QUICK, **run)
    return lambda path, **run: inrcodec.fit_signal(tone, path, **QUICK, **run)


def timeless(path: Path) -> list[tuple[bytes, bytes]]:
    """What a file holds, but for the seconds in its training record."""
    chunks = read_chunks(path.read_bytes())
    return [(one.kind, one.payload[14:] if one.kind == RECORD else one.payload) for one in chunks]


def test_a_fit_stopped_twice_ends_with_the_same_file(fit: Callable[..., Any], tmp_path: Path) -> None:
    whole = fit(tmp_path / "whole.inr")
    for number, share in enumerate((0.3, 0.75)):
        with pytest.raises(Stop):
            fit(tmp_path / "set.inr", resume=number > 0, on_progress=stop_at(share))
        with pytest.raises(UsageError, match="an interrupted fit waits there"):
            fit(tmp_path / "set.inr")
    last = fit(tmp_path / "set.inr", resume=True)
    assert timeless(tmp_path / "set.inr") == timeless(tmp_path / "whole.inr")
    assert (last.steps, last.loss) == (whole.steps, whole.loss)
    assert {one.name for one in tmp_path.iterdir()} == {"set.inr", "whole.inr"}


def test_what_is_through_is_kept_until_the_file_is_there(
    fit: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise Stop

    with monkeypatch.context() as patched:
        for module in ("fit", "fit_signal"):
            patched.setattr(f"inrcodec.encoding.signals.{module}.write_atomically", full)
        with pytest.raises(Stop):
            fit(tmp_path / "set.inr")
    seen: list[Advance] = []
    fit(tmp_path / "set.inr", resume=True, on_progress=seen.append)
    assert not seen
    fit(tmp_path / "whole.inr")
    assert timeless(tmp_path / "set.inr") == timeless(tmp_path / "whole.inr")


def test_checkpoints_are_made_meanwhile_and_a_torn_step_is_none(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVERY", "SHARE"):
        monkeypatch.setattr(keeping, name, 0.0)
    monkeypatch.setattr(keeping, "COST", 1e9)
    path, settle, calls = tmp_path / "set.inr", constrained.ConstrainedFit._settle_until, list[float]()

    def failing(self: constrained.ConstrainedFit, done: float) -> None:
        settle(self, done)
        calls.append(done)
        if len(calls) == 30:
            raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(constrained.ConstrainedFit, "_settle_until", failing)
        with pytest.raises(MemoryError):
            inrcodec.fit(small_images / "one.png", path, **QUICK)
    assert 0 < checkpoint.read(checkpoint_path(path))[0]["standing"][0] < 30
    inrcodec.fit(small_images / "one.png", path, resume=True, **QUICK)
    inrcodec.fit(small_images / "one.png", tmp_path / "whole.inr", **QUICK)
    assert timeless(path) == timeless(tmp_path / "whole.inr")


def test_a_checkpoint_of_another_fit_is_none(small_images: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    with pytest.raises(Stop):
        inrcodec.fit(small_images / "one.png", path, on_progress=stop_at(0.1), **QUICK)
    for source, other in (("two.png", QUICK), ("one.png", QUICK | {"width": "40"}), ("one.png", QUICK | {"seed": 4})):
        with pytest.raises(UsageError, match="belongs to other images or settings"):
            inrcodec.fit(small_images / source, path, resume=True, **other)
    assert waiting(path)
    with pytest.raises(UsageError, match="belongs to other images or settings"):
        inrcodec.encode(small_images, path, resume=True, passes=1, device="cpu")


@pytest.mark.skipif(os.name != "posix", reason="signals and locks of POSIX")
def test_the_terminal_says_how_to_go_on(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["fit", str(small_images / "one.png"), "-o", "one.inr", "--passes", "400", "--width", "32"]
    monkeypatch.setattr("sys.argv", ["inrcodec", *words])
    with monkeypatch.context() as patched:
        patched.setattr(keeping.Keeper, "see", lambda self: os.kill(os.getpid(), signal.SIGINT))
        assert main(words) == 130
    said = capsys.readouterr().err.splitlines()
    assert f"inrcodec: stopped; to go on: inrcodec {' '.join(words)} --resume" in said
    with only_writer(Path("one.inr")):
        assert main([*words, "--resume"]) == 2
    assert "is making this file" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["one.inr"]
