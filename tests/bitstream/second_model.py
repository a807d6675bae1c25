"""The second reader's model: levels, and the tensors that a header asks for, sections 3, 9 and 10 of FORMAT.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from second_reader import Header, Illegal


@dataclass
class Level:
    """One [shift, channels] of the header."""

    shift: int
    channels: int

    @property
    def static(self) -> bool:
        return self.shift >= 20

    def cells(self, height: int, width: int) -> tuple[int, int]:
        return -(-height // 2**self.shift), -(-width // 2**self.shift)


@dataclass
class Model:
    """The header's model, and the tensors that WGTS fills it with."""

    conditioning: str
    hidden: int
    layers: int
    footprint: int
    levels: list[Level]
    unit: int
    network: list[Any]
    posed: bool
    channels: int
    images: int

    @property
    def widths(self) -> list[int]:
        """Section 10: units of each layer."""
        narrow = max(1, self.hidden // self.network[1])
        return [narrow if layer == self.layers // 2 else self.hidden for layer in range(self.layers)]

    def plain_shapes(self) -> list[tuple[int, ...]]:
        """Section 10: a network without what a conditioning adds."""
        told = {
            "pyramid": sum(level.channels for level in self.levels),
            "grid": 1,
            "binary": len(bits(0, self.images)),
            "bottleneck": len(bits(0, self.images)),
        }
        inputs = 2 + 28 * (self.network[0] == "relu-pe") + told.get(self.conditioning, 0)
        widths = self.widths
        shapes: list[tuple[int, ...]] = [(widths[0] + self.channels, inputs), (widths[0] + self.channels,)]
        for before, units in pairwise(widths):
            shapes += [(units, before), (units,)]
        return [*shapes, (self.channels, widths[-1])]

    def network_shapes(self) -> list[tuple[int, ...]]:
        """Section 10."""
        plain = self.plain_shapes()
        if self.conditioning == "latent":
            return [*plain, (sum(self.widths), self.levels[0].channels)]
        if self.conditioning != "hypernetwork":
            return plain
        width, code = self.network[2], self.levels[0].channels
        heads = [(math.prod(shape), width or code) for shape in plain]
        return [*plain, *heads, *([(width, code), (width,)] if width else [])]

    def context_shapes(self) -> list[list[tuple[int, ...]]]:
        """Section 9, one list per level."""
        shapes: list[list[tuple[int, ...]]] = []
        for before, level in zip([None, *self.levels], self.levels, strict=False):
            c, u = level.channels, self.unit
            t = 9 + (6 if c > 1 else 0) + (before.channels if before and not before.static else 0)
            shapes.append([(c, 2)] if level.static else [(c, u, t), (c, u), (c, 2, u), (c, 2)])
        return shapes


def model_of(head: Header) -> Model:
    name, hidden, layers, footprint, levels, unit, *rest = head.model
    plain = ["sine", 1, 0, 30]
    if rest == [plain] or rest[1:] not in ([], ["smooth"]) or len(rest[0] if rest else plain) not in (4, 5):
        raise Illegal("network or space")
    for further in rest[0][4:] if rest else []:
        if not further or len(further) != layers - 1:
            raise Illegal("w0")
    found = [Level(shift, channels) for shift, channels in levels]
    code = len(found) == 1 and found[0].static
    if (name in ("grid", "binary", "bottleneck") and found) or any(a.shift <= b.shift for a, b in pairwise(found)):
        raise Illegal("levels")
    if name in ("latent", "hypernetwork") and not code:
        raise Illegal("code")
    network = rest[0] if rest else plain
    posed = len(rest) == 2
    return Model(name, hidden, layers, footprint, found, unit, network, posed, head.channels, len(head.sizes))


def bits(image: int, images: int) -> list[float]:
    """Section 10: the bits of an image's number."""
    count = next(n for n in range(1, 64) if 2**n >= images)
    return [1.0 if image >> bit & 1 else -1.0 for bit in range(count - 1, -1, -1)]
