"""What a fit's steps take on each engine: pixel visits a second, beside what a large product reaches on this machine.

    python tools/measure_engine.py samples/48 --background white
    python tools/measure_engine.py samples/48 --background white --passes 350

The first prints the speed of steps in each phase of a fit, engines in turns, the best of several rounds, as other work
on the machine only ever slows them. With passes, whole files are made: seconds, bytes and PSNR as written.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import inrcodec
from inrcodec.archive import Archive
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import count_pixels, fit_settings, model_settings, read_pictures
from inrcodec.field.field import field_shapes
from inrcodec.fitting import schedule
from inrcodec.fitting.engine import Fit
from inrcodec.images import Picture

PHASES = {"noise": 0.1, "soft rounding": 0.5, "quantized": 0.72, "frozen": 0.95}  # each at a share of a fit
OPERATIONS = 6  # for every weight and point: forward, and backward for inputs and for weights
SIDE = 1024  # of the large product


@dataclass(frozen=True)
class Speed:
    """Of steps on an engine: pixel visits a second, and its share of a large product's speed."""

    visits: float
    share: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engines", nargs="*", default=["torch", "kernel"])
    parser.add_argument("--background")
    parser.add_argument("--max-size", type=int)
    parser.add_argument("--footprint", type=int, default=1)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--passes", type=int, help="make whole files of so many passes instead")
    parser.add_argument("--seconds", type=float, default=1.0, help="of every measurement")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    options = {
        engine: EncodeOptions(
            background=asked.background, max_size=asked.max_size, footprint=asked.footprint, threads=asked.threads,
            holdout=0, passes=asked.passes, engine=engine, device="cpu",
        )
        for engine in asked.engines
    }  # fmt: skip
    if asked.passes:
        whole_files(asked.folder, options)
    else:
        steps(asked.folder, options, asked.seconds, asked.rounds)


def steps(folder: Path, options: dict[str, EncodeOptions], seconds: float, rounds: int) -> None:
    """Print the speed of steps in each phase."""
    pictures = read_pictures(folder, next(iter(options.values()))).pictures
    workers = next(iter(options.values())).threads or torch.get_num_threads()
    product = max(product_speed(workers) for _ in range(rounds))
    print(f"{len(pictures)} images, {count_pixels(pictures)} pixels; a product of {SIDE}: {product / 1e9:.0f} GFLOP/s")
    print(f"{'phase':<16}" + "".join(f"{engine:>12} Mpx/s  of product" for engine in options))
    for phase, done in PHASES.items():
        best: dict[str, Speed] = {}
        for _ in range(rounds):
            for engine, asked in options.items():
                found = speed(pictures, asked, done, seconds, product)
                best[engine] = max(best.get(engine, found), found, key=lambda one: one.visits)
        columns = (f"{best[engine].visits / 1e6:>18.2f}{best[engine].share:>12.1%}" for engine in options)
        print(f"{phase:<16}" + "".join(columns), flush=True)


def product_speed(threads: int) -> float:
    """Operations a second of torch's product of two square matrices."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    one, other = torch.rand(2, SIDE, SIDE)
    one @ other
    started, count = time.perf_counter(), 0
    while time.perf_counter() < started + 0.5:
        one @ other
        count += 1
    seconds = time.perf_counter() - started
    torch.set_num_threads(before)
    return count * 2.0 * SIDE**3 / seconds


def speed(
    pictures: list[Picture] | tuple[Picture, ...], options: EncodeOptions, done: float, seconds: float, product: float
) -> Speed:
    """Of steps when `done` of a fit is behind; the latents are those of its first steps."""
    model = model_settings(options, count_pixels(pictures))
    fit = Fit([picture.pixels for picture in pictures], model, fit_settings(options, pictures))
    fit.meter.done = done
    if done >= schedule.FROZEN_FROM:
        fit.run.freeze()
    moments = fit.steps()
    next(moments)  # workers start, phases are entered
    while next(moments).phase == "compile":
        pass
    started, before = time.perf_counter(), fit.meter.passes
    while time.perf_counter() < started + seconds:
        next(moments)
    took = time.perf_counter() - started
    visits = (fit.meter.passes - before) * count_pixels(pictures) / took
    moments.close()
    weights = sum(int(np.prod(shape)) for shape in field_shapes(model, pictures[0].pixels.shape[2], len(pictures)))
    return Speed(visits, visits * OPERATIONS * weights * (model.footprint if done >= 0.75 else 1) ** 2 / product)


def whole_files(folder: Path, options: dict[str, EncodeOptions]) -> None:
    """Print what files take and are."""
    print(f"{'engine':<10}{'seconds':>9}{'bytes':>9}{'bpp':>8}{'PSNR':>8}")
    with tempfile.TemporaryDirectory() as place:
        for engine, asked in options.items():
            path = Path(place) / f"{engine}.inr"
            started = time.perf_counter()
            inrcodec.encode(
                folder, path, passes=asked.passes, holdout=0, engine=asked.engine, device="cpu", record=False,
                background=asked.background, max_size=asked.max_size, footprint=asked.footprint, threads=asked.threads,
            )  # fmt: skip
            seconds, archive = time.perf_counter() - started, Archive.open(path)
            mean = archive.means["psnr"]
            print(f"{engine:<10}{seconds:>9.1f}{archive.file_size:>9}{archive.bits_per_pixel:>8.3f}{mean:>8.2f}")


if __name__ == "__main__":
    main()
