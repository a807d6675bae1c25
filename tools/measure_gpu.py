"""What a card makes of a fit: passes a second with captured steps and without, its share of the card's peak, and times.

    python tools/measure_gpu.py samples/48 --background white

Prints the rows for the README. Larger sets than the folder are made of it, shifted and mirrored. Seconds are those of
the default effort's passes at the measured speed, without what opening pictures and writing the file take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import count_pixels, fit_settings, model_settings, read_pictures
from inrcodec.field.field import field_shapes
from inrcodec.fitting import devices
from inrcodec.fitting.engine import Fit
from inrcodec.images import Picture
from inrcodec.settings import passes_for

OPERATIONS = 6  # for every weight and point: forward, and backward for inputs and for weights
SIDE = 4096  # of the large product that stands for the card's peak
EFFORT = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--background")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--counts", type=int, nargs="*", default=[100, 10_000], help="images of a set")
    parser.add_argument("--seconds", type=float, default=10.0, help="of every measurement")
    parser.add_argument("--side", type=int, default=SIDE, help="of the large product")
    asked = parser.parse_args()
    options = EncodeOptions(background=asked.background, holdout=0, device=asked.device, engine="torch")
    pictures = read_pictures(asked.folder, options).pictures
    device = devices.device_named(asked.device)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    peak = product_speed(device, asked.side)
    print(f"{name}, torch {torch.__version__}; a product of {asked.side}: {peak / 1e12:.2f} TFLOP/s")
    print("| images | steps | passes a second | million pixels a second | of that product | seconds at effort 5 |")
    print("|---|---|---|---|---|---|")
    for count in asked.counts:
        made = list(more(pictures, count))
        pixels = count_pixels(made)
        for graphs in (True, False):
            passes, note = speed(made, options, asked.seconds, graphs=graphs)
            if graphs and "captured" not in note:
                print(f"| {count} | not captured: {note} | | | | |")
                continue
            weights = sum(int(np.prod(s)) for s in field_shapes(model_settings(options, pixels), 3, count))
            share, seconds = passes * pixels * OPERATIONS * weights / peak, passes_for(EFFORT, pixels) / passes
            steps = "captured" if graphs else "plain"
            print(f"| {count} | {steps} | {passes:.2f} | {passes * pixels / 1e6:.1f} | {share:.1%} | {seconds:.0f} |")


def more(pictures: list[Picture] | tuple[Picture, ...], count: int) -> Iterator[Picture]:
    """So many pictures: each again and again, shifted and mirrored."""
    rng = np.random.default_rng(0)
    for number in range(count):
        picture = pictures[number % len(pictures)]
        if number < len(pictures):
            yield picture
            continue
        moved = np.roll(picture.pixels, rng.integers(0, picture.pixels.shape[:2]), axis=(0, 1))
        yield replace(picture, name=f"{number}.png", pixels=moved[:, :: rng.choice([1, -1])].copy())


def product_speed(device: torch.device, side: int) -> float:
    """Operations a second of a product of two square matrices, at the precision of fits."""
    torch.set_float32_matmul_precision(devices.device_kind(device).precision)
    one, other = torch.rand(2, side, side, device=device)
    best = 0.0
    for _ in range(5):
        wait(device)
        started = time.perf_counter()
        one @ other
        wait(device)
        best = max(best, 2.0 * side**3 / (time.perf_counter() - started))
    return best


def wait(device: torch.device) -> None:
    """Until the device has done what it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def speed(pictures: list[Picture], options: EncodeOptions, seconds: float, *, graphs: bool) -> tuple[float, str]:
    """Passes a second of steps in the first phase, behind their first ones; and what the engine says of its steps."""
    known = devices.DEVICES
    devices.DEVICES = tuple(replace(kind, graphs=graphs) if kind.graphs else kind for kind in known)  # type: ignore[assignment]
    try:
        model = model_settings(options, count_pixels(pictures))
        settings = replace(fit_settings(options, pictures), passes=1_000_000)  # so that the phase stays
        fit = Fit([picture.pixels for picture in pictures], model, settings)
    finally:
        devices.DEVICES = known
    moments, device = fit.steps(), fit.run.adam.weights.device
    for _ in range(40):  # warm-up and capture
        news = next(moments)
    wait(device)
    started, before = time.perf_counter(), fit.meter.passes
    while time.perf_counter() < started + seconds:
        news = next(moments)
    wait(device)
    took = time.perf_counter() - started
    moments.close()
    return (fit.meter.passes - before) / took, news.note


if __name__ == "__main__":
    main()
