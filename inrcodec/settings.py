"""What shapes the field (ModelSettings, written into the file) and what shapes the fit (FitSettings, never written)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import msgspec

from inrcodec.errors import UnsupportedFileError, UsageError

ACTIVATIONS = ("sine", "relu", "relu-pe", "tanh")
ENGINES = ("auto", "kernel", "torch")  # of a fit
SPACES = ("plain", "smooth")  # smooth: images have poses, and their fields move along with these
MAX_NAME = 32  # of a conditioning
MAX_HIDDEN_WIDTH = 4096
MAX_HIDDEN_LAYERS = 8
MAX_LEVELS = 8
MAX_LEVEL_CHANNELS = 64
MAX_CODE_CHANNELS = 1024  # of a level with one cell for the whole image
MAX_BOTTLENECK = 256
MAX_W0 = 1000
MAX_SIGNAL_W0 = 1 << 20  # a sound of a minute has periods enough for that
USUAL_W0 = 30  # Sitzmann et al. 2020
MAX_FOOTPRINT = 8
MAX_CONTEXT_WIDTH = 128
WHOLE = 31  # the shift of a level with one cell for the whole image
STATIC_SHIFT = 20  # no side is that long: such a level has one cell, too


class Level(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """One grid of latents: an image side of n pixels has ceil(n / 2**shift) cells."""

    shift: int
    channels: int

    @property
    def whole(self) -> bool:
        """Whether it has one cell, whatever the size of the image."""
        return self.shift >= STATIC_SHIFT

    def cells(self, side: int) -> int:
        """Cells along a side of that many pixels."""
        return max(1, -(-side // (1 << self.shift)))


class Architecture(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What makes a network another one than the plain SIREN of `hidden_layers` equally wide layers."""

    activation: str = "sine"
    bottleneck: int = 1  # the middle layer is that many times narrower
    head_width: int = 0  # of the hidden layer between a code and the weights of its image; 0: a linear map
    w0: int = 30  # how many periods its first layer started with; for the record, as the weights have it in them
    hidden_w0: tuple[int, ...] = ()  # of the further layers, if they are not USUAL_W0; likewise; not written when empty

    def validate(self, layers: int) -> None:
        """Raise UnsupportedFileError, naming the setting, when one is out of bounds or does not go with the layers."""
        if self.activation not in ACTIVATIONS:
            raise UnsupportedFileError(f"unknown activation {self.activation[:32]!a}; a newer inrcodec may read it")
        _bound("bottleneck", self.bottleneck, 1, MAX_BOTTLENECK)
        if self.bottleneck > 1 and layers < 3:
            raise UnsupportedFileError("a bottleneck needs at least three hidden layers")
        for w0 in (self.w0, *self.hidden_w0):
            _bound("w0", w0, 1, MAX_W0)
        if len(self.hidden_w0) not in (0, layers - 1):
            raise UnsupportedFileError(f"{1 + len(self.hidden_w0)} values of w0 for {layers} layers")
        _bound("width of the head", self.head_width, 0, MAX_HIDDEN_WIDTH)


