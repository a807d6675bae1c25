"""What is fitted of a signal that is no picture, and how it is judged: one file = one kind, named as in the header."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from inrcodec.bitstream.signal_header import Ends
from inrcodec.encoding.signals.options import SignalOptions
from inrcodec.fitting.constraints import Constraint
from inrcodec.numerics.arrays import FloatArray
from inrcodec.settings import NetworkSettings

Values = Callable[[NDArray[np.float64]], FloatArray]  # of coordinates (count, axes): (count, channels), in units


@dataclass(frozen=True)
class Figure:
    """Something measured: a name as in the file (psnr), a value, and how to say it ("29.6 dB")."""

    name: str
    value: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """One signal, ready to be fitted; see `SignalHeader` for axes, places and scale.

    known: what the constraints tell, in words. places_a_step, learning_rate: of the fit, None for the usual ones;
    precise: see `ConstrainedSettings`; steps: as many as effort or passes ask for. judge: measures the network, and
    later the file. empty: the signal is nothing but this (channels,), as an output of the network, and there is nothing
    to fit. times: seconds that every frame is shown, where frames differ in that. speeds: see `signal_specs`.
    """

    kind: str
    name: str
    axes: tuple[int, ...]
    channels: int
    network: NetworkSettings
    places: tuple[Ends, ...]
    scale: tuple[Ends, ...]
    constraints: tuple[Constraint, ...]
    known: str
    steps: int
    judge: Callable[[Values], Sequence[Figure]]
    source_bytes: int
    places_a_step: int | None = None
    learning_rate: float | None = None
    precise: bool = False
    empty: FloatArray | None = None
    times: tuple[float, ...] | None = None
    speeds: tuple[float, ...] | None = None
    warnings: tuple[str, ...] = ()


class Kind(Protocol):
    """What the file of a kind provides."""

    def prepare(self, source: Path, options: SignalOptions) -> Task:
        """Read a file; UsageError or InputError say what is wrong with it or with the options."""


def kind_named(name: str) -> Kind:
    """The module of a kind."""
    return cast(Kind, import_module(f"{__name__}.{name}"))
