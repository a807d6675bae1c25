"""What is trained for the start, in torch: the guessing network, and networks of files by quality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inrcodec.bitstream.base import LAYERS, QUALITIES, WIDTH, base_for, nearest_table
from inrcodec.bitstream.context import context_shapes
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.field.field import field_shapes, field_specs
from inrcodec.fitting.coding import choose_weight_steps, coded_context, coded_weights
from inrcodec.fitting.guess.network import COARSEST, Layers
from inrcodec.settings import ModelSettings

KINDS = (3, 4, 1)  # channels of files: colors, colors with alpha, gray
ALPHA = KINDS.index(4)
HALF, QUARTER = 40, 64  # units of the guessing network at half and at quarter size
MODEL = ModelSettings("pyramid", hidden_width=WIDTH, hidden_layers=LAYERS)
COARSE, MIDDLE, FINEST = (level.channels for level in MODEL.levels)
FIRST_SCALE = 1.4  # logarithm, of latents: noise of a step's width would hide smaller ones
LESS = 0.3  # second convolutions of blocks start that much smaller: the way around each counts most at first


def scaled(table: int) -> float:
    """The quality of a table as polynomials have it, -1 to 1."""
    return (QUALITIES[table] - 50) / 40


class Conditioned(nn.Module):
    """A vector by kind of file and quality."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.kinds = nn.Parameter(torch.zeros(len(KINDS), units))
        self.powers = nn.Parameter(torch.zeros(2, units))

    def forward(self, kind: int, quality: float) -> Tensor:
        """(units, 1, 1)."""
        return (self.kinds[kind] + quality * self.powers[0] + quality**2 * self.powers[1])[:, None, None]


