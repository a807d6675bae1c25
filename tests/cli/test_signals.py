"""Files of one signal at the command line: fitted, described, decoded, and refused where images are wanted."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
RATE = 4000
QUICK = ["--passes", "600", "--width", "32", "--device", "cpu", "--quiet"]
TIMES = np.arange(1200) / RATE
TONE = 0.6 * np.exp(-4 * TIMES) * np.sin(2 * np.pi * 440 * TIMES) + 0.2 * np.sin(2 * np.pi * 97 * TIMES)


def write_wave(path: Path, samples: np.ndarray, rate: int = RATE) -> None:
    """16 bits."""
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(samples.shape[1])
        sink.setsampwidth(2)
        sink.setframerate(rate)
        sink.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())


def read_wave(path: Path) -> tuple[np.ndarray, int]:
    """Samples (count, channels) and the rate."""
    with wave.open(str(path)) as source:
        raw = np.frombuffer(source.readframes(source.getnframes()), "<i2")
        return raw.reshape(-1, source.getnchannels()) / 32768, source.getframerate()


def ratio(wanted: np.ndarray, found: np.ndarray) -> float:
    """Signal-to-noise, dB."""
    return float(10 * np.log10(np.square(wanted).sum() / np.square(wanted - found).sum()))


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound, fitted."""
    folder = tmp_path_factory.mktemp("tone")
    write_wave(folder / "tone.wav", TONE[:, None])
    assert main(["fit", str(folder / "tone.wav"), "-o", str(folder / "tone.inr"), *QUICK]) == 0
    return folder / "tone.inr"


def test_a_sound_comes_back_at_its_rate_and_at_others(tone: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(tone), "-o", str(tmp_path / "same.wav")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'same.wav'}\n"
    samples, rate = read_wave(tmp_path / "same.wav")
    assert (rate, samples.shape) == (RATE, (1200, 1))
    assert ratio(TONE, samples[:, 0]) > 25
    for other in (12000, 3000):
        assert main(["decode", str(tone), "--rate", str(other), "-o", str(tmp_path / "other.wav"), "-f"]) == 0
        found, rate = read_wave(tmp_path / "other.wav")
        assert rate == other
        assert len(found) == 1200 * other // RATE
        times = np.arange(len(found)) / other
        true = 0.6 * np.exp(-4 * times) * np.sin(2 * np.pi * 440 * times) + 0.2 * np.sin(2 * np.pi * 97 * times)
        inner = slice(100, -100)  # where the tone begins and ends, no filter knows what was before
        assert ratio(true[inner], found[inner, 0]) > 25


def test_nothing_folds_back_at_a_lower_rate(tmp_path: Path) -> None:
    write_wave(tmp_path / "high.wav", 0.5 * np.sin(2 * np.pi * 1700 * TIMES)[:, None])
    assert main(["fit", str(tmp_path / "high.wav"), "-o", str(tmp_path / "high.inr"), *QUICK]) == 0
    assert inrcodec.open_signal(tmp_path / "high.inr").figures["snr"] > 10
    assert main(["decode", str(tmp_path / "high.inr"), "--rate", "2000", "-o", str(tmp_path / "low.npy")]) == 0
    assert np.abs(np.load(tmp_path / "low.npy")[100:-100]).max() < 0.05


