"""Measures what docs/signals.md says of fields and their derivatives, and prints it as tables.

From the repository's root: python tools/measure_signals.py [options]

    --seconds   CPU time for each fit, on one thread (default 170); a trial of TRIAL steps says how many steps that is,
                so that a busy machine takes longer and makes the same picture
    --only      rows of these names
    --fits      where files are kept; those that are there are measured again without a fit
    --kind      ahead of all others; sounds: those of sounds and clips instead, see measure_sounds.py; shapes: those of
                shapes, see measure_shapes.py
    --draw      a picture: fits of `camera` by sines and, below, by rectified units; value, gradient, Laplacian

Pictures are those that scikit-image ships, at 256 x 256 by Lanczos' kernel. A row is a fit, read back from its file.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # ahead of numpy: a second one gains nothing here, and spins

import numpy as np
import skimage.data
from PIL import Image

import inrcodec
from inrcodec.archive import ArchivedImage
from inrcodec.encoding.signals.fit import slope_ratio
from inrcodec.encoding.signals.listed import ConstraintList, Listed
from inrcodec.encoding.signals.options import picture_list
from inrcodec.exporters.derivatives import draw_gradient, draw_laplacian, luma_slopes, magnitudes, white_of
from inrcodec.exporters.stills import as_bytes
from inrcodec.fitting.constrained import PLACES
from inrcodec.numerics.fusion import fuse
from inrcodec.numerics.metrics import psnr

SIDE = 256
TRIAL = 60  # steps
SOBEL = np.array([1.0, 2.0, 1.0]) / 4


@dataclass(frozen=True)
class Row:
    """One fit: its name in the table, the picture it is compared with, what is fitted, and options besides time."""

    name: str
    picture: str
    listed: ConstraintList
    options: dict[str, str]


def rows(folder: Path) -> Iterator[Row]:
    """Every fit of the table."""
    camera, astronaut = (str(folder / f"{name}.png") for name in ("camera", "astronaut"))
    yield Row("camera from value", camera, picture_list(camera), {})
    for units in ("sine", "relu-pe", "tanh", "relu"):
        asked = {} if units == "sine" else {"activation": units}
        words = "" if units == "sine" else f", {units}"
        yield Row(f"camera from gradient{words}", camera, picture_list(camera, "gradient"), asked)
    yield Row("camera from laplacian", camera, picture_list(camera, "laplacian"), {})
    yield Row("camera from gradient, --reach 1", camera, picture_list(camera, "gradient", reach=1), {})
    yield Row("camera from laplacian, --reach 1", camera, picture_list(camera, "laplacian", reach=1), {})
    slopes = str(folder / "sobel.npy")
    sobel = ConstraintList((SIDE, SIDE), 1, (Listed("gradient", slopes, reach="whole"),), "camera.png", camera)
    yield Row("camera from Sobel's gradient", camera, sobel, {})
    yield Row("astronaut from gradient", astronaut, picture_list(astronaut, "gradient"), {})


def prepared(folder: Path) -> None:
    """Pictures and Sobel's slopes, as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("camera", "coins", "astronaut"):
        large = Image.fromarray(getattr(skimage.data, name)())
        large.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(folder / f"{name}.png")
    padded = np.pad(pixels(folder / "camera.png")[..., 0].astype(np.float64), 1, mode="symmetric")
    across = (padded[:, 2:] - padded[:, :-2]) / 2
    down = (padded[2:] - padded[:-2]) / 2
    smooth = [across[:-2] * SOBEL[0] + across[1:-1] * SOBEL[1] + across[2:] * SOBEL[2]]
    smooth.append(down[:, :-2] * SOBEL[0] + down[:, 1:-1] * SOBEL[1] + down[:, 2:] * SOBEL[2])
    np.save(folder / "sobel.npy", np.stack(smooth, axis=-1)[:, :, None])


