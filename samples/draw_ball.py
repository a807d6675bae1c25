"""Draw ball.gif: a ball that bounces over a lawn, 16 frames of 64 x 64 pixels, in just under a second.

python samples/draw_ball.py     (needs numpy and Pillow)
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE, FRAMES, FINER = 64, 16, 4  # pixels, frames, sub-samples along each axis of a pixel
MILLISECONDS = 60  # of a frame
RADIUS, HORIZON, FLOOR, HEIGHT = 0.13, 0.85, 0.72, 0.45  # of the picture's side
LAWN, RED = np.array([0.45, 0.65, 0.35]), np.array([0.95, 0.3, 0.2])
LIGHT = np.array([-0.5, -0.6, 0.62])


def frame(time: float, side: int = SIDE) -> NDArray[np.float64]:
    """The picture (side, side, 3) in [0, 1] at a time from 0 to 1."""
    down, across = np.mgrid[: side * FINER, : side * FINER] / (side * FINER)
    high = abs(np.sin(2 * np.pi * time))
    middle = np.array([0.2 + 0.6 * time, FLOOR - HEIGHT * high])
    sky = np.stack([0.55 + 0.3 * down, 0.75 + 0.15 * down, np.full_like(down, 0.95)], axis=2)
    picture = np.where((down > HORIZON)[..., None], LAWN, sky)
    spread = (across - middle[0]) ** 2 / (0.012 * (1 + 2 * high)) + (down - HORIZON - 0.03) ** 2 / 6e-4
    picture *= 1 - ((0.6 - 0.4 * high) * np.exp(-spread))[..., None]
    right, below = (across - middle[0]) / RADIUS, (down - middle[1]) / RADIUS
    towards = np.sqrt(np.clip(1 - right**2 - below**2, 0, 1))
    light = np.clip(0.3 + 0.7 * (LIGHT[0] * right + LIGHT[1] * below + LIGHT[2] * towards), 0, 1)
    ball = np.clip(RED * light[..., None] + 0.6 * (light**20)[..., None], 0, 1)
    picture = np.where((right**2 + below**2 < 1)[..., None], ball, picture)
    return np.clip(picture.reshape(side, FINER, side, FINER, 3).mean(axis=(1, 3)), 0, 1)


def frames() -> list[NDArray[np.uint8]]:
    """All frames, 8 bits."""
    return [np.rint(255 * frame(number / FRAMES)).astype(np.uint8) for number in range(FRAMES)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the sample clip.")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "ball.gif")
    first, *others = [
        Image.fromarray(drawn).quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        for drawn in frames()
    ]
    path = parser.parse_args().output
    first.save(path, save_all=True, append_images=others, duration=MILLISECONDS, loop=0, optimize=False)


if __name__ == "__main__":
    main()
