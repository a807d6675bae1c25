"""What shapes the field (ModelSettings, written into the file) and what shapes the fit (FitSettings, never written)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import msgspec

from inrcodec.errors import UnsupportedFileError, UsageError

CONDITIONINGS = ("pyramid", "grid")
MAX_HIDDEN_WIDTH = 4096
MAX_HIDDEN_LAYERS = 8
MAX_LEVELS = 8
MAX_LEVEL_CHANNELS = 64
MAX_FOOTPRINT = 8
MAX_CONTEXT_WIDTH = 128
WHOLE = 31  # the shift of a level with one cell for the whole image


class Level(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """One grid of latents: an image side of n pixels has ceil(n / 2**shift) cells."""

    shift: int
    channels: int

    def cells(self, side: int) -> int:
        """Cells along a side of that many pixels."""
        return max(1, -(-side // (1 << self.shift)))


class ModelSettings(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Everything about the field that a decoder must know before it reads a weight."""

    conditioning: str = "pyramid"
    hidden_width: int = 32
    hidden_layers: int = 2
    footprint: int = 1  # sub-samples of a native pixel along each axis
    levels: tuple[Level, ...] = (Level(2, 4), Level(1, 3), Level(0, 1))
    context_width: int = 16

    def validate(self) -> None:
        """Raise UnsupportedFileError, naming the field, when a value is beyond what this reader allocates for."""
        if self.conditioning not in CONDITIONINGS:
            raise UnsupportedFileError(f"unknown conditioning {self.conditioning[:32]!a}; a newer inrcodec may read it")
        _bound("hidden width", self.hidden_width, 1, MAX_HIDDEN_WIDTH)
        _bound("number of hidden layers", self.hidden_layers, 1, MAX_HIDDEN_LAYERS)
        _bound("footprint", self.footprint, 1, MAX_FOOTPRINT)
        _bound("context width", self.context_width, 1, MAX_CONTEXT_WIDTH)
        _bound("number of latent levels", len(self.levels), 0, MAX_LEVELS)
        for level in self.levels:
            _bound("level shift", level.shift, 0, WHOLE)
            _bound("level channels", level.channels, 1, MAX_LEVEL_CHANNELS)
        if any(fine.shift >= coarse.shift for coarse, fine in zip(self.levels, self.levels[1:], strict=False)):
            raise UnsupportedFileError("latent levels are not in order from coarse to fine")
        if self.conditioning == "grid" and self.levels:
            raise UnsupportedFileError("the conditioning grid has no latents, but the header lists levels of them")


def _bound(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise UnsupportedFileError(f"{what} is {value}, outside {lowest} to {highest}")


class Holdout(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Which pixels the loss never saw (`strict`) or did not see until the last part of the fit (`release`)."""

    fraction_ppm: int = 0
    seed: int = 0
    mode: str = "none"


@dataclass(frozen=True)
class Target:
    """Where a fit is to end: at a mean PSNR in dB, or at a size in bytes of network and latents; one of the two."""

    psnr: float | None = None
    size: int | None = None


@dataclass(frozen=True)
class FitSettings:
    """How hard to fit, and where; nothing here is needed to decode."""

    rate_weight: float = 5e-4  # lambda: squared error per pixel that one bit per pixel may save
    target: Target | None = None  # steers rate_weight
    passes: int = 2000  # visits of every image
    time_limit: float | None = None  # seconds; the schedule shrinks to fit in
    holdout: Holdout = field(default_factory=Holdout)
    device: str = "auto"
    threads: int | None = None
    seed: int = 0


# Effort 1 to 9: passes over a set of REFERENCE_PIXELS; each level takes about 1.65 times as long as the one before.
PASSES = (350, 580, 960, 1600, 2600, 4300, 7100, 11800, 19500)
REFERENCE_PIXELS = 100 * 48 * 48


def passes_for(effort: int, pixels: int) -> int:
    """Visits of each image at an effort from 1 to 9: larger sets teach the network more per pass and get fewer."""
    if not 1 <= effort <= len(PASSES):
        raise UsageError(f"effort {effort} is outside 1 to {len(PASSES)}")
    return max(20, round(PASSES[effort - 1] * min(1.0, math.sqrt(REFERENCE_PIXELS / pixels))))


def rate_weight_for(quality: float) -> float:
    """Lambda for a quality from 0 to 100; ten steps of quality are about 2.3 dB."""
    if not 0 <= quality <= 100:
        raise UsageError(f"quality {quality} is outside 0 to 100")
    return float(10 ** (-2.1 - 0.024 * quality))


def model_for(conditioning: str, pixels: int, footprint: int = 1) -> ModelSettings:
    """Settings of a conditioning for a set of that many pixels: the network should cost 5 to 10 % of the file."""
    if conditioning == "grid":
        return ModelSettings("grid", _width(pixels, 64, 64, 256), 3, footprint, (), 1)
    if conditioning == "pyramid":
        return ModelSettings(hidden_width=_width(pixels, 32, 16, 64), footprint=footprint)
    raise UsageError(f"unknown conditioning {conditioning!r}; there are: {', '.join(CONDITIONINGS)}")


def _width(pixels: int, reference: int, lowest: int, highest: int) -> int:
    """A multiple of 8 that grows with the square root of the set, as the number of weights grows with its square."""
    wanted = 8 * round(reference / 8 * math.pow(pixels / REFERENCE_PIXELS, 0.4))
    return min(highest, max(lowest, wanted))
