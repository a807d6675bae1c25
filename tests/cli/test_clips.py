"""Clips at the command line: one network over time, and frames as a set that decode plays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main
from inrcodec.signals.video import read_frames

Capture = pytest.CaptureFixture[str]
FITTED = ["--width", "32", "--device", "cpu", "--quiet", "--passes", "150"]
ENCODED = ["--passes", "30", "--holdout", "0", "--device", "cpu", "--threads", "1", "--quiet"]
DURATIONS = [60, 120, 60, 60, 200, 60]


def frames() -> list[np.ndarray]:
    """A soft spot that moves to the right."""
    rows, columns = np.mgrid[:16, :20] / 20
    spots = [np.exp(-((columns - 0.1 - 0.12 * n) ** 2 + (rows - 0.4) ** 2) / 0.02) for n in range(len(DURATIONS))]
    return [np.rint(255 * np.stack([spot, 0.2 + 0.5 * rows, 1 - spot], axis=2)).astype(np.uint8) for spot in spots]


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A WebP with uneven times."""
    monkeypatch.chdir(tmp_path)
    first, *others = [Image.fromarray(frame) for frame in frames()]
    first.save("clip.webp", save_all=True, append_images=others, duration=DURATIONS, loop=0, lossless=True)
    return "clip.webp"


def seconds_of(path: str) -> list[float]:
    return [round(frame.seconds, 3) for frame in read_frames(Path(path))]


def test_one_network_over_time(clip: str, capsys: Capture) -> None:
    assert main(["fit", clip, "-o", "a.inr", *FITTED]) == 0
    signal = inrcodec.open_signal("a.inr")
    assert (signal.kind, signal.axes, signal.channels) == ("video", (20, 16, 6), 3)
    assert signal.places[2] == (0.0, pytest.approx(0.56))
    assert signal.figures["psnr"] > 28
    capsys.readouterr()
    assert main(["decode", "a.inr", "-o", "same.webp", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 6
    assert seconds_of("same.webp") == [duration / 1000 for duration in DURATIONS]
    for found, frame in zip(read_frames(Path("same.webp")), frames(), strict=True):
        assert np.abs(found.pixels.astype(float) - frame).mean() < 12
    assert main(["decode", "a.inr", "--fps", "50", "--size", "10", "-o", "b.npy", "--quiet"]) == 0
    assert np.load("b.npy").shape == (28, 8, 10, 3)
    assert main(["info", "a.inr"]) == main(["report", "a.inr"]) == main(["verify", "a.inr"]) == 0
    for words in (["--rate", "9"], ["--largest"], ["--sheet"], ["-o", "a.wav"], ["--fps", "1000", "--size", "99999"]):
        assert main(["decode", "a.inr", *words]) == 2


def test_frames_as_a_set_are_played(clip: str, capsys: Capture) -> None:
    assert main(["encode", clip, "--frames", "all", "-o", "set.inr", *ENCODED]) == 0
    archive = inrcodec.open("set.inr")
    assert archive.names[:2] == ("clip.webp/0", "clip.webp/1")
    assert archive.times == tuple(duration / 1000 for duration in DURATIONS)
    capsys.readouterr()
    assert main(["decode", "set.inr", "-o", "same.webp", "--quiet"]) == 0
    assert capsys.readouterr().out == "same.webp\n"
    assert seconds_of("same.webp") == [duration / 1000 for duration in DURATIONS]
    assert main(["decode", "set.inr", "-o", "even.webp", "--fps", "10", "--quiet"]) == 0
    assert sum(seconds_of("even.webp")) == pytest.approx(0.6)
    assert main(["decode", "set.inr", "-o", "three.webp", "--index", "3"]) == 0
    assert not getattr(Image.open("three.webp"), "is_animated", False)
    assert main(["decode", "set.inr", "-o", "pictures"]) == 0
    assert len(list(Path("pictures").iterdir())) == 6
    assert main(["decode", "set.inr", "--fps", "10"]) == 2
    capsys.readouterr()
    assert main(["info", "set.inr", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == pytest.approx(0.56)
    Image.fromarray(frames()[0]).save("more.png")
    assert main(["add", "set.inr", "more.png"]) == 2
    assert "frames of a clip" in capsys.readouterr().err


def test_a_morph_plays_all_frames_at_their_own_pace(clip: str, capsys: Capture) -> None:
    assert main(["encode", clip, "--frames", "all", "-o", "set.inr", *ENCODED]) == 0
    capsys.readouterr()
    assert main(["morph", "set.inr", "--mode", "blend", "--size", "native", "-o", "a.webp", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] > 6
    assert told["frames"] / told["fps"] == pytest.approx(0.56, abs=0.12)
    assert main(["encode", clip, "-o", "one.inr", *ENCODED]) == 0
    assert main(["morph", "one.inr"]) == 2


def test_films_come_out_of_both(clip: str) -> None:
    pytest.importorskip("imageio_ffmpeg")
    assert main(["encode", clip, "--frames", "all", "-o", "set.inr", *ENCODED]) == 0
    assert main(["decode", "set.inr", "-o", "film.mp4", "--quiet"]) == 0
    assert sum(seconds_of("film.mp4")) == pytest.approx(0.56, abs=0.05)
    assert main(["encode", "film.mp4", "--frames", "all", "--max-size", "8", "-o", "small.inr", *ENCODED]) == 0
    assert main(["encode", "film.mp4", "-o", "other.inr", *ENCODED]) == 1
    archive = inrcodec.open("small.inr")
    assert (archive[0].height, archive[0].width) == (6, 8)
    assert sum(archive.times or ()) == pytest.approx(0.56, abs=0.05)


def test_stills_and_clips_together_are_a_plain_set(clip: str) -> None:
    Image.fromarray(frames()[0]).save("more.png")
    assert main(["encode", clip, "more.png", "--frames", "all", "-o", "set.inr", *ENCODED]) == 0
    archive = inrcodec.open("set.inr")
    assert len(archive) == 7
    assert archive.times is None
    assert main(["encode", clip, "--frames", "all", "--max-pixels", "999", "-o", "few.inr", *ENCODED]) == 2
    assert main(["encode", clip, "-o", "one.inr", *ENCODED]) == 0
    assert len(inrcodec.open("one.inr")) == 1
