"""What shapes the field (ModelSettings, written into the file) and what shapes the fit (FitSettings, never written)."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from inrcodec.errors import UnsupportedFileError

CONDITIONINGS = ("pyramid", "grid")
MAX_HIDDEN_WIDTH = 4096
MAX_HIDDEN_LAYERS = 8
MAX_LEVELS = 8
MAX_LEVEL_CHANNELS = 64
MAX_FOOTPRINT = 8
MAX_CONTEXT_WIDTH = 128
GLOBAL_SHIFT = 31


class Level(msgspec.Struct, array_like=True, frozen=True):
    """One grid of latents: an image of n pixels has ceil(n / 2**shift) cells along that axis; shift 31 is one single cell."""

    shift: int
    channels: int

    def cells(self, side: int) -> int:
        """Cells along an axis of `side` pixels."""
        return max(1, -(-side >> self.shift)) if self.shift == 0 else max(1, -(-side // (1 << self.shift)))


class ModelSettings(msgspec.Struct, array_like=True, frozen=True):
    """Everything about the field that a decoder must know before it reads a weight."""

    conditioning: str = "pyramid"
    hidden_width: int = 32
    hidden_layers: int = 2
    footprint: int = 2
    levels: tuple[Level, ...] = (Level(GLOBAL_SHIFT, 8), Level(3, 4), Level(2, 3), Level(1, 2), Level(0, 1))
    context_width: int = 16

    def validate(self) -> None:
        """Raise UnsupportedFileError, naming the field, when a value is beyond what this reader allocates for."""
        if self.conditioning not in CONDITIONINGS:
            raise UnsupportedFileError(f"unknown conditioning {self.conditioning!r}; a newer inrcodec may read this file")
        _bound("hidden width", self.hidden_width, 1, MAX_HIDDEN_WIDTH)
        _bound("number of hidden layers", self.hidden_layers, 1, MAX_HIDDEN_LAYERS)
        _bound("footprint", self.footprint, 1, MAX_FOOTPRINT)
        _bound("context width", self.context_width, 1, MAX_CONTEXT_WIDTH)
        _bound("number of latent levels", len(self.levels), 0, MAX_LEVELS)
        for level in self.levels:
            _bound("level shift", level.shift, 0, GLOBAL_SHIFT)
            _bound("level channels", level.channels, 1, MAX_LEVEL_CHANNELS)


def _bound(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise UnsupportedFileError(f"{what} is {value}, outside {lowest} to {highest}")


@dataclass(frozen=True)
class FitSettings:
    """How hard to fit; nothing here is needed to decode."""

    rate_weight: float = 5e-4
