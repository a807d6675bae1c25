"""What one may ask of the fit of one signal, and the lists of constraints that a single picture stands for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from inrcodec.encoding.design import hidden_width, layers_w0, redesigned
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.signals.listed import ConstraintList, Listed
from inrcodec.encoding.signals.sources import is_gray
from inrcodec.errors import Parameter, UnsupportedFileError, UsageError
from inrcodec.images import load_pictures
from inrcodec.images.color import parse_color
from inrcodec.settings import MAX_SIGNAL_W0, MAX_W0, Architecture, ModelSettings, NetworkSettings

if TYPE_CHECKING:
    from inrcodec.fitting.constrained import Advance

From = Literal["value", "gradient", "laplacian"]
PASSES = (20, 35, 60, 105, 190, 330, 570, 1000, 1700)  # effort 1 to 9: visits of every sample
LEAST_STEPS = 1000
USUAL_WIDTH, USUAL_DEPTH, USUAL_W0, USUAL_SIDE = 128, 3, 100, 256  # of the network of a picture with that side
LEAST_WIDTH, MOST_WIDTH, LEAST_W0 = 32, 512, 15


@dataclass(frozen=True, kw_only=True)
class SignalOptions:
    """Network and time of the fit of one signal; None leaves what suits it.

    The network:
        width (str | None): hidden units, or a multiple of 256 such as "0.5x". Default by size.
        depth (int | None): hidden layers. Default 3.
        activation (str | None): sine, relu, relu-pe or tanh. Default sine.
        w0 (int | str | None): frequency of the first layer, or of every one ("60,30,30"). Default by size.

    How long, and where:
        effort (int): 1 to 9. Default 5.
        passes (int | None): visits of every sample, in place of effort. Default by effort.
        time_limit (float | None): seconds. Default None.
        device (str): auto, cpu, cuda, cuda:1 or mps. Default auto.
        threads (int): CPU threads; more than one helps where nothing else runs, and costs dearly where something does.
            Default 1.
        seed (int): the same seed repeats a run. Default 0.

    Of a sound:
        start (float | None): seconds from its beginning. Default its beginning.
        length (float | None): seconds. Default to its end.
    """

    width: str | None = None
    depth: int | None = None
    activation: str | None = None
    w0: int | str | None = None
    effort: int = 5
    passes: int | None = None
    time_limit: float | None = None
    device: str = "auto"
    threads: int = 1
    seed: int = 0
    start: float | None = None
    length: float | None = None

    def network(self, usual_width: int, usual_w0: int) -> NetworkSettings:
        """A network for a signal that is no picture, by what usually suits it."""
        w0 = (usual_w0,) if self.w0 is None else layers_w0(self.w0)
        network = NetworkSettings(
            hidden_width=min(MOST_WIDTH, max(LEAST_WIDTH, usual_width))
            if self.width is None
            else hidden_width(self.width),
            hidden_layers=USUAL_DEPTH if self.depth is None else self.depth,
            activation=self.activation or "sine",
            w0=tuple(min(MAX_SIGNAL_W0, one) for one in w0) if self.w0 is None else w0,
        )
        try:
            network.validate()
        except UnsupportedFileError as failure:
            raise UsageError(failure.message) from failure
        return network

    def model(self, sides: tuple[int, ...]) -> ModelSettings:
        """A plain network of coordinates for a signal with these samples along its axes."""
        samples = math.prod(sides)
        wide = 8 * round(USUAL_WIDTH / 8 * (samples / USUAL_SIDE**2) ** 0.3)
        w0 = min(MAX_W0, max(LEAST_W0, round(USUAL_W0 * max(sides) / USUAL_SIDE)))
        usual = ModelSettings(
            conditioning="grid",
            hidden_width=min(MOST_WIDTH, max(LEAST_WIDTH, wide)),
            hidden_layers=USUAL_DEPTH,
            footprint=1,
            levels=(),
            context_width=1,
            architecture=Architecture(w0=w0),
        )
        asked = EncodeOptions(width=self.width, depth=self.depth, activation=self.activation, w0=self.w0)
        return redesigned(usual, asked)

    def steps(self, samples: int, places: int) -> int:
        """Steps of that many places each."""
        if not 1 <= self.effort <= len(PASSES):
            raise UsageError(Parameter("effort", self.effort), f" is outside 1 to {len(PASSES)}")
        if self.passes is not None and self.passes < 1:
            raise UsageError(Parameter("passes", self.passes), ": at least 1 is needed")
        if self.time_limit is not None and not self.time_limit > 0:
            raise UsageError(f"time limit {self.time_limit} s: must be more than nothing")
        if not 0 <= self.seed < 1 << 32:
            raise UsageError(Parameter("seed", self.seed), f" is outside 0 to {(1 << 32) - 1}")
        if self.threads < 1:
            raise UsageError(Parameter("threads", self.threads), ": at least 1 is needed")
        if self.passes is not None:
            return max(1, math.ceil(self.passes * samples / places))
        return max(LEAST_STEPS, math.ceil(PASSES[self.effort - 1] * samples / places))


@dataclass(frozen=True, kw_only=True)
class SignalRun:
    """How one run goes.

    This run:
        overwrite (bool): replace an output that exists. Default False.
        resume (bool): go on from the checkpoint that an interrupted run left beside the output. Default False.
        on_progress (Callable[[Advance], None] | None): called after every step. Default None.
        on_notice (Callable[[str], None] | None): called with what a user should know meanwhile. Default None.
    """

    overwrite: bool = False
    resume: bool = False
    on_progress: Callable[[Advance], None] | None = None
    on_notice: Callable[[str], None] | None = None


@dataclass(frozen=True, kw_only=True)
class SignalKeywords(SignalRun, SignalOptions):
    """Both together: every keyword of `inrcodec.fit`."""


def picture_list(
    path: str | Path, quantity: From = "value", constant: str = "picture", reach: int | None = None
) -> ConstraintList:
    """The list that a picture stands for: its values, differences or Laplacians, everywhere.

    constant: what settles the mean of each channel, where values do not: `picture`, `none`, or a color. reach: None for
    the whole picture, 1 for exact derivatives alone.
    """
    if not Path(path).is_file():
        raise UsageError(f"{path}: no such picture file, nor a list of constraints (.toml)")
    pixels = load_pictures([path]).pictures[0].pixels
    height, width = pixels.shape[:2]
    channels = 1 if is_gray(pixels) else pixels.shape[2]
    if reach is not None and reach < 1:
        raise UsageError(Parameter("reach", reach), ": 1 for exact derivatives alone, or more pixels")
    if quantity == "value":
        if reach is not None:
            raise UsageError(Parameter("reach", reach), ": values hold at single places; it is for derivatives")
        return ConstraintList((width, height), channels, (Listed("value", str(path)),), Path(path).name)
    listed = Listed(quantity, str(path), reach=reach or "whole")
    constants = _constants(str(path), constant, channels)
    return ConstraintList((width, height), channels, (listed,), Path(path).name, constants)


def _constants(path: str, constant: str, channels: int) -> str | list[float] | None:
    if constant == "picture":
        return path
    if constant == "none":
        return None
    color = [round(float(value), 6) for value in parse_color(constant)]
    if channels == 1:
        return [round(float(np.mean(color)), 6)]
    return [*color, 1.0][:channels]
