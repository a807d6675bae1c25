"""Measure `move` on middles that are known: python tools/measure_morphs.py FOLDER [images].

Every picture of the folder is paired with itself shifted by (8, -5) pixels, turned by 30 degrees and made 0.7 times as
large (of 48 pixels); the middle frame is compared with the picture half-way there. Then the measures of pairs of
strangers: `inrcodec morph FILE A B C ... --metrics` prints them for an encoded set.
"""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image

from inrcodec.detail import enlarge
from inrcodec.images import load_pictures
from inrcodec.metrics import psnr
from inrcodec.morph.move import OVERSAMPLING, Movement

SIDE, LARGE = 48, 192
CASES = {"shift (8, -5)": (8, -5, 0, 1), "turn 30": (0, 0, 30, 1), "scale 0.7": (0, 0, 0, 0.7)}


def posed(picture: np.ndarray, right: float, down: float, degrees: float, scale: float) -> np.ndarray:
    """The picture (LARGE, LARGE, 3) moved, and then as a thumbnail (SIDE, SIDE, 3)."""
    image = Image.fromarray(np.rint(picture * 255).astype(np.uint8))
    turn, middle, factor = np.deg2rad(degrees), (LARGE - 1) / 2, LARGE / SIDE
    a, b = np.cos(turn) / scale, np.sin(turn) / scale
    x, y = middle + right * factor, middle + down * factor
    affine = (a, b, middle - a * x - b * y, -b, a, middle + b * x - a * y)
    moved = image.transform(image.size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC, fillcolor="white")
    return np.asarray(moved.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32) / 255


def main() -> None:
    pictures = load_pictures([sys.argv[1]], background="white").pictures[: int(sys.argv[2]) if sys.argv[2:] else 16]
    for name, (right, down, degrees, scale) in CASES.items():
        moved, faded = [], []
        for picture in pictures:
            large = Image.fromarray(np.rint(picture.pixels * 255).astype(np.uint8)).resize((LARGE, LARGE))
            source = np.asarray(large, dtype=np.float32) / 255
            first, last = posed(source, 0, 0, 0, 1), posed(source, right, down, degrees, scale)
            middle = posed(source, right / 2, down / 2, degrees / 2, np.sqrt(scale))
            size = (OVERSAMPLING * SIDE, OVERSAMPLING * SIDE)
            movement = Movement(first, last, (enlarge(first, size), enlarge(last, size)))
            moved.append(psnr(middle, np.clip(movement.frame(0.5, (SIDE, SIDE)), 0, 1)))
            faded.append(psnr(middle, 0.5 * (first + last)))
        print(f"{name:<14} move {np.mean(moved):.2f} dB, blend {np.mean(faded):.2f} dB, {len(pictures)} pictures")


if __name__ == "__main__":
    main()
