"""Measure morphs: python tools/measure_morphs.py [FILE.inr ...] [--pairs 40] [--seed 0] [--mode move].

Known middles: icons of samples/, drawn at 0.7 of their size so that the frame cuts nothing off, against themselves
shifted by (8, -5) pixels of 48, turned by 30 degrees and made 0.7 times as large; and clock faces, whose middle is the
hour between. The frame in the middle is compared with what is drawn half-way, and with a blend of the ends.
For every FILE: random pairs of its images at native size, with the frames that `inrcodec morph` makes by default.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "samples"))

from draw import icons
from drawing.canvas import SIDE, Canvas, Drawing
from drawing.dials import clock

import inrcodec
from inrcodec.archive import Archive
from inrcodec.detail import enlarge
from inrcodec.metrics import psnr
from inrcodec.morph import MODES, Mode, measured
from inrcodec.morph.move import OVERSAMPLING, Movement

Floats = npt.NDArray[np.float32]
ROOM = 0.7  # size of a drawing that can be shifted and turned within the frame
BOUNDS = {  # measure -> lowest, highest
    "r2": (-1.0, 0.45),
    "ghost": (0.0, 0.35),
    "sharpness": (0.6, 9.0),
    "concentration": (0.15, 1.0),
    "largest_step": (0.0, 1.6),
    "path_length": (1.2, 3.0),
}


@dataclass(frozen=True)
class Placed:
    """Where a drawing stands: its centre to the right and down in [-1, 1], its turn in degrees, its size."""

    right: float = 0.0
    down: float = 0.0
    turn: float = 0.0
    size: float = ROOM

    def half(self, start: Placed) -> Placed:
        """Half of the way from `start` to here; sizes in equal ratios."""
        right, down, turn = (
            (a + b) / 2 for a, b in ((start.right, self.right), (start.down, self.down), (start.turn, self.turn))
        )
        return Placed(right, down, turn, (start.size * self.size) ** 0.5)


CASES = {
    "shift (8, -5)": Placed(8 / 24, -5 / 24),
    "turn 30": Placed(turn=30),
    "scale 0.7": Placed(size=0.7 * ROOM),
}


def drawn(drawing: Drawing, placed: Placed, side: int) -> Floats:
    """A drawing on white, (side, side, 3)."""
    canvas = Canvas()
    right, down = canvas.right - np.float32(placed.right), canvas.down - np.float32(placed.down)
    cosine, sine = (np.float32(f(np.deg2rad(placed.turn)) / placed.size) for f in (np.cos, np.sin))
    canvas.right, canvas.down = cosine * right + sine * down, cosine * down - sine * right
    drawing(canvas)
    layers = canvas.layers.reshape(side, SIDE // side, side, SIDE // side, 4).mean(axis=(1, 3))
    return np.asarray(layers[..., :3] + 1 - layers[..., 3:], dtype=np.float32)


def halfway(first: Floats, last: Floats) -> Floats:
    """The middle frame of `move` between two pictures of one size."""
    side = len(first)
    large = (OVERSAMPLING * side, OVERSAMPLING * side)
    moving = Movement(first, last, (enlarge(first, large), enlarge(last, large)))
    return np.clip(moving.frame(0.5, (side, side)), 0, 1)


def known(drawings: Sequence[Drawing], side: int) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """(case, (PSNR of move, PSNR of a blend) of every drawing), the clock faces last."""
    for name, end in CASES.items():
        yield (
            name,
            [compared(*(drawn(one, place, side) for place in (Placed(), end.half(Placed()), end))) for one in drawings],
        )
    for hours in (1, 2):
        faces = [[drawn(clock(hour + step * hours / 2), Placed(size=1), side) for step in range(3)] for hour in CLOCKS]
        yield f"clock, {hours} h", [compared(*three) for three in faces]


CLOCKS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)


def compared(first: Floats, middle: Floats, last: Floats) -> tuple[float, float]:
    """PSNR of the middle that `move` makes, and that of a blend, dB."""
    return psnr(middle, halfway(first, last)), psnr(middle, 0.5 * (first + last))


def print_known(side: int, count: int) -> None:
    """A table of the known middles at one size."""
    everything = list(icons().values())
    drawings = [everything[number] for number in np.linspace(0, len(everything) - 1, count).astype(int)]
    print(f"known middles, {side} pixels, {len(drawings)} drawings\n{'':16}{'move':>8}{'blend':>8}{'lowest':>8}")
    all_moved = []
    for name, figures in known(drawings, side):
        moved, faded = np.array(figures).T
        if name in CASES:
            all_moved.append(moved)
        print(f"{name:16}{moved.mean():8.2f}{faded.mean():8.2f}{moved.min():8.2f}", flush=True)
    print(f"{'mean of poses':16}{np.mean(all_moved):8.2f}\n")


def print_strangers(archive: Archive, count: int, seed: int, mode: Mode, each: bool) -> None:
    """Means of the measures over random pairs, and the share of pairs within each bound."""
    names = list(BOUNDS)
    rows = []
    for first, second in strangers(archive, count, seed):
        found = measured(archive, first, second, mode)
        rows.append([getattr(found, name) for name in names])
        if each:
            print(f"{first:4}{second:4}" + "".join(f"{value:15.3f}" for value in rows[-1]))
    table = np.array(rows)
    within = np.stack(
        [(table[:, at] >= low) & (table[:, at] <= high) for at, (low, high) in enumerate(BOUNDS.values())]
    )
    print(f"{mode}, {len(rows)} random pairs of {archive.path}\n{'':12}" + "".join(f"{name:>15}" for name in names))
    print(f"{'mean':12}" + "".join(f"{value:15.3f}" for value in np.nanmean(table, axis=0)))
    print(f"{'bound':12}" + "".join(f"{bound(*ends):>15}" for ends in BOUNDS.values()))
    print(f"{'pairs within':12}" + "".join(f"{share:15.0%}" for share in within.mean(axis=1)))
    print(f"all at once: {within.all(axis=0).mean():.0%} of the pairs\n", flush=True)


def bound(low: float, high: float) -> str:
    """How a table says it."""
    return f"<= {high}" if low <= 0 else f">= {low}" if high in (1.0, 9.0) else f"{low} to {high}"


def strangers(archive: Archive, count: int, seed: int) -> list[tuple[int, int]]:
    """Random pairs of one shape, the same for a seed."""
    draws = np.random.default_rng(seed)
    pairs: list[tuple[int, int]] = []
    while len(pairs) < count:
        first, second = (int(number) for number in draws.choice(len(archive), 2, replace=False))
        if archive.shape(first) == archive.shape(second):
            pairs.append((first, second))
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure morphs on known middles and on random pairs.")
    parser.add_argument("files", nargs="*", type=Path, help="archives for random pairs")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", choices=get_args(Mode), action="append", help="instead of all")
    parser.add_argument("--each", action="store_true", help="every pair on its own line, too")
    parser.add_argument("--drawings", type=int, default=16, help="at 48 pixels; a quarter of them at 256; 0 for none")
    options = parser.parse_args()
    if options.drawings:
        print_known(48, options.drawings)
        print_known(256, max(1, options.drawings // 4))
    for file in options.files:
        for mode in options.mode or MODES:
            print_strangers(inrcodec.open(file), options.pairs, options.seed, mode, options.each)


if __name__ == "__main__":
    main()
