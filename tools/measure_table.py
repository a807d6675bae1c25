"""Whole encodes and decodes, each in a process of its own: seconds, CPU seconds, the first step, memory, bytes and dB.

    python tools/measure_table.py --photographs FOLDER
    python tools/measure_table.py --photographs FOLDER --icons FOLDER --rows start photograph --engines kernel torch

FOLDER of photographs: any pictures, of which large ones are tiled. Rows are named in ROWS; --list prints them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

THUMBNAILS = 10_000
CHILD = """
import json, resource, sys, time
started = time.monotonic()
from inrcodec.encoding.encode import encode_with
from inrcodec.encoding.options import EncodeOptions, EncodeRun
first = []
def see(progress):
    if progress.phase != "compile" and not first:
        first.append(time.monotonic() - started)
made = encode_with([sys.argv[1]], sys.argv[2], EncodeOptions(**json.loads(sys.argv[3])), EncodeRun(on_progress=see))
archive = made.archive
print(json.dumps([first[0] if first else 0.0, archive.file_size, archive.bits_per_pixel, archive.means["psnr"]]))
"""


@dataclass(frozen=True)
class Row:
    """An encode: of what, with which options, and the size (decode's words) that its first image is drawn at, if any.

    folder: makes the pictures, from those of the first folder in the second, which is empty; where they are.
    """

    what: str
    options: dict[str, object]
    folder: Callable[[Path, Path], Path]
    drawn: str | None = None


@dataclass(frozen=True)
class Taken:
    """What a process took: seconds, CPU seconds, megabytes at its largest, and what it printed."""

    seconds: float
    cpu: float
    megabytes: float
    said: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--icons", type=Path)
    parser.add_argument("--rows", nargs="*")
    parser.add_argument("--engines", nargs="*", default=["kernel"])
    parser.add_argument("--threads", type=int)
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    rows = known_rows(asked.icons)
    if asked.list:
        print("\n".join(f"{name:<14}{row.what}" for name, row in rows.items()))
        return
    print(f"{'row':<14}{'engine':<9}{'first':>7}{'s':>8}{'CPU s':>8}{'MB':>7}{'bytes':>10}{'bpp':>8}{'dB':>7}")
    for name in asked.rows or rows:
        for engine in asked.engines:
            measure(name, rows[name], asked.photographs, engine, asked.threads)


def known_rows(icons: Path | None) -> dict[str, Row]:
    """The rows of the table; those of icons only where there are any."""
    rows = {
        "start": Row("the first step of a small set", {"passes": 3}, partial(shrunk, side=48, count=20)),
        "photograph": Row(
            "one photograph of 1536 x 1024 in 5 minutes", {"time_limit": 300}, partial(tiled, size=(1536, 1024))
        ),
        "large": Row(
            "one photograph of 4000 x 3000 in 20 s, then drawn at twice its size",
            {"time_limit": 20},
            partial(tiled, size=(4000, 3000)),
            "2x",
        ),
        "dozen": Row(
            "12 photographs of 800 x 600 in a minute", {"time_limit": 60}, partial(tiled, size=(800, 600), count=12)
        ),
        "thumbnails": Row(
            f"{THUMBNAILS:,} thumbnails of 48 x 48 in 10 minutes",
            {"time_limit": 600},
            partial(cut, side=48, count=THUMBNAILS),
        ),
        "photographs": Row("the photographs at 64 pixels, default effort", {}, partial(shrunk, side=64)),
    }
    if icons is not None:
        white: dict[str, object] = {"background": "white", "holdout": 0}
        rows["icons"] = Row("icons on white, default effort", white, lambda photographs, place: icons)
        rows["icons-1"] = Row("icons on white, effort 1", {**white, "effort": 1}, lambda photographs, place: icons)
    return rows


def measure(name: str, row: Row, photographs: Path, engine: str, threads: int | None) -> None:
    """Encode, and decode where that is asked for, and print both."""
    with tempfile.TemporaryDirectory() as place:
        made, folder = Path(place) / "set.inr", Path(place) / "pictures"
        folder.mkdir()
        options = json.dumps({**row.options, "engine": engine, "threads": threads, "device": "cpu"})
        taken = run([sys.executable, "-c", CHILD, str(row.folder(photographs, folder)), str(made), options])
        first, size, bits, decibels = json.loads(taken.said)
        print(
            f"{name:<14}{engine:<9}{first:>7.1f}{taken.seconds:>8.1f}{taken.cpu:>8.1f}{taken.megabytes:>7.0f}"
            f"{size:>10}{bits:>8.3f}{decibels:>7.2f}",
            flush=True,
        )
        if row.drawn:
            words = ["decode", str(made), "--index", "0", "--size", row.drawn, "--trust"]
            words += ["-o", str(Path(place) / "drawn.png")]
            taken = run([sys.executable, "-m", "inrcodec", *words])
            drawn = f"  drawn {row.drawn}"
            print(f"{drawn:<30}{taken.seconds:>8.1f}{taken.cpu:>8.1f}{taken.megabytes:>7.0f}", flush=True)


def run(words: list[str]) -> Taken:
    """Run a process to its end."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(words, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    if process.returncode not in (0, 4):  # 4: a time limit was missed
        raise SystemExit(f"{words[-3:]} failed")
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Taken(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, said)


def pictures_of(photographs: Path) -> list[Image.Image]:
    """All pictures of a folder."""
    files = sorted(path for path in photographs.iterdir() if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"))
    return [Image.open(path).convert("RGB") for path in files]


def tiled(photographs: Path, place: Path, size: tuple[int, int], count: int = 1) -> Path:
    """Pictures of a (width, height), each a few of the photographs side by side."""
    found, side = pictures_of(photographs), min(size) // 3
    for number in range(count):
        picture = Image.new("RGB", size)
        for part, (left, top) in enumerate((x, y) for y in range(0, size[1], side) for x in range(0, size[0], side)):
            chosen = found[(7 * part + 5 * number) % len(found)]
            picture.paste(chosen.resize((side, side), Image.Resampling.LANCZOS), (left, top))
        picture.save(place / f"{number}.png")
    return place


def shrunk(photographs: Path, place: Path, side: int, count: int | None = None) -> Path:
    """The photographs, square and small."""
    for number, picture in enumerate(pictures_of(photographs)[:count]):
        picture.resize((side, side), Image.Resampling.LANCZOS).save(place / f"{number}.png")
    return place


def cut(photographs: Path, place: Path, side: int, count: int) -> Path:
    """Small pieces of the photographs."""
    found = pictures_of(photographs)
    for number in range(count):
        picture = found[number % len(found)]
        left, top = (
            37 * number * step % (extent - side + 1) for step, extent in zip((3, 5), picture.size, strict=True)
        )
        picture.crop((left, top, left + side, top + side)).save(place / f"{number:05}.png")
    return place


if __name__ == "__main__":
    main()