def pixels(path: str | Path) -> np.ndarray:
    """A picture (height, width, 1 or 3) in [0, 1]."""
    with Image.open(path) as picture:
        values = np.asarray(picture, dtype=np.float32) / 255
    return values[..., None] if values.ndim == 2 else values


def measure(row: Row, folder: Path, seconds: float) -> str:
    """A line of the table; fits unless the file is there."""
    path = folder / f"{row.name.replace(' ', '-').replace(',', '')}.inr"
    told = "| | | |"
    if not path.exists():
        passes = passes_in(seconds, row, folder / "trial.inr")
        started = time.process_time()
        result = inrcodec.fit(row.listed, path, passes=passes, **row.options)  # type: ignore[arg-type]
        took = time.process_time() - started
        lost = _figure(result.psnr and result.psnr_unquantized and result.psnr_unquantized - result.psnr, 2)
        lattice = _figure(result.psnr_lattice, 0)
        told = f"| {lost} | {lattice} | {result.steps:,} | {took:.0f}"
    image, source = inrcodec.open(path)[0], pixels(row.picture)
    drawn = image.render_stored()[..., : source.shape[2]]
    slopes = slope_ratio(image, source)
    return f"| {row.name} | {psnr(source, drawn):.2f} | {slopes:.1f} | {path.stat().st_size:,} {told} |"


def passes_in(seconds: float, row: Row, trial: Path) -> int:
    """Visits of every pixel that take so much CPU time."""
    times: list[float] = []
    for _ in range(2):  # the first one loads torch
        inrcodec.fit(
            row.listed,
            trial,
            passes=1,
            overwrite=True,
            on_progress=lambda _: times.append(time.process_time()),
            **row.options,  # type: ignore[arg-type]
        )
    trial.unlink()
    each = (times[-1] - times[-TRIAL]) / (TRIAL - 1)
    return max(1, round(seconds / each * PLACES / SIDE**2))


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def fusion(folder: Path) -> str:
    """The line of `fuse`."""
    pair = [pixels(folder / f"{name}.png") for name in ("camera", "coins")]
    started = time.monotonic()
    fused = fuse(pair)
    return (
        f"fuse camera and coins: kept {fused.kept:.3f}, average {fused.kept_by_average:.3f}, "
        f"clipped {100 * fused.clipped:.1f} %, {time.monotonic() - started:.2f} s"
    )


def views(image: ArchivedImage) -> np.ndarray:
    """Value, gradient and Laplacian side by side, (height, 3 width, 3)."""
    slopes, bends = image.gradient(), image.laplacian()
    gradient = draw_gradient(slopes, white_of(magnitudes(luma_slopes(slopes)[:, :, None])))
    return np.concatenate([image.render_stored(), gradient, draw_laplacian(bends, white_of(bends))], axis=1)


def draw(folder: Path, path: Path) -> None:
    """Sines above, rectified units below, from their files."""
    names = ("camera-from-gradient.inr", "camera-from-gradient-relu.inr")
    shown = [views(inrcodec.open(folder / name)[0]) for name in names]
    Image.fromarray(as_bytes(np.concatenate(shown).astype(np.float32))).save(path)


def main() -> None:
    if "--kind" in sys.argv[1:2] and {"sounds", "shapes"} & set(sys.argv[2:3]):
        kind = sys.argv[2]
        del sys.argv[1:3]
        importlib.import_module(f"measure_{kind}").main()
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=170.0)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--fits", type=Path, default=Path("signals"))
    parser.add_argument("--draw", type=Path)
    asked = parser.parse_args()
    prepared(asked.fits)
    print(fusion(asked.fits))
    print("| | PSNR | slopes | bytes | lost by quantization | exact lattice | steps | CPU seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows(asked.fits):
        if not asked.only or row.name in asked.only:
            print(measure(row, asked.fits, asked.seconds), flush=True)
    if asked.draw:
        draw(asked.fits, asked.draw)


if __name__ == "__main__":
    main()
