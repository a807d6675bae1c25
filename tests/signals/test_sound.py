"""Sounds as they come in: every depth, parts of them, and what is wrong with a file in one line."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from inrcodec.errors import InputError, InrError, MissingPackageError, UsageError
from inrcodec.signals import kind_of
from inrcodec.signals.sound import Stretch, read_sound

RATE = 8000
SAMPLES = np.stack([np.sin(np.arange(500) / 7), 0.5 * np.cos(np.arange(500) / 3)], axis=1)


def wave_file(samples: np.ndarray, bits: int, code: int = 1, *, extensible: bool = False, claimed: int = 0) -> bytes:
    """A WAV file written by hand; extensible as 24-bit recorders do it."""
    channels = samples.shape[1]
    if code == 3:
        raw = samples.astype(f"<f{bits // 8}").tobytes()
    elif bits == 8:
        raw = np.rint(samples * 127 + 128).astype(np.uint8).tobytes()
    else:
        whole = np.rint(samples * (2 ** (bits - 1) - 1)).astype("<i8")
        raw = whole.reshape(-1, 1).view(np.uint8)[:, : bits // 8].tobytes()
    block = channels * bits // 8
    layout = struct.pack("<HHIIHH", 0xFFFE if extensible else code, channels, RATE, RATE * block, block, bits)
    if extensible:
        layout += struct.pack("<HHIH14s", 22, bits, 3, code, b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71")
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout + b"LIST\x03\0\0\0odd\0"
    chunks += b"data" + struct.pack("<I", claimed or len(raw)) + raw
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize(
    ("bits", "code", "extensible"),
    [(8, 1, False), (16, 1, False), (24, 1, True), (24, 1, False), (32, 1, True), (32, 3, False), (64, 3, True)],
)
def test_every_depth(tmp_path: Path, bits: int, code: int, extensible: bool) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave_file(SAMPLES, bits, code, extensible=extensible))
    sound = read_sound(path)
    assert (sound.rate, sound.samples.shape, sound.first) == (RATE, (500, 2), 0)
    tolerance = 1e-7 if code == 3 else 1.6 / 2 ** (bits - 1)
    assert np.abs(sound.samples - SAMPLES).max() <= max(tolerance, 1e-7)


def test_parts_by_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave_file(SAMPLES, 16))
    part = read_sound(path, Stretch(100 / RATE, 50 / RATE))
    assert (part.first, len(part.samples)) == (100, 50)
    np.testing.assert_allclose(part.samples, SAMPLES[100:150], atol=1e-4)
    assert len(read_sound(path, Stretch(400 / RATE, 9.0)).samples) == 100
    for wrong in (Stretch(1.0), Stretch(-1.0), Stretch(0, 0), Stretch(float("nan"))):
        with pytest.raises(UsageError):
            read_sound(path, wrong)


def test_a_recording_that_was_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wave_file(SAMPLES, 16, claimed=0xFFFFFFFF)[:-101])
    assert len(read_sound(path).samples) == 500 - 26


def test_long_ones_ask_for_a_part(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with path.open("wb") as sink:
        sink.write(wave_file(SAMPLES[:, :1], 8, claimed=1 << 25))
        sink.truncate((1 << 25) + 60)
    with pytest.raises(UsageError, match="choose a part with start and length"):
        read_sound(path)
    assert len(read_sound(path, Stretch(1.0, 0.5)).samples) == 4000


@pytest.mark.parametrize(
    "blob",
    [
        b"RIFF",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEdata\0\0\0\0",
        wave_file(SAMPLES, 16)[:50],
        wave_file(SAMPLES[:0], 16),
        wave_file(SAMPLES, 16).replace(struct.pack("<I", RATE), bytes(4)),
        b"",
        b"noise" * 100,
        b"RIFX" + bytes(100),
    ],
)
@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_what_is_no_sound_is_one_line(tmp_path: Path, blob: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(blob)
    with pytest.raises(InrError) as caught:
        read_sound(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_formats_by_soundfile(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    for name, tolerance in (("a.flac", 1e-4), ("a.ogg", 0.2), ("u-law.wav", 0.05)):
        settings = {"subtype": "ULAW"} if name == "u-law.wav" else {}
        soundfile.write(tmp_path / name, SAMPLES, RATE, **settings)
        sound = read_sound(tmp_path / name, Stretch(0, 0.05))
        assert sound.rate == RATE
        assert np.abs(sound.samples - SAMPLES[:400]).max() < tolerance


def test_without_soundfile_the_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    (tmp_path / "a.flac").write_bytes(b"fLaC")
    with pytest.raises(MissingPackageError, match=r"pip install 'inrcodec\[sound\]'"):
        read_sound(tmp_path / "a.flac")
    (tmp_path / "a.wav").write_bytes(wave_file(SAMPLES, 24, extensible=True))
    assert len(read_sound(tmp_path / "a.wav").samples) == 500


def test_kinds_by_name(tmp_path: Path) -> None:
    assert kind_of("a.WAV") == "sound"
    assert kind_of("a.mp4") == "video"
    assert kind_of("a.ply") == "shape"
    assert kind_of("a.txt") is None
    assert kind_of(tmp_path / "missing.gif") is None
    with pytest.raises(UsageError, match="no such file"):
        read_sound(tmp_path / "missing.wav")
    with pytest.raises(InputError):
        read_sound(tmp_path)
