"""Fit the base that files of the usual design store their networks as differences from, and write its tables.

    python tools/train_base.py -o inrcodec/bitstream/bases/1.bin      (some 20 minutes on one core)

Drawings made here (`detail_drawings.py`, the same for the same seed) are encoded at five qualities, as grey, colors and
colors with alpha; a table is the network and the context model of such a file. No picture of anyone else's is used.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from operator import itemgetter
from pathlib import Path

import numpy as np
from detail_drawings import SIDE, Pixels, draw_icon, draw_leaves
from PIL import Image, ImageDraw

import inrcodec
from inrcodec.bitstream.base import QUALITIES, WIDTH, write_tables
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.settings import rate_weight_for

NATIVE = 48  # pixels across of what is encoded
LARGER = 96  # across what the ground of is looked for
LEAVES = 0.28  # share of pictures that are like photographs
GROUND, FILLED = (255, 0, 255), 40  # put where the ground was; how far from its color one still is ground
CHANNELS = {3: "colors", 4: "alpha", 1: "grey"}


def with_alpha(drawing: Pixels) -> Image.Image:
    """A drawing without its ground, (NATIVE, NATIVE, 4): what hangs together with the first pixel."""
    opaque = Image.fromarray(drawing).resize((LARGER, LARGER), Image.Resampling.BOX)
    filled = opaque.copy()
    for corner in ((0, 0), (LARGER - 1, 0), (0, LARGER - 1), (LARGER - 1, LARGER - 1)):
        ImageDraw.floodfill(filled, corner, GROUND, thresh=FILLED)
    ground = (np.asarray(filled) == GROUND).all(axis=2)
    opaque.putalpha(Image.fromarray(np.where(ground, 0, 255).astype(np.uint8)))
    return opaque.resize((NATIVE, NATIVE), Image.Resampling.BOX)


def draw(folder: Path, count: int, channels: int, seed: int) -> None:
    """So many pictures, as PNG."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        leaves = rng.random() < LEAVES and channels != 4
        drawing = draw_leaves(rng) if leaves else draw_icon(rng)
        if channels == 4:
            picture = with_alpha(drawing)
        else:
            side = SIDE * 3 // 4 if leaves else SIDE
            picture = Image.fromarray(drawing[:side, :side]).resize((NATIVE, NATIVE), Image.Resampling.BOX)
            picture = picture.convert("L") if channels == 1 else picture
        picture.save(folder / f"{number:04}.png")


def fitted(folder: Path, quality: float, passes: int, seed: int) -> tuple[float, tuple[CodedTensor, ...]]:
    """What a fit of these pictures makes small, and the network and the context model that it ends with."""
    result = inrcodec.encode(
        folder, folder.parent / "set.inr", quality=quality, passes=passes, width=str(WIDTH), base="none", holdout=0.0,
        seed=seed, overwrite=True, threads=1,
    )  # fmt: skip
    stored = result.archive.stored
    psnr, rate = result.archive.means["psnr"], result.archive.bits_per_pixel
    loss = 10 ** (-psnr / 10) + rate_weight_for(quality) * rate
    print(f"quality {quality:g}, seed {seed}: {psnr:.2f} dB at {rate:.3f} bpp", flush=True)
    return loss, (*stored.network, *stored.context)


def main() -> None:
    """Draw, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=250)
    parser.add_argument("--passes", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=3, help="fits for each table, the best of which is taken")
    asked, begun = parser.parse_args(), time.monotonic()
    tables = {}
    for channels, name in CHANNELS.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / name
            folder.mkdir()
            draw(folder, asked.pictures, channels, seed=channels)
            tables[channels] = [
                min((fitted(folder, quality, asked.passes, seed) for seed in range(asked.seeds)), key=itemgetter(0))[1]
                for quality in QUALITIES
            ]
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    write_tables(asked.output, tables)


if __name__ == "__main__":
    main()
