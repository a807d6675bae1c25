"""Train the start: a base for files of the usual design, and the network that guesses the latents of a picture for it.

    python tools/train_start.py -o inrcodec/fitting/guess/weights.npz -b inrcodec/bitstream/bases/2.bin

Networks of files, context models and the guessing network move together against what `encode` makes small, squared
error plus lambda times bits a pixel, over drawings made here (`start_drawings.py`, the same for the same seed). Lambda
rises slowly: its rate would kill the finest latents before the networks can use them, for good. Latents have noise; at
the end whole numbers draw the pictures, while noise is charged for. No picture of anyone else's is used.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from start_drawings import Drawings
from start_networks import KINDS, MODEL, Files, Guess, scaled
from torch import Tensor, nn

from inrcodec.bitstream.base import QUALITIES, write_tables
from inrcodec.field.field import Field
from inrcodec.fitting.entropy.context import latent_bits
from inrcodec.fitting.guess.network import GuessNetwork, save
from inrcodec.numerics.coordinates import Axis
from inrcodec.settings import rate_weight_for

SHARES = (0.55, 0.33, 0.12)  # of the steps, by kind
FIRST_WEIGHT = 0.03  # of lambda, at the beginning
GUESS_RATE, FILES_RATE = 1.5e-3, 2e-3
WARM_UP = 100  # steps
KEEP_EVERY = 500


@dataclass(frozen=True)
class Course:
    """How long it takes: steps in all, until lambda has its value, and at the end, in which rates fall."""

    steps: int
    rising: int
    falling: int
    pixels: int  # of a step

    def rate(self, step: int) -> float:
        """Factor on learning rates."""
        return min(1, (step + 1) / WARM_UP) * min(1.0, (self.steps - step) / self.falling + 0.01)

    def weight(self, step: int) -> float:
        """Factor on lambda."""
        return FIRST_WEIGHT ** max(0.0, 1 - step / self.rising)

    def whole(self, step: int) -> bool:
        """Whether pictures are drawn from whole numbers."""
        return step >= self.steps - self.falling


def losses(
    files: Files, guess: Guess, pictures: Tensor, kind: int, quality: float, *, whole: bool
) -> tuple[Tensor, Tensor]:
    """Mean squared error, and bits a pixel."""
    levels = guess(pictures, kind, quality)
    coded = [level + torch.rand_like(level) - 0.5 for level in levels]
    drawn = [level + (level.round() - level).detach() for level in levels] if whole else coded
    network, context = files(kind, quality)
    count, _, height, width = pictures.shape
    field = Field(MODEL, KINDS[kind], tuple(network))
    seen = field.pixels(drawn, torch.zeros(count, 0), Axis(height), Axis(width), (1, 1))
    error = (seen - pictures[:, : KINDS[kind]].transpose(0, 1)).square().mean()
    return error, latent_bits(MODEL, context, coded).sum() / (count * height * width)


def train(guess: Guess, files: Files, drawings: Drawings, course: Course, seed: int, keep: tuple[Path, Path]) -> None:
    """Adam on the logarithm of the loss, which weighs all qualities alike. Writes what it has now and then."""
    rates = [{"params": guess.parameters(), "lr": GUESS_RATE}, {"params": files.parameters(), "lr": FILES_RATE}]
    optimizer = torch.optim.Adam(rates, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, course.rate)
    rng, recent, begun = np.random.default_rng((seed, 5)), {}, time.process_time()
    for step in range(course.steps):
        kind, table = int(rng.choice(len(KINDS), p=SHARES)), int(rng.integers(len(QUALITIES)))
        pictures = drawings.batch(KINDS[kind], course.pixels)
        error, bits = losses(files, guess, pictures, kind, scaled(table), whole=course.whole(step))
        weight = rate_weight_for(QUALITIES[table]) * course.weight(step)
        optimizer.zero_grad(set_to_none=True)
        torch.log(error + weight * bits + 1e-6).backward()
        nn.utils.clip_grad_norm_(guess.parameters(), 1.0)
        nn.utils.clip_grad_norm_(files.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        recent[KINDS[kind], QUALITIES[table]] = f"{-10 * math.log10(error.item()):.1f} dB {bits.item():.2f} bpp"
        if step % 100 == 0:
            print(f"{step:6d} {time.process_time() - begun:5.0f} s  {recent.get((3, 50), '')}", flush=True)
        if (step + 1) % KEEP_EVERY == 0 or step + 1 == course.steps:
            save(keep[0], guess.layers())
            write_tables(keep[1], files.tables())


def main() -> None:
    """Train, write both, and check that the package computes what was trained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="weights of the guessing network")
    parser.add_argument("-b", "--base", type=Path, required=True, help="tables of the base")
    parser.add_argument("--steps", type=int, default=28_000)
    parser.add_argument("--rising", type=int, default=6000, help="steps in which lambda rises")
    parser.add_argument("--falling", type=int, default=6000, help="steps in which rates fall")
    parser.add_argument("--pixels", type=int, default=5 * 48 * 48, help="of a step")
    parser.add_argument("--drawings", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(asked.seed)
    drawings, guess, files = Drawings(asked.drawings, asked.seed), Guess(), Files()
    course = Course(asked.steps, asked.rising, asked.falling, asked.pixels)
    train(guess, files, drawings, course, asked.seed, (asked.output, asked.base))
    pictures = drawings.batch(3, 1)
    side = pictures.shape[2]
    places = np.stack(np.meshgrid(*[np.arange(1, side, 2, dtype=np.float32) * (2 / side) - 1] * 2), axis=2)
    computed = GuessNetwork.load(asked.output).levels(pictures.permute(0, 2, 3, 1).contiguous().numpy(), places, 3, 2)
    with torch.no_grad():
        expected = [level.permute(1, 2, 3, 0).numpy() for level in guess(pictures, 0, scaled(2))]
    off = max(float(np.abs(one - other).max()) for one, other in zip(computed, expected, strict=True))
    print(f"{asked.output}: {asked.output.stat().st_size} bytes; off by {off:.4f}")


if __name__ == "__main__":
    main()
