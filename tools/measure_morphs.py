"""Measure morphs: python tools/measure_morphs.py [FILE.inr ...] [--pairs 40] [--seed 0] [--mode move].

Known middles: icons of samples/, drawn at 0.7 of their size so that the frame cuts nothing off, against themselves
shifted by (8, -5) pixels of 48, turned by 30 degrees, made 0.7 times as large, and bent sideways by a wave of a quarter
of their half size; clock faces, whose middle is the hour between, and moons, whose middle is the phase between.
The frame in the middle is compared with what is drawn half-way, and with a blend of the ends. With --by-code "latent
--space smooth" and the like, all ends are encoded into one file with those options, and middles by code are compared.
For every FILE: random pairs of its images at native size, with the frames that `inrcodec morph` makes by default.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np

from inrcodec.numerics.arrays import FloatArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "samples"))

from draw import icons
from drawing.canvas import SIDE, Canvas, Drawing
from drawing.dials import clock, moon
from PIL import Image

import inrcodec
from inrcodec.archive import Archive
from inrcodec.detail import enlarge
from inrcodec.fitting.registration import siren_flow
from inrcodec.morph import MODES, FrameSequence, Mode, frames, measured
from inrcodec.morph.correspondence import Flow
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.movement import OVERSAMPLING, Movement
from inrcodec.morph.pose import SIDE as SMALL
from inrcodec.numerics.metrics import psnr

Known = tuple[FloatArray, ...]  # first, middle, last
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
    bend: float = 0.0  # height of the wave by which rows are shifted

    def half(self, start: Placed) -> Placed:
        """Half of the way from `start` to here; sizes in equal ratios."""
        right, down, turn, bend = (
            (getattr(start, name) + getattr(self, name)) / 2 for name in ("right", "down", "turn", "bend")
        )
        return Placed(right, down, turn, (start.size * self.size) ** 0.5, bend)


POSES = {
    "shift (8, -5)": Placed(8 / 24, -5 / 24),
    "turn 30": Placed(turn=30),
    "scale 0.7": Placed(size=0.7 * ROOM),
}
CASES = POSES | {"bend": Placed(bend=0.25)}
CLOCKS = range(1, 13)
PHASES = ((0.2, 0.44), (0.56, 0.8), (0.2, 0.8), (0.6, 1.0))


@cache
def drawn(drawing: Drawing, placed: Placed, side: int) -> FloatArray:
    """A drawing on white, (side, side, 3)."""
    canvas = Canvas()
    right, down = canvas.right - np.float32(placed.right), canvas.down - np.float32(placed.down)
    cosine, sine = (np.float32(f(np.deg2rad(placed.turn)) / placed.size) for f in (np.cos, np.sin))
    canvas.right, canvas.down = cosine * right + sine * down, cosine * down - sine * right
    canvas.right -= np.float32(placed.bend) * np.sin(np.pi * canvas.down)
    drawing(canvas)
    layers = canvas.layers.reshape(side, SIDE // side, side, SIDE // side, 4).mean(axis=(1, 3))
    return np.asarray(layers[..., :3] + 1 - layers[..., 3:], dtype=np.float32)


def known(drawings: Sequence[Drawing], side: int) -> dict[str, list[Known]]:
    """(first, middle, last) of every case, the ones that poses do not explain last."""
    cases = {
        name: [tuple(drawn(one, place, side) for place in (Placed(), end.half(Placed()), end)) for one in drawings]
        for name, end in CASES.items()
    }
    whole, at = Placed(size=1), cache(clock)
    for hours in (1, 2):
        faces = [[at(hour + step * hours / 2) for step in range(3)] for hour in CLOCKS]
        cases[f"clock, {hours} h"] = [tuple(drawn(one, whole, side) for one in three) for three in faces]
    moons = [[moon(phase) for phase in (first, (first + last) / 2, last)] for first, last in PHASES]
    return cases | {"moon": [tuple(drawn(one, whole, side) for one in three) for three in moons]}


def moved(small: Known, case: Known, flow: Flow) -> FloatArray:
    """The middle frame of `move` between two pictures of one size; like the command, it compares them small."""
    first, _, last = case
    side = len(first)
    large = (OVERSAMPLING * side, OVERSAMPLING * side)
    moving = Movement(small[0], small[2], (enlarge(first, large), enlarge(last, large)), flow)
    return np.clip(moving.frame(0.5, (side, side)), 0, 1)


def by_code(cases: Sequence[Known], options: str) -> list[FloatArray]:
    """Middle frames by code, all ends encoded into one file with options of `inrcodec encode`, without --."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (first, _, last) in enumerate(cases):
            for end, picture in ((0, first), (1, last)):
                Image.fromarray(np.rint(255 * picture).astype(np.uint8)).save(f"{folder}/{number:04}-{end}.png")
        command = ["inrcodec", "encode", folder, "-o", f"{folder}/set.inr", "--conditioning", *options.split()]
        done = subprocess.run([sys.executable, "-m", *command, "--holdout", "0", "--quiet"], stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 4):  # 4: a limit missed, the file is written
            sys.exit(done.returncode)
        archive = inrcodec.open(f"{folder}/set.inr")
        print(f"{options}: {archive.means['psnr']:.2f} dB, {archive.file_size} bytes")
        sides = [(len(first), len(first)) for first, _, _ in cases]
        sequences = [
            FrameSequence((2 * number, 2 * number + 1), side, "code", frames=2) for number, side in enumerate(sides)
        ]
        return [list(frames(archive, sequence))[1] for sequence in sequences]