class Guess(nn.Module):
    """The network of inrcodec/fitting/guess, differentiable."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(4 * 4 + 2, HALF, 3)
        self.at_half = nn.ModuleList(nn.Conv2d(HALF, HALF, 3) for _ in range(2))
        self.down = nn.Conv2d(4 * HALF, QUARTER, 1)
        self.at_quarter = nn.ModuleList(nn.Conv2d(QUARTER, QUARTER, 3) for _ in range(2))
        self.up = nn.Conv2d(QUARTER, HALF, 1)
        self.joined = nn.ModuleList(nn.Conv2d(HALF, HALF, 3) for _ in range(2))
        self.coarse = nn.Conv2d(QUARTER, COARSE, 1)
        self.fine = nn.Conv2d(HALF, MIDDLE + 4 * FINEST, 1)
        heads = COARSE, MIDDLE + 4 * FINEST
        self.biases = nn.ModuleList(Conditioned(units) for units in (HALF, QUARTER, HALF, *heads))
        self.scales = nn.ModuleList(Conditioned(units) for units in heads)
        with torch.no_grad():
            for scale in self.scales:
                scale.kinds += FIRST_SCALE
            for pair in (self.at_half, self.at_quarter, self.joined):
                pair[1].weight *= LESS

    def forward(self, pictures: Tensor, kind: int, quality: float) -> list[Tensor]:
        """Levels (channels, B, cells down, cells across), coarsest first, of pictures (B, 4, height, width)."""
        biases = [bias(kind, quality) for bias in self.biases]
        scales = [torch.exp(scale(kind, quality)) for scale in self.scales]
        height, width = pictures.shape[2:]
        pictures = functional.pad(pictures, (0, -width % COARSEST, 0, -height % COARSEST), mode="replicate")
        half = functional.pixel_unshuffle(pictures - 0.5, 2)
        half = torch.cat([half, _places(len(half), height, width)], 1)
        half = _block(self.stem(_padded(half)) + biases[0], self.at_half)
        quarter = self.down(functional.pixel_unshuffle(functional.relu(half), 2)) + biases[1]
        quarter = functional.relu(_block(quarter, self.at_quarter))
        above = self.up(quarter).repeat_interleave(2, -1).repeat_interleave(2, -2)
        half = functional.relu(_block(half + above + biases[2], self.joined))
        coarse = self.coarse(quarter) * scales[0] + biases[3]
        fine = self.fine(half) * scales[1] + biases[4]
        middle = fine[:, :MIDDLE, : -(-height // 2), : -(-width // 2)]
        finest = functional.pixel_shuffle(fine[:, MIDDLE:], 2)[:, :, :height, :width]
        return [level.transpose(0, 1) for level in (coarse, middle, finest)]

    def layers(self) -> Layers:
        """The weights as the package has them."""
        found = {}
        for name, layer in self._named():
            found[name] = layer.weight.detach().permute(2, 3, 1, 0).reshape(-1, layer.weight.shape[0]).numpy()
            found[f"{name}_bias"] = layer.bias.detach().numpy()
        known = [(kind, table) for kind in range(len(KINDS)) for table in range(len(QUALITIES))]
        for name, parts in {"bias": self.biases, "scale": self.scales}.items():
            for number, part in enumerate(parts):
                rows = torch.stack([part(kind, scaled(table)).detach().flatten() for kind, table in known])
                found[f"{name}{number}"] = (rows.exp() if name == "scale" else rows).numpy()
        found["combinations"] = np.array([(KINDS[kind], table) for kind, table in known], np.float32)
        return found

    def _named(self) -> Iterator[tuple[str, nn.Conv2d]]:
        """Convolutions by their names in the file."""
        for name in ("stem", "down", "up", "coarse", "fine"):
            yield name, getattr(self, name)
        for name, pair in {"half": self.at_half, "quarter": self.at_quarter, "joined": self.joined}.items():
            yield from ((f"{name}{number}", layer) for number, layer in enumerate(pair))


class Files(nn.Module):
    """Networks and context models of files by kind and quality; they start as one table of another base."""

    def __init__(self) -> None:
        super().__init__()
        specs = field_specs(MODEL, 4, 1)
        known = base_for(MODEL, 3, field_shapes(MODEL, 3, 1), nearest_table(50))
        assert known is not None
        self.network = len(specs)
        starts = [np.array(tensor) for tensor in known.values()]
        for number, alpha in ((0, 0.0), (1, 1.0), (self.network - 1, 0.0)):  # a row for alpha, which is 1 everywhere
            starts[number] = np.concatenate([starts[number], np.full_like(starts[number][:1], alpha)])
        # What adds to colors directly moves less.
        rates = [np.broadcast_to((spec.rate / 2) ** 0.5, spec.shape) for spec in specs]
        rates += [np.ones(shape) for shape in context_shapes(MODEL)]
        self.starts = [torch.from_numpy(start) for start in starts]
        self.rates = [torch.from_numpy(np.array(rate, np.float32)) for rate in rates]
        self.moved = nn.ParameterList(torch.zeros(3, *start.shape) for start in starts)
        self.kinds = nn.ParameterList(torch.zeros(2, *start.shape) for start in starts)  # of those without alpha

    def forward(self, kind: int, quality: float) -> tuple[list[Tensor], list[Tensor]]:
        """Network and context model."""
        found = []
        for start, rate, moved, own in zip(self.starts, self.rates, self.moved, self.kinds, strict=True):
            by = moved[0] + quality * moved[1] + quality**2 * moved[2]
            found.append(start + rate * (by if kind == ALPHA else by + own[0 if kind < ALPHA else 1]))
        network, context = found[: self.network], found[self.network :]
        if kind != ALPHA:
            for number, units in ((0, WIDTH), (1, WIDTH), (self.network - 1, 0)):
                colors = network[number][units : units + 3]
                shown = colors if KINDS[kind] == 3 else colors.mean(dim=0, keepdim=True)
                network[number] = torch.cat([network[number][:units], shown])
        return network, context

    def tables(self) -> dict[int, list[tuple[CodedTensor, ...]]]:
        """As a base has them, for each number of channels by quality."""
        return {
            channels: [_coded(*self(kind, scaled(table))) for table in range(len(QUALITIES))]
            for kind, channels in enumerate(KINDS)
        }


def _coded(network: Iterable[Tensor], context: Iterable[Tensor]) -> tuple[CodedTensor, ...]:
    network = [tensor.detach() for tensor in network]
    steps = choose_weight_steps(network, MODEL)
    return *coded_weights(network, steps), *coded_context([tensor.detach() for tensor in context])


def _block(units: Tensor, pair: nn.ModuleList) -> Tensor:
    inner = pair[0](_padded(functional.relu(units)))
    return units + pair[1](_padded(functional.relu(inner)))


def _padded(planes: Tensor) -> Tensor:
    return functional.pad(planes, (1, 1, 1, 1), mode="replicate")


def _places(count: int, height: int, width: int) -> Tensor:
    """x and y in the middle of every 2 x 2 pixels, (B, 2, height / 2, width / 2), of sides as long as padded ones."""
    down, across = (
        torch.arange(1, side + -side % COARSEST, 2, dtype=torch.float32) * (2 / side) - 1 for side in (height, width)
    )
    return torch.stack(torch.meshgrid(down, across, indexing="ij")[::-1]).expand(count, 2, -1, -1)