class ModelSettings(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Everything about the field that a decoder must know before it reads a weight."""

    conditioning: str = "pyramid"
    hidden_width: int = 32
    hidden_layers: int = 2
    footprint: int = 1  # sub-samples of a native pixel along each axis
    levels: tuple[Level, ...] = (Level(2, 4), Level(1, 3), Level(0, 1))
    context_width: int = 16
    architecture: Architecture = Architecture()  # not written when it is this one and the space is plain
    space: str = "plain"  # not written when it is this one

    def validate(self) -> None:
        """Raise UnsupportedFileError, naming the setting, when one is beyond what this reader allocates for.

        What goes with which conditioning, `field.conditioning.check_model` knows.
        """
        _bound("length of the conditioning's name", len(self.conditioning), 1, MAX_NAME)
        _bound("hidden width", self.hidden_width, 1, MAX_HIDDEN_WIDTH)
        _bound("number of hidden layers", self.hidden_layers, 1, MAX_HIDDEN_LAYERS)
        _bound("footprint", self.footprint, 1, MAX_FOOTPRINT)
        _bound("context width", self.context_width, 1, MAX_CONTEXT_WIDTH)
        _bound("number of latent levels", len(self.levels), 0, MAX_LEVELS)
        for level in self.levels:
            _bound("level shift", level.shift, 0, WHOLE)
            _bound("level channels", level.channels, 1, MAX_CODE_CHANNELS if level.whole else MAX_LEVEL_CHANNELS)
        if any(fine.shift >= coarse.shift for coarse, fine in zip(self.levels, self.levels[1:], strict=False)):
            raise UnsupportedFileError("latent levels are not in order from coarse to fine")
        if self.space not in SPACES:
            raise UnsupportedFileError(f"unknown space {self.space[:32]!a}; a newer inrcodec may read it")
        self.architecture.validate(self.hidden_layers)

    @property
    def posed(self) -> bool:
        """Whether every image has a pose."""
        return self.space == "smooth"

    @property
    def coded(self) -> bool:
        """Whether one code and nothing else stands for an image."""
        return len(self.levels) == 1 and self.levels[0].whole

    @property
    def spatial(self) -> bool:
        """Whether any latent belongs to a part of an image; otherwise all pixels of an image teach the same values."""
        return any(not level.whole for level in self.levels)

    def hidden_widths(self) -> tuple[int, ...]:
        """Units of every hidden layer; the middle one may be a bottleneck."""
        widths = [self.hidden_width] * self.hidden_layers
        widths[self.middle] = max(1, self.hidden_width // self.architecture.bottleneck)
        return tuple(widths)

    @property
    def middle(self) -> int:
        """Number of the middle hidden layer, counted from 0."""
        return self.hidden_layers // 2


class NetworkSettings(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The plain network of coordinates that holds one signal; w0 is for the record, as the weights have it in them."""

    hidden_width: int = 128
    hidden_layers: int = 3
    activation: str = "sine"
    w0: tuple[int, ...] = (USUAL_W0,)  # of the first layer, or of every one

    def validate(self) -> None:
        """Raise UnsupportedFileError, naming the setting, when one is beyond what a reader allocates for."""
        _bound("hidden width", self.hidden_width, 1, MAX_HIDDEN_WIDTH)
        _bound("number of hidden layers", self.hidden_layers, 1, MAX_HIDDEN_LAYERS)
        if self.activation not in ACTIVATIONS:
            raise UnsupportedFileError(f"unknown activation {self.activation[:32]!a}; a newer inrcodec may read it")
        if len(self.w0) not in (1, self.hidden_layers):
            raise UnsupportedFileError(f"{len(self.w0)} values of w0 for {self.hidden_layers} layers")
        for w0 in self.w0:
            _bound("w0", w0, 1, MAX_SIGNAL_W0)


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
class Gap:
    """What a fit lacks: dB of the mean PSNR, or a share of the bits of its latents; negative where it has too much."""

    psnr: float | None = None
    bits: float | None = None

    @property
    def better(self) -> bool:
        """Whether bits are to be spent, and not saved."""
        return (self.psnr or self.bits or 0.0) > 0

    @property
    def width(self) -> float:
        """Without its sign."""
        return abs(self.psnr or self.bits or 0.0)


@dataclass(frozen=True)
class FitSettings:
    """How hard to fit, and where; nothing here is needed to decode."""

    rate_weight: float = 5e-4  # lambda: squared error per pixel that one bit per pixel may save
    target: Target | None = None  # steers rate_weight
    passes: int = 2000  # visits of every image
    time_limit: float | None = None  # seconds; the schedule shrinks to fit in
    holdout: Holdout = field(default_factory=Holdout)
    device: str = "auto"
    engine: str = "auto"  # one of ENGINES
    threads: int | None = None
    seed: int = 0
    encoder: bool = False  # codes come from a network that looks at the pictures, and are not fitted one by one
    distortion: str = "squared"  # a variant of `fitting.distortion`
    base: int | None = None  # the table of the base that network and context model start from and are stored against
    guess: bool = False  # latents start as a network guesses them for the base
    tune_process: bool = True  # fork workers, and set allocator and torch's threads, while the fit runs


STARTS = ("auto", "guess", "none")  # whether latents start as a network guesses them
SHARES = ("auto", "none")  # whether images may be coded from others that they are like
BASES = ("auto", "none")  # whether a file's network is stored as a difference from one that ships with the program

# Effort 1 to 9: passes over a set of REFERENCE_PIXELS, each level some 1.85 times the one before, the second 3 times.
# On two CPU cores such a set takes 10 seconds with the first, a good minute with the fifth, a quarter of an hour with
# the last.
PASSES = (100, 300, 560, 960, 1600, 3000, 5600, 10500, 19500)
REFERENCE_PIXELS = 100 * 48 * 48
A_TENTH_FEWER = 1.1  # than the root of the set says: photographs do not miss them


def passes_for(effort: int, pixels: int) -> int:
    """Visits of each image at an effort from 1 to 9: larger sets teach the network more per pass and get fewer.

    None at effort 0: latents are guessed.
    """
    if not 0 <= effort <= len(PASSES):
        raise UsageError(f"effort {effort} is outside 0 to {len(PASSES)}")
    if effort == 0:
        return 0
    times = max(1.0, pixels / REFERENCE_PIXELS)
    fewer = math.sqrt(times) * min(A_TENTH_FEWER, math.sqrt(math.sqrt(times)))
    return max(20, round(PASSES[effort - 1] / fewer))


def rate_weight_for(quality: float) -> float:
    """Lambda for a quality from 0 to 100; ten steps of quality are about 2.3 dB."""
    if not 0 <= quality <= 100:
        raise UsageError(f"quality {quality} is outside 0 to 100")
    return float(10 ** (-2.1 - 0.024 * quality))


def width_for(pixels: int, reference: int, lowest: int, highest: int) -> int:
    """Hidden units for a set of that many pixels, `reference` of them for REFERENCE_PIXELS.

    A multiple of 8 that grows with the square root of the set, as the number of weights grows with its square.
    """
    wanted = 8 * round(reference / 8 * math.pow(pixels / REFERENCE_PIXELS, 0.4))
    return min(highest, max(lowest, wanted))