def test_what_is_said_of_it(tone: Path, capsys: Capture) -> None:
    for command in ("info", "report", "verify"):
        assert main([command, str(tone)]) == 0
        assert ("one signal" if command == "verify" else "sound") in capsys.readouterr().out
        assert main([command, str(tone), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["file_size"] == tone.stat().st_size
    assert main(["info", str(tone), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format_version"], told["kind"], told["name"], told["axes"]) == (2, "sound", "tone.wav", [1200])
    assert sum(part["bytes"] for part in told["parts"]) == told["file_size"]
    assert main(["report", str(tone), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("name,file_size,snr\ntone.wav,")


@pytest.mark.parametrize(
    "words",
    [
        ["neighbors", "FILE", "0"],
        ["pairs", "FILE"],
        ["morph", "FILE", "0", "1"],
        ["derive", "FILE", "--sheet"],
        ["fuse", "FILE", "-o", "x.png"],
        ["add", "FILE", "FILE"],
        ["decode", "FILE", "--sheet"],
        ["decode", "FILE", "--index", "0"],
        ["decode", "FILE", "--size", "30"],
        ["decode", "FILE", "--fps", "30"],
        ["decode", "FILE", "-o", "x.png"],
        ["decode", "FILE", "-o", "taken.wav"],
        ["decode", "FILE", "--rate", "999999"],
        ["report", "FILE", "--html", "x.html"],
        ["report", "FILE", "FILE"],
    ],
    ids=" ".join,
)
def test_what_needs_images_is_refused(
    words: list[str], tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken.wav").write_text("mine")
    assert main([str(tone) if word == "FILE" else word for word in words]) == 2
    err = capsys.readouterr().err
    assert err.startswith("inrcodec: error: ")
    assert err.count("\n") == 1
    assert Path("taken.wav").read_text() == "mine"


def test_stereo_silence_and_a_part(tmp_path: Path, capsys: Capture) -> None:
    both = np.stack([TONE, 0.3 * np.sin(2 * np.pi * 211 * TIMES)], axis=1)
    write_wave(tmp_path / "both.wav", both)
    write_wave(tmp_path / "still.wav", np.zeros((300, 2)))
    out = str(tmp_path / "a.inr")
    assert main(["fit", str(tmp_path / "both.wav"), "-o", out, *QUICK, "--start", "0.1", "--length", "0.15"]) == 0
    assert main(["decode", out, "-o", str(tmp_path / "a.wav")]) == 0
    samples, _ = read_wave(tmp_path / "a.wav")
    assert samples.shape == (600, 2)
    assert ratio(both[400:1000], samples) > 20
    assert inrcodec.open_signal(out).places[0][0] == pytest.approx(0.1 - 0.5 / RATE)
    assert main(["fit", str(tmp_path / "still.wav"), "-o", out, "-f", *QUICK]) == 0
    assert main(["decode", out, "-o", str(tmp_path / "a.wav"), "-f"]) == 0
    assert not read_wave(tmp_path / "a.wav")[0].any()
    capsys.readouterr()
    assert main(["report", out]) == 0


def test_a_missed_time_limit_is_code_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    write_wave(tmp_path / "tone.wav", TONE[:200, None])
    monkeypatch.setattr("inrcodec.cli.fit.GRACE_SECONDS", -1e9)
    words = ["fit", str(tmp_path / "tone.wav"), "-o", str(tmp_path / "a.inr"), "--time-limit", "1s", "--device", "cpu"]
    assert main(words) == 4
    assert "longer than --time-limit" in capsys.readouterr().err
    assert inrcodec.open_signal(tmp_path / "a.inr").kind == "sound"


def test_options_of_pictures_and_of_sounds_are_told_apart(tmp_path: Path, capsys: Capture) -> None:
    write_wave(tmp_path / "tone.wav", TONE[:200, None])
    sound, out = str(tmp_path / "tone.wav"), str(tmp_path / "a.inr")
    assert main(["fit", sound, "-o", out, "--from", "gradient"]) == 2
    assert "is a sound" in capsys.readouterr().err
    assert main(["fit", str(tmp_path / "missing.wav"), "-o", out]) == 2
    assert main(["fit", sound, "-o", out, "--start", "5"]) == 2
    assert main(["fit", sound, "-o", out, "--w0", "2000000"]) == 2
    assert not Path(out).exists()


def test_the_file_is_as_good_as_the_network(tmp_path: Path) -> None:
    write_wave(tmp_path / "tone.wav", TONE[:, None])
    quick = {"passes": 200, "width": "32", "device": "cpu"}
    result = inrcodec.fit_signal(tmp_path / "tone.wav", tmp_path / "a.inr", **quick)
    (kept,), (before,) = result.figures, result.unquantized
    assert kept.value > before.value - 0.3
    assert result.signal.figures["snr"] == pytest.approx(kept.value, abs=1e-3)
    again = inrcodec.fit_signal(tmp_path / "tone.wav", tmp_path / "b.inr", **quick)
    samples = [inrcodec.open_signal(tmp_path / f"{one}.inr").on_grid() for one in "ab"]
    np.testing.assert_array_equal(*samples)
    assert again.steps == result.steps


def test_several_signals_are_not_compared(tone: Path, capsys: Capture) -> None:
    assert main(["report", str(tone), str(tone)]) == 2
    assert "holds a sound; several files are compared where they are sets of images" in capsys.readouterr().err