def print_known(title: str, cases: dict[str, list[Known]], middles: Iterator[FloatArray]) -> None:
    """A table of the known middles."""
    print(f"known middles, {title}\n{'':16}{'found':>8}{'blend':>8}{'lowest':>8}")
    posed: list[float] = []
    for name, known in cases.items():
        found = np.array([psnr(middle, next(middles)) for _, middle, _ in known])
        faded = np.mean([psnr(middle, 0.5 * (first + last)) for first, middle, last in known])
        posed += found.tolist() if name in POSES else []
        print(f"{name:16}{found.mean():8.2f}{faded:8.2f}{found.min():8.2f}", flush=True)
    print(f"{'mean of poses':16}{np.mean(posed):8.2f}\n")


def several(count: int) -> list[Drawing]:
    """That many icons, spread over all of them."""
    everything = list(icons().values())
    return [everything[number] for number in np.linspace(0, len(everything) - 1, count).astype(int)]


def print_strangers(archive: Archive, count: int, seed: int, mode: Mode, refine: bool, each: bool) -> None:
    """Means of the measures over random pairs, and the share of pairs within each bound."""
    names = list(BOUNDS)
    rows = []
    for first, second in strangers(archive, count, seed):
        found = measured(archive, first, second, mode, refine)
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
    parser.add_argument("--by-code", metavar="OPTIONS", help="known middles by code instead of by move")
    parser.add_argument("--refine", action="store_true", help="move with a SIREN flow fitted to each pair")
    options = parser.parse_args()
    if options.drawings and options.by_code:
        cases = known(several(options.drawings), 48)
        middles = iter(by_code([one for case in cases.values() for one in case], options.by_code))
        print_known(f"by code, {options.by_code}", cases, middles)
    elif options.drawings:
        flow: Flow = siren_flow if options.refine else middle_flow
        for side, count in ((48, options.drawings), (256, max(1, options.drawings // 4))):
            cases, small = (known(several(count), one) for one in (side, SMALL))
            pairs = ((one, case) for name in cases for one, case in zip(small[name], cases[name], strict=True))
            title = f"{'refined' if options.refine else 'move'}, {side} pixels, {count} drawings"
            print_known(title, cases, (moved(*pair, flow) for pair in pairs))
    for file in options.files:
        for mode in options.mode or MODES:
            print_strangers(inrcodec.open(file), options.pairs, options.seed, mode, options.refine, options.each)


if __name__ == "__main__":
    main()
