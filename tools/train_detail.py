"""Train the detail network on drawings made here and write the weights that the package ships.

    python tools/train_detail.py -o inrcodec/detail/weights.npz      (5,500 steps: 10 minutes on one core)

A step shows the network areas of random drawings averaged to pixels of `pitch` drawn ones, and asks for the mean of the
drawing over smaller cells at random places. No picture of anyone else's is used, and the same seed draws the same ones.
The forward pass is inrcodec/detail/network.py in torch; at the end both are compared.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from detail_drawings import SIDE, Pixels, draw_icon, draw_leaves
from torch import Tensor, nn
from torch.nn import functional

from inrcodec.detail.network import PLACE_INPUTS, DetailNetwork, Layers, phases, save
from inrcodec.numerics.coordinates import cubic_weights

CHANNELS, UNITS, LAST_UNITS, BLOCKS = 32, 64, 32, 3
PATCH = 32  # native pixels of a training patch, both ways
PLACES = 56  # rows and columns of a patch at which the drawing is asked for
PITCHES = (4, 5, 6, 8, 10, 11, 13, 16)  # drawn pixels per native one
LEAVES = 0.3  # share of patches that are like photographs


class Detail(nn.Module):
    """The network of inrcodec/detail, differentiable."""

    def __init__(self) -> None:
        super().__init__()
        wide = [(CHANNELS, 3), *[(CHANNELS, CHANNELS)] * (2 * BLOCKS)]
        self.convolutions = nn.ModuleList(nn.Conv2d(inward, outward, 3) for outward, inward in wide)
        self.units = nn.Conv2d(CHANNELS, UNITS, 1)
        self.place = nn.Linear(PLACE_INPUTS, UNITS, bias=False)
        self.hidden = nn.Linear(UNITS, LAST_UNITS)
        self.output = nn.Linear(LAST_UNITS, 3)
        with torch.no_grad():
            for layer in self.convolutions[2::2]:
                layer.weight *= 0.3  # the way around each pair counts most at first
            self.output.weight *= 0.1
            self.output.bias.zero_()

    def forward(self, native: Tensor, rows: Tensor, columns: Tensor, place: Tensor) -> Tensor:
        """Colours (B, 3, R, C) of native (B, 3, h, w) read by rows (R, h), columns (C, w), place (R, C, inputs)."""
        first, *others = self.convolutions
        features = functional.relu(first(_padded(native - 0.5, 1)))
        for one, two in zip(others[::2], others[1::2], strict=True):
            features = features + two(_padded(functional.relu(one(_padded(features, 1))), 1))
        units = self.units(functional.relu(features))
        read = rows @ torch.cat([units, native, contrast(native)], dim=1) @ columns.T
        read, base, gate = read[:, :UNITS], read[:, UNITS : UNITS + 3], read[:, UNITS + 3 :]
        head = functional.relu(read.permute(0, 2, 3, 1) + self.place(place))
        head = self.output(functional.relu(self.hidden(head)))
        return base + gate * head.permute(0, 3, 1, 2)

    def layers(self) -> Layers:
        """The weights as numpy arrays under the names of the file, (inputs, outputs)."""
        return {name: _as_matrix(weight.detach()).numpy() for name, weight in self._named().items()}

    def _named(self) -> dict[str, Tensor]:
        """Every tensor by its name in the file."""
        layers = {f"convolution{number}": layer for number, layer in enumerate(self.convolutions)}
        layers |= {"units": self.units, "hidden": self.hidden, "output": self.output}
        biases = {f"{name}_bias": layer.bias for name, layer in layers.items()}
        return {"place": self.place.weight} | {name: layer.weight for name, layer in layers.items()} | biases


def _as_matrix(weight: Tensor) -> Tensor:
    """(outputs, inputs, 3, 3) as (3 x 3 x inputs, outputs), (outputs, inputs) as (inputs, outputs), a bias as it is."""
    if weight.ndim == 4:
        return weight.permute(2, 3, 1, 0).reshape(-1, weight.shape[0])
    return weight.T if weight.ndim == 2 else weight


def _padded(planes: Tensor, radius: int) -> Tensor:
    return functional.pad(planes, (radius,) * 4, mode="replicate")


def contrast(native: Tensor) -> Tensor:
    """Largest range of any colour over 5 x 5 pixels, (B, 1, h, w)."""
    around = _padded(native, 2)
    highest, lowest = functional.max_pool2d(around, 5, 1), -functional.max_pool2d(-around, 5, 1)
    return (highest - lowest).amax(dim=1, keepdim=True)


class Lessons:
    """Batches of patches from a bank of drawings."""

    def __init__(self, drawings: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        leaves = round(drawings * LEAVES)
        self.leaves = [draw_leaves(np.random.default_rng((seed, 1, number))) for number in range(leaves)]
        self.icons = [draw_icon(np.random.default_rng((seed, 0, number))) for number in range(drawings - leaves)]

    def batch(self, size: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """native (B, 3, h, w), targets (B, 3, R, C), and what `Detail.forward` wants to know of the places."""
        rng = self.rng
        pitch = int(rng.choice(PITCHES))
        cell = max(1, round(pitch / rng.uniform(1.5, 8)))
        starts = [np.sort(rng.integers(0, PATCH * pitch - cell + 1, PLACES)) for _ in range(2)]
        natives, targets = [], []
        for _ in range(size):
            drawn = self._patch(PATCH * pitch)
            natives.append(drawn.reshape(PATCH, pitch, PATCH, pitch, 3).mean(axis=(1, 3), dtype=np.float32))
            rows = sum(drawn[starts[0] + step].astype(np.float32) for step in range(cell))
            targets.append(sum(rows[:, starts[1] + step] for step in range(cell)) / cell**2)
        native, target = (torch.from_numpy(np.stack(part) / 255).permute(0, 3, 1, 2) for part in (natives, targets))
        if rng.random() < 0.6:
            native = self._worn(native)
        centres = [(start + cell / 2) / pitch - 0.5 for start in starts]
        rows, columns = (torch.from_numpy(cubic_weights(centre, PATCH)) for centre in centres)
        place = phases(*centres, (cell / pitch, cell / pitch))
        return native, target, rows, columns, torch.from_numpy(place[0][:, None] + place[1][None])

    def _patch(self, side: int) -> Pixels:
        """A square of a drawing, mirrored, turned and recoloured at random."""
        rng = self.rng
        bank = self.leaves if rng.random() < LEAVES else self.icons
        down, across = rng.integers(0, SIDE - side + 1, 2)
        drawn = bank[rng.integers(len(bank))][down : down + side, across : across + side]
        drawn = drawn[:: rng.choice([-1, 1]), :: rng.choice([-1, 1]), rng.permutation(3)]
        if rng.random() < 0.5:
            drawn = drawn.transpose(1, 0, 2)
        return 255 - drawn if rng.random() < 0.25 else drawn

    def _worn(self, native: Tensor) -> Tensor:
        """With errors like those of a lossy file: larger where there is more to see."""
        amount = self.rng.uniform(0, 1) ** 2
        noise = torch.from_numpy(self.rng.normal(size=tuple(native.shape)).astype(np.float32))
        noise = noise + noise.mean(dim=1, keepdim=True)
        return native + amount * noise * (0.006 + 0.03 * contrast(native))


def train(network: Detail, lessons: Lessons, steps: int, batch: int, rate: float, fuzz: float, output: Path) -> None:
    """Adam with a warm-up and a cosine; Charbonnier's loss, sqrt(error^2 + fuzz^2). Writes what it has now and then."""
    optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.9, 0.99))
    shape = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
    )
    started, recent = time.perf_counter(), 0.0
    for step in range(steps):
        native, target, *places = lessons.batch(batch)
        loss = ((network(native, *places) - target).square() + fuzz**2).sqrt().mean() - fuzz
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        shape.step()
        recent = loss.item() if step == 0 else 0.99 * recent + 0.01 * loss.item()
        if step % 500 == 0:
            save(output, network.layers())
        if step % 100 == 0:
            print(f"{step:6d}  loss {recent:.5f}  {time.perf_counter() - started:5.0f} s", flush=True)


def main() -> None:
    """Train, write the weights, and check that the package computes what was trained."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5500)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--drawings", type=int, default=700)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--fuzz", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(chosen.seed)
    lessons = Lessons(chosen.drawings, chosen.seed)
    trained = Detail()
    train(trained, lessons, chosen.steps, chosen.batch, chosen.rate, chosen.fuzz, chosen.output)
    save(chosen.output, trained.layers())
    native, _, rows, columns, place = lessons.batch(1)
    with torch.no_grad():
        expected = trained(native, rows, columns, place)[0].permute(1, 2, 0).numpy()
    network = DetailNetwork.load(chosen.output)
    parts = (place[:, 0].numpy(), (place[0] - place[0, :1]).numpy())  # add up to all of it
    grid = network.grid(native[0].permute(1, 2, 0).contiguous().numpy())
    computed = network.colors(grid, rows.numpy(), columns.numpy(), parts)
    print(f"{chosen.output}: {chosen.output.stat().st_size} bytes; off by {np.abs(computed - expected).max():.5f}")


if __name__ == "__main__":
    main()
