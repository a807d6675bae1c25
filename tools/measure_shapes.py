"""Measures what docs/signals.md says of shapes, and prints it as a table: the sample knot, whose surface is known.

From the repository's root: python tools/measure_signals.py --kind shapes [options], or this file alone

    --seconds   CPU time for each fit, on one thread (default 30); a trial of TRIAL passes says how many steps that is
    --only      rows of these names
    --fits      where files are kept; those that are there are measured again without a fit
    --draw      a picture: every row, seen from the side and from near by
    --real      also as many steps of the first row without any rounding: how far the true surface is from its
                field, and from that of the file
    --also      more meshes or points, which have no truth: what they become is drawn, and said

Meshes are those that `decode --size 256` writes, read back. Distance: from places spread evenly over the mesh to the
true surface, on average.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # ahead of numpy: a second one gains nothing here, and spins

import numpy as np
import trimesh
from PIL import Image

import inrcodec
from inrcodec.archive import Signal
from inrcodec.evaluate.surfaces.view import Camera, Scene

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))

import draw_knot

ROOT = Path(__file__).parents[1]
TRIAL, CELLS, PLACES, INSIDE = 8, 256, 50_000, 500_000
SIDE = 240  # of a picture


@dataclass(frozen=True)
class Row:
    """One fit: its name in the table, the file that is fitted, and options besides time."""

    name: str
    source: Path
    options: dict[str, str] = field(default_factory=dict)


def rows(also: list[Path]) -> Iterator[Row]:
    """Every fit of the table."""
    knot = ROOT / "samples" / "knot.ply"
    yield Row("knot", knot)
    yield Row("knot, relu", knot, {"activation": "relu"})
    yield Row("knot, relu-pe", knot, {"activation": "relu-pe"})
    yield Row("knot, tanh", knot, {"activation": "tanh"})
    for source in also:
        yield Row(source.stem, source)


def fitted(row: Row, folder: Path, seconds: float) -> tuple[Path, str]:
    """The file, and what is told of its fit where there was one."""
    path = folder / f"{row.name.replace(' ', '-').replace(',', '')}.inr"
    if path.exists():
        return path, " | |"
    times: list[float] = []
    for _ in range(2):  # the first one loads torch
        inrcodec.fit_signal(
            row.source,
            path,
            passes=TRIAL,
            overwrite=True,
            on_progress=lambda _: times.append(time.process_time()),
            **row.options,  # type: ignore[arg-type]
        )
    steps = inrcodec.open_signal(path).record.steps  # type: ignore[union-attr]
    each = (times[-1] - times[-steps]) / (steps - 1)
    started = time.process_time()
    result = inrcodec.fit_signal(
        row.source,
        path,
        passes=max(1, round(seconds / each / steps * TRIAL)),
        overwrite=True,
        **row.options,  # type: ignore[arg-type]
    )
    return path, f" {result.steps:,} | {time.process_time() - started:.0f} |"


def off_surface(at: Callable[[np.ndarray], np.ndarray], signal: Signal) -> float:
    """How far the true surface is from where a field (count, 1) of coordinates is 0, to first order, on average."""
    low, high = np.array(signal.places).T
    points, _ = draw_knot.tube(20_011)
    return float(np.abs(at(2 * (points - low) / (high - low) - 1)).mean())


def real_numbers(row: Row, signal: Signal) -> str:
    """The same fit without rounding, beside the file."""
    from inrcodec.encoding.signals.kinds import kind_named
    from inrcodec.encoding.signals.options import SignalOptions
    from inrcodec.fitting.constrained import ConstrainedFit, ConstrainedSettings
    from inrcodec.fitting.networks import SignalNetwork

    class Real(SignalNetwork):
        settled = 1.0  # type: ignore[assignment]

    task = kind_named("shape").prepare(row.source, SignalOptions())
    assert signal.record
    assert task.places_a_step
    assert task.learning_rate
    settings = ConstrainedSettings(
        steps=signal.record.steps, places=task.places_a_step, learning_rate=task.learning_rate, device="cpu"
    )
    work = ConstrainedFit(Real(task.network, 1, task.axes), task.constraints, settings)
    for _ in work.steps():
        pass
    half = task.scale[0][1]
    real, kept = off_surface(lambda places: half * work.evaluated(places), signal), off_surface(signal.at, signal)
    return f"{signal.record.steps:,} steps without rounding: {real:.6f} off the true surface; the file: {kept:.6f}"


def decoded(path: Path) -> tuple[trimesh.Trimesh, str]:
    """The mesh of a file as read back, and the CPU seconds and memory of the command that wrote it."""
    out = path.with_suffix(".stl")
    words = ["decode", str(path), "--size", str(CELLS), "-o", str(out), "-f", "--quiet"]
    code = f"from inrcodec.cli.app import main\nassert main({words!r}) == 0\nprint(open('/proc/self/status').read())"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)  # its memory is that of this process, where that is larger
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    memory = int(said.partition("VmHWM:")[2].split()[0])
    return trimesh.load_mesh(out), f"{seconds:.1f} s, {memory // 1024} MB"


def overlap(signal: Signal) -> float:
    """Intersection over union of what is inside the field and inside the truth, at places all over the box."""
    low, high = np.array(signal.places).T
    places = np.random.default_rng(0).uniform(-1, 1, (INSIDE, 3))
    found = signal.at(places)[:, 0] < 0
    truth = draw_knot.distances(low + (places + 1) / 2 * (high - low)) < 0
    return float((found & truth).sum() / (found | truth).sum())


def line(row: Row, folder: Path, seconds: float) -> str:
    """One line of the table."""
    path, told = fitted(row, folder, seconds)
    signal = inrcodec.open_signal(path)
    mesh, decoding = decoded(path)
    inside, distance, farthest = "", "", ""
    if row.source.stem == "knot":
        places, _ = trimesh.sample.sample_surface(mesh, PLACES, seed=0)
        away = np.abs(draw_knot.distances(np.asarray(places)))
        inside, distance, farthest = f"{overlap(signal):.4f}", f"{away.mean():.5f}", f"{away.max():.4f}"
    closed = "yes" if mesh.is_watertight else "no"
    return (
        f"| {row.name} | {inside} | {distance} | {farthest} | {mesh.body_count} | {closed} | {mesh.euler_number} | "
        f"{path.stat().st_size:,} | {decoding} |{told}"
    )


def views(signal: Signal) -> np.ndarray:
    """From the side and from near by, one above the other, (2 side, side, 3) octets."""
    half = (signal.scale[0][1] - signal.scale[0][0]) / 2
    scene = Scene(lambda places: signal.at(places)[:, 0] / half, lambda places: signal.gradient(places)[:, 0])
    shown = []
    for camera in (Camera(20, 40, 1.15), Camera(20, 40, 4.5, 0.9, -0.2)):
        drawn = scene.drawn(camera, 2 * SIDE, 2 * SIDE).reshape(SIDE, 2, SIDE, 2, 4).mean(axis=(1, 3))
        shown.append(drawn[..., :3] + (1 - drawn[..., 3:]))
    return np.asarray(np.rint(255 * np.concatenate(shown)), dtype=np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--fits", type=Path, default=Path("shapes"))
    parser.add_argument("--draw", type=Path)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--also", nargs="*", type=Path, default=[])
    asked = parser.parse_args()
    asked.fits.mkdir(parents=True, exist_ok=True)
    print("| | IoU | distance | at most | parts | closed | Euler | bytes | decode | steps | CPU seconds |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    drawn = []
    for row in rows(asked.also):
        if not asked.only or row.name in asked.only:
            print(line(row, asked.fits, asked.seconds), flush=True)
            drawn.append(views(inrcodec.open_signal(fitted(row, asked.fits, asked.seconds)[0])))
    if asked.real:
        first = next(rows([]))
        print(real_numbers(first, inrcodec.open_signal(fitted(first, asked.fits, asked.seconds)[0])))
    if asked.draw:
        Image.fromarray(np.concatenate(drawn, axis=1)).save(asked.draw)


if __name__ == "__main__":
    main()
