"""An opened .inr file of one signal: a sound, a clip or a shape, read at any place; numpy only."""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inrcodec.archive.contents import naming
from inrcodec.bitstream.files import read_file
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.signal_header import Ends, SignalHeader
from inrcodec.bitstream.stored_signal import StoredSignal
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.field.signal_field import SignalField, signal_shapes
from inrcodec.field.work import FRAME_BYTES, MOST_SECONDS, Work
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.coordinates import Axis, samples_per_pixel
from inrcodec.numerics.cores import each

TILE_VALUES = 1 << 20  # hidden units evaluated at once by a thread: bounds the memory, and stays near the cache
Coordinates = NDArray[np.floating]  # (places, axes), each in [-1, 1]


class Signal:
    """One signal in one file; everything is in its own units: those of `places` along its axes, of `scale` in value."""

    def __init__(self, stored: StoredSignal, path: Path | None = None, *, limit: float = math.inf) -> None:
        """limit: seconds of work beyond what is usual; see `field.work`."""
        self.path = path
        self.called = str(path or "the file")  # in messages
        self.stored = stored
        self.work = Work(stored.size, math.prod(stored.header.axes), 1, limit, self.called)

    @cached_property
    def field(self) -> SignalField:
        """The network, which is decoded when it is first asked for."""
        stored, header = self.stored, self.stored.header
        self.work.weights(stored.weights)
        try:
            weights = tuple(tensor.values() for tensor in stored.network)
        except CorruptFileError as failure:
            raise naming(self.path, failure) from failure
        return SignalField(header.network, header.channels, len(header.axes), weights)

    @staticmethod
    def open(path: str | Path, *, trust: bool = False, budget: float = MOST_SECONDS) -> Signal:
        """Read a file; CorruptFileError or UnsupportedFileError name it and say what is wrong.

        trust, budget: see `Archive.open`.
        """
        found = Signal.described(path, limit=math.inf if trust else budget)
        _ = found.field
        return found

    @staticmethod
    def described(path: str | Path, *, limit: float = MOST_SECONDS) -> Signal:
        """The same for who only asks what it is: no weight is decoded. limit: of work, seconds."""
        path = Path(path)
        try:
            return Signal(StoredSignal(read_file(path), signal_shapes), path, limit=limit)
        except (CorruptFileError, UnsupportedFileError) as failure:
            raise naming(path, failure) from failure

    @staticmethod
    def from_bytes(blob: bytes) -> Signal:
        """The same as `open` from bytes in memory."""
        found = Signal(StoredSignal(blob, signal_shapes))
        _ = found.field
        return found

    def __repr__(self) -> str:
        return f"Signal({str(self.path)!r}, {self.kind}, {' x '.join(map(str, self.axes))}, {self.file_size} bytes)"

    @property
    def header(self) -> SignalHeader:
        """What the file says of itself."""
        return self.stored.header

    @property
    def kind(self) -> str:
        """shape, sound, video or field."""
        return self.header.kind

    @property
    def axes(self) -> tuple[int, ...]:
        """Samples along every axis, x first."""
        return self.header.axes

    @property
    def channels(self) -> int:
        """Values at every place."""
        return self.header.channels

    @property
    def places(self) -> tuple[Ends, ...]:
        """What the coordinates -1 and 1 stand for, of every axis, in its units."""
        return self.header.places

    @property
    def scale(self) -> tuple[Ends, ...]:
        """What the network's outputs -1 and 1 stand for, of every channel."""
        return self.header.scale

    @property
    def file_size(self) -> int:
        """Bytes."""
        return self.stored.size

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """What the bytes are spent on, as (label, bytes)."""
        return self.stored.parts()

    @cached_property
    def name(self) -> str:
        """Of the file that it came from; its kind where the file does not say."""
        return self.stored.name() or self.kind

    @cached_property
    def figures(self) -> dict[str, float]:
        """What was measured when the file was written, by name."""
        return {column.name: column.mean for column in self.stored.figures()}

    @cached_property
    def record(self) -> Record | None:
        """How the fit went, where the file says so."""
        return self.stored.record()

    @cached_property
    def seconds(self) -> tuple[float, ...]:
        """How long every frame of a clip is shown."""
        low, high = self.places[-1]
        count = self.axes[-1]
        self.work.check(0.0, FRAME_BYTES * count)
        return self.stored.times() or ((high - low) / count,) * count

    def check_frames(self, count: int, size: tuple[int, int]) -> None:
        """Raise TooMuchWork where drawing so many frames of a clip at (width, height) is too much for so few bytes.

        Frames and pixels beyond those that the file says to have are the caller's.
        """
        points = min(count, self.axes[2])
        for own, side in zip(self.axes[:2], size, strict=True):
            points *= min(own, samples_per_pixel(own, side, 1) * side)
        self.check_points(points)

    def check_points(self, count: int) -> None:
        """Raise TooMuchWork where evaluating the field at so many points that the file asks for is too much."""
        network = self.header.network
        self.work.frames(network.hidden_width * network.hidden_layers, self.stored.weights, count)

    def verify(self) -> None:
        """Read what is only read when it is asked for; raises what is wrong with it."""
        _ = self.field
        try:
            self.stored.name()
            self.stored.figures()
            self.stored.record()
            self.stored.times()
        except CorruptFileError as failure:
            raise naming(self.path, failure) from failure

    def at(self, coordinates: Coordinates) -> FloatArray:
        """Values at coordinates (places, axes) in [-1, 1], float32 (places, channels), in the signal's units."""
        found = np.empty((len(coordinates), self.channels), np.float32)
        middle, half = self._units
        exact = np.asarray(coordinates, dtype=np.float64)

        def evaluate(part: slice) -> None:
            found[part] = middle + half * self.field.values(exact[part]).T

        each(evaluate, self._parts(len(coordinates), 1))
        return found

    def gradient(self, coordinates: Coordinates) -> FloatArray:
        """Exact derivatives there, float32 (places, channels, axes): units of value per unit of place."""
        found = np.empty((len(coordinates), self.channels, len(self.axes)), np.float32)
        _, half = self._units
        per_unit = np.array([2.0 / (high - low) for low, high in self.places])
        exact = np.asarray(coordinates, dtype=np.float64)

        def evaluate(part: slice) -> None:
            first = self.field.jet(exact[part], 1).first
            found[part] = first.transpose(2, 0, 1) * half[:, None] * per_unit

        each(evaluate, self._parts(len(coordinates), 1 + len(self.axes)))
        return found

    def on_grid(self, counts: tuple[int, ...] | None = None) -> FloatArray:
        """Values at the centers of so many equal cells along every axis, x first; as many as there were by default.

        float32 (counts reversed, channels); cell i of n has its center at (2 i + 1) / n - 1.
        """
        points = math.prod(counts or self.axes)
        network, weights = self.header.network, self.stored.weights
        units = network.hidden_width * network.hidden_layers
        self.work.signal(units, weights, points, self.channels, native=counts is None)
        counts = self.axes if counts is None else counts
        found = np.empty((math.prod(counts), self.channels), np.float32)
        middle, half = self._units
        centers = [Axis(count).exact_centers() for count in counts]

        def evaluate(part: slice) -> None:
            numbers = np.unravel_index(np.arange(part.start, part.stop), counts[::-1])
            points = np.stack([axis[where] for axis, where in zip(centers, numbers[::-1], strict=True)], axis=1)
            found[part] = middle + half * self.field.values(points).T

        each(evaluate, self._parts(len(found), 1))
        return found.reshape(*counts[::-1], self.channels)

    @property
    def _units(self) -> tuple[FloatArray, FloatArray]:
        """The middle and the half of the scale of every channel, (channels,)."""
        low, high = np.array(self.scale).T
        return np.asarray((low + high) / 2), np.asarray((high - low) / 2)

    def _parts(self, places: int, quantities: int) -> list[slice]:
        """Stretches of places that are evaluated at once."""
        tile = max(1, TILE_VALUES // (self.header.network.hidden_width * quantities))
        return [slice(first, min(first + tile, places)) for first in range(0, places, tile)]
