"""Measures what docs/signals.md says of sounds and clips, and prints it as tables; the samples, and a plucked melody.

From the repository's root: python tools/measure_signals.py --kind sounds [options], or this file alone

    --seconds   CPU time for each fit, on one thread (default 50); a trial of TRIAL steps says how many steps that is
    --only      rows of these names
    --fits      where files are kept; those that are there are measured again without a fit

Figures are of files that were written, decoded to WAV or pictures, and read back.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # ahead of numpy: a second one gains nothing here, and spins

import numpy as np
from PIL import Image

import inrcodec
from inrcodec.archive.clip import frame_at
from inrcodec.archive.sound import sound_at
from inrcodec.exporters.sounds import encode_sound
from inrcodec.numerics.metrics import psnr
from inrcodec.signals.sound import read_sound
from inrcodec.signals.video import read_frames

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))

import draw_ball
import draw_bell

ROOT = Path(__file__).parents[1]
RATE, TRIAL = 16_000, 60
NOTES = (262, 330, 392, 523, 392, 330, 294, 262)  # hertz


@dataclass(frozen=True)
class Row:
    """One fit: its name in the table, the file that is fitted, and options besides time."""

    name: str
    source: Path
    options: dict[str, str] = field(default_factory=dict)


def plucked(rate: int = RATE) -> np.ndarray:
    """Two seconds of plucked strings (Karplus and Strong, 1983): bursts of noise that a delay line wears down."""
    rng, sound = np.random.default_rng(0), np.zeros(3 * rate)
    for number, note in enumerate(NOTES):
        line = rng.uniform(-1, 1, rate // note)
        string = np.empty(int(0.6 * rate))
        for at in range(len(string)):
            place = at % len(line)
            string[at] = line[place]
            line[place] = 0.498 * (line[place] + line[(place + 1) % len(line)])
        sound[number * rate // 4 :][: len(string)] += string
    return 0.9 * sound[: 2 * rate] / np.abs(sound[: 2 * rate]).max()


def prepared(folder: Path) -> None:
    """The melody, and every other frame of the ball."""
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / "melody.wav"), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(RATE)
        sink.writeframes(np.rint(32767 * plucked()).astype("<i2").tobytes())
    first, *others = [Image.fromarray(frame) for frame in draw_ball.frames()[::2]]
    twice = 2 * draw_ball.MILLISECONDS
    first.save(folder / "half.webp", save_all=True, append_images=others, duration=twice, lossless=True)


def rows(folder: Path) -> Iterator[Row]:
    """Every fit of the tables."""
    for name, source in (("melody", folder / "melody.wav"), ("bell", ROOT / "samples" / "bell.wav")):
        yield Row(name, source)
        yield Row(f"{name}, relu", source, {"activation": "relu"})
        yield Row(f"{name}, relu-pe", source, {"activation": "relu-pe"})
    yield Row("melody, w0 3000", folder / "melody.wav", {"w0": "3000"})
    yield Row("ball", ROOT / "samples" / "ball.gif")
    yield Row("ball, relu", ROOT / "samples" / "ball.gif", {"activation": "relu"})
    yield Row("ball, every other frame", folder / "half.webp")


def fitted(row: Row, folder: Path, seconds: float) -> tuple[Path, str]:
    """The file, and what is told of its fit where there was one."""
    path = folder / f"{row.name.replace(' ', '-').replace(',', '')}.inr"
    if path.exists():
        return path, " | | |"
    times: list[float] = []
    for _ in range(2):  # the first one loads torch
        inrcodec.fit_signal(
            row.source,
            path,
            passes=max(1, TRIAL * 1024 // 32_000),
            overwrite=True,
            on_progress=lambda _: times.append(time.process_time()),
            **row.options,  # type: ignore[arg-type]
        )
    steps = inrcodec.open_signal(path).record.steps  # type: ignore[union-attr]
    each = (times[-1] - times[-steps]) / max(1, steps - 1)
    samples = int(np.prod(inrcodec.open_signal(path).axes))
    started = time.process_time()
    result = inrcodec.fit_signal(
        row.source,
        path,
        passes=max(1, round(seconds / each * 1024 / samples)),
        overwrite=True,
        **row.options,  # type: ignore[arg-type]
    )
    lost = result.unquantized[0].value - result.figures[0].value
    return path, f" {lost:.2f} | {result.steps:,} | {time.process_time() - started:.0f} |"


def decoded_ratio(path: Path, truth: np.ndarray, rate: int, folder: Path) -> float:
    """Signal-to-noise of the WAV file that is decoded, against samples (count,) of that rate, dB."""
    out = folder / "decoded.wav"
    out.write_bytes(encode_sound(sound_at(inrcodec.open_signal(path), rate), rate, ".wav"))
    found = read_sound(out).samples[:, 0].astype(np.float64)
    return float(10 * np.log10(np.square(truth).sum() / np.square(truth - found).sum()))


def sound_line(row: Row, path: Path, folder: Path, told: str) -> str:
    """One line of the table of sounds."""
    truth = read_sound(row.source).samples[:, 0].astype(np.float64)
    at_48k = ""
    if row.source.stem == "bell":
        at_48k = f"{decoded_ratio(path, draw_bell.melody(48_000), 48_000, folder):.1f}"
    ratio = decoded_ratio(path, truth, RATE, folder)
    return f"| {row.name} | {ratio:.1f} | {at_48k} | {path.stat().st_size:,} |{told}"


def clip_line(row: Row, path: Path, told: str) -> str:
    """One line of the table of clips."""
    signal = inrcodec.open_signal(path)
    step = draw_ball.MILLISECONDS / 1000
    if row.source.suffix == ".gif":
        truth = [frame.pixels / np.float32(255) for frame in read_frames(row.source)]
        found = [frame_at(signal, (number + 0.5) * step) for number in range(len(truth))]
    else:  # frames between those that were fitted; of theirs, number j lies at (2 j + 1) frames of the whole clip
        truth = [np.asarray(frame / 255, np.float32) for frame in draw_ball.frames()[1:-1:2]]
        found = [frame_at(signal, 2 * (number + 1) * step) for number in range(len(truth))]
    mean = float(np.mean([psnr(one, other) for one, other in zip(truth, found, strict=True)]))
    return f"| {row.name} | {mean:.1f} | {path.stat().st_size:,} |{told}"


def fade_line() -> str:
    """What fading from frame to frame gives of those between."""
    drawn = [np.asarray(frame / 255, np.float32) for frame in draw_ball.frames()]
    between = [psnr(drawn[n], (drawn[n - 1] + drawn[n + 1]) / 2) for n in range(1, len(drawn) - 1, 2)]
    return f"| every other frame, a fade | {float(np.mean(between)):.1f} | | | | |"


def set_line(folder: Path, seconds: float) -> str:
    """The frames as a set."""
    path = folder / "frames.inr"
    told = " | | |"
    if not path.exists():
        started = time.process_time()
        inrcodec.encode(
            [ROOT / "samples" / "ball.gif"], path, frames="all", time_limit=seconds, threads=1, device="cpu"
        )
        told = f" | | {time.process_time() - started:.0f} |"
    archive = inrcodec.open(path)
    return f"| ball, encode --frames all | {archive.means['psnr']:.1f} | {path.stat().st_size:,} |{told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=50.0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--fits", type=Path, default=Path("sounds"))
    asked = parser.parse_args()
    prepared(asked.fits)
    print("| | SNR | at 48 kHz, against the truth | bytes | lost by quantization | steps | CPU seconds |")
    print("|---|---|---|---|---|---|---|")
    for row in rows(asked.fits):
        if asked.only and row.name not in asked.only:
            continue
        path, told = fitted(row, asked.fits, asked.seconds)
        line = sound_line(row, path, asked.fits, told) if row.source.suffix == ".wav" else clip_line(row, path, told)
        print(line, flush=True)
    if not asked.only or "frames" in asked.only:
        print(set_line(asked.fits, asked.seconds))
        print(fade_line())


if __name__ == "__main__":
    main()
