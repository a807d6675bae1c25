"""What it is worth to know something before the first picture: fits from nothing beside fits from base and guesses.

    python tools/measure_start.py --icons FOLDER --photographs FOLDER --large FOLDER
    python tools/measure_start.py --icons FOLDER --photographs FOLDER --large FOLDER --rows few limits

few: the first 4 and 12 icons, bytes at 36 dB, by interpolation between qualities, mean of seeds. limits: all of both
folders in 5 s of fitting on one core, and without a pass. thumbnails, dozen: pieces and tiles of the large photographs
in a minute. added: every eighth icon added to a file of the others. Every encode is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from measure_table import CHILD, cut, run, tiled

import inrcodec

COLD: dict[str, Any] = {"base": "none", "start": "none"}
STARTS: dict[str, dict[str, Any]] = {"nothing": COLD, "base": {"start": "none"}, "guesses": {"start": "guess"}}
WHITE: dict[str, Any] = {"background": "white", "holdout": 0}
WANTED = 36.0  # dB
QUALITIES = (30, 40, 50)
FEW_PASSES = (300, None)  # None: the default effort
EVERY = 8


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--icons", type=Path, required=True)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--large", type=Path, required=True, help="photographs to take pieces of")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", nargs="*", default=["few", "limits", "thumbnails", "dozen", "added"])
    asked = parser.parse_args()
    rows = {
        "few": partial(few, asked.icons, asked.seeds),
        "limits": partial(limits, asked.icons, asked.photographs),
        "thumbnails": partial(pieces, asked.large, "2,000 pieces of 48 x 48", partial(cut, side=48, count=2000)),
        "dozen": partial(pieces, asked.large, "12 of 800 x 600", partial(tiled, size=(800, 600), count=12)),
        "added": partial(added, asked.icons),
    }
    for name in asked.rows:
        rows[name]()


def encoded(sources: Path, options: dict[str, Any]) -> tuple[float, float, int, float]:
    """Seconds of all, PSNR, bytes and bits per pixel."""
    with tempfile.TemporaryDirectory() as place:
        words = [sys.executable, "-c", CHILD, str(sources), str(Path(place) / "set.inr"), json.dumps(options)]
        taken = run(words)
    _, size, bits, decibels = json.loads(taken.said)
    return taken.seconds, decibels, size, bits


def few(icons: Path, seeds: int) -> None:
    """Bytes of small sets at an equal PSNR."""
    for count in (4, 12):
        with tempfile.TemporaryDirectory() as place:
            for path in _files(icons)[:count]:
                shutil.copy(path, place)
            for passes in FEW_PASSES:
                how: dict[str, Any] = {**WHITE} if passes is None else {**WHITE, "passes": passes}
                for name, start in STARTS.items():
                    sizes = [_at_wanted(Path(place), {**how, **start, "seed": seed}) for seed in range(seeds)]
                    told = f"{np.mean(sizes):7.0f} bytes at {WANTED} dB (seeds {min(sizes):.0f} to {max(sizes):.0f})"
                    print(f"{count} icons, {passes or 'default'} passes, {name:<10}{told}", flush=True)


def _at_wanted(folder: Path, options: dict[str, Any]) -> float:
    """Bytes at the wanted PSNR."""
    points = [encoded(folder, {**options, "quality": quality}) for quality in QUALITIES]
    decibels, sizes = [point[1] for point in points], [float(np.log(point[2])) for point in points]
    if not decibels[0] <= WANTED <= decibels[-1]:
        slope, offset = np.polyfit(decibels, sizes, 1)
        return float(np.exp(slope * WANTED + offset))
    return float(np.exp(np.interp(WANTED, decibels, sizes)))


def limits(icons: Path, photographs: Path) -> None:
    """Little time, or no pass at all."""
    for name, folder, how in (("icons", icons, WHITE), ("photographs", photographs, {"holdout": 0})):
        for told, options in {
            "no pass": {"effort": 0},
            "5 s": {"time_limit": 5, "threads": 1},
            "5 s, cold": {"time_limit": 5, "threads": 1, **COLD},
            "8 s": {"time_limit": 8, "threads": 1},
        }.items():
            _say(f"{name}, {told}", encoded(folder, {**how, **options}))


def pieces(large: Path, what: str, make: partial[Path]) -> None:
    """A minute for many pixels."""
    with tempfile.TemporaryDirectory() as place:
        make(large, Path(place))
        for told, options in {"60 s, cold": COLD, "60 s": {}, "no pass": {"effort": 0, "time_limit": None}}.items():
            _say(f"{what}, {told}", encoded(Path(place), {"holdout": 0, "time_limit": 60, **options}))


def added(icons: Path) -> None:
    """Images that join a file."""
    files = _files(icons)
    later = files[EVERY - 1 :: EVERY]
    with tempfile.TemporaryDirectory() as place:
        first = Path(place) / "first.inr"
        inrcodec.encode([path for path in files if path not in later], first, passes=300, **WHITE)
        for steps in (0, 50, 400):
            more = inrcodec.add(first, later, Path(place) / "more.inr", steps=steps, background="white", overwrite=True)
            numbers = [more.archive[path.name].number for path in later]
            grown = (more.archive.file_size - more.size_before) / len(later)
            told = f"{float(np.mean(more.archive.figures['psnr'][numbers])):6.2f} dB in {grown:5.0f} bytes each"
            print(f"{len(later)} icons added to {len(files) - len(later)}, {steps:>3} steps  {told}", flush=True)


def _files(folder: Path) -> Sequence[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".png")


def _say(what: str, made: tuple[float, float, int, float]) -> None:
    seconds, decibels, size, bits = made
    print(f"{what:<42}{decibels:6.2f} dB {bits:6.3f} bpp {size:>9,} bytes {seconds:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
