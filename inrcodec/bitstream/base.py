"""The base: networks that ship with the program. A file that names one stores its own as a difference from it.

A small set then pays for what is its own, not for what all pictures have in common. FORMAT.md, section 16.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import context_shapes
from inrcodec.bitstream.weights import STEPS_PER_OCTAVE, CodedTensor, decode_weights, encode_weights
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.settings import ModelSettings

NUMBER = 1  # of the base that new files name
GUESSED = 2  # of the one that they name where latents start as a network guesses them: both were trained together
NUMBERS = (NUMBER, GUESSED)
QUALITIES = (10, 30, 50, 70, 90)  # of `encode`, that it has a table for
WIDTH, LAYERS = 32, 2  # of its networks
_REFERENCE, _TABLE = struct.Struct("<BB4s"), struct.Struct("<BBI")
_FRACTIONS = 1.0, 1.189207115002721, 1.4142135623730951, 1.681792830507429  # 2**(q / 4), whatever a machine makes of it
Shapes = Sequence[tuple[int, ...]]


@dataclass(frozen=True)
class Base:
    """One table of a base: a network and a context model, as integers at steps of their own."""

    number: int
    table: int  # by quality, see QUALITIES
    tensors: tuple[CodedTensor, ...]

    def predicted(self, steps: Sequence[int]) -> list[npt.NDArray[np.int64]]:
        """The integers at other steps, exponents in quarters of an octave: the same on every machine.

        A product with one of four constants, then an exact power of two, then the nearest whole number, halves up.
        """
        return [_rescaled(tensor, step) for tensor, step in zip(self.tensors, steps, strict=True)]

    def values(self) -> list[npt.NDArray[np.float32]]:
        """The weights, float32."""
        return [tensor.values() for tensor in self.tensors]


def encode_against(base: Base | None, tensors: Sequence[CodedTensor], ranges: Sequence[tuple[int, int]]) -> bytes:
    """The payload of WGTS: differences from a base, or without one the integers themselves."""
    if base is not None:
        predicted = base.predicted([tensor.step for tensor in tensors])
        tensors = [CodedTensor(one.integers - other, one.step) for one, other in zip(tensors, predicted, strict=True)]
    return encode_weights(tensors, ranges)


def decode_against(
    base: Base | None, payload: bytes, shapes: Shapes, channels: int
) -> tuple[tuple[CodedTensor, ...], tuple[tuple[int, int], ...]]:
    """The inverse; see `decode_weights`."""
    tensors, ranges = decode_weights(payload, shapes, channels)
    if base is None:
        return tensors, ranges
    predicted = base.predicted([tensor.step for tensor in tensors])
    added = [CodedTensor(one.integers + other, one.step) for one, other in zip(tensors, predicted, strict=True)]
    return tuple(added), ranges


def encode_base(base: Base) -> bytes:
    """The payload of BASE: number, table, and the start of the hash of the base's file."""
    return _REFERENCE.pack(base.number, base.table, _digest(base.number))


def decode_base(payload: bytes, model: ModelSettings, channels: int, network: Shapes) -> Base:
    """The base that a file names; UnsupportedFileError where this program has it not, CorruptFileError on nonsense."""
    if len(payload) != _REFERENCE.size:
        raise CorruptFileError(f"base: {len(payload)} bytes where there are {_REFERENCE.size}")
    number, table, digest = _REFERENCE.unpack(payload)
    if number not in NUMBERS or digest != _digest(number):
        raise UnsupportedFileError(f"the network is stored against base {number}, which is not here: update inrcodec")
    found = base_for(model, channels, network, table, number)
    if found is None:
        raise CorruptFileError(f"base {number} has no table {table} for this design and {channels} channels")
    return found


def base_for(model: ModelSettings, channels: int, network: Shapes, table: int, number: int = NUMBER) -> Base | None:
    """A table of a base for networks of these shapes; None where it has none."""
    known = _tensors(number, channels, table)
    shapes = [*map(tuple, network), *context_shapes(model)]
    if known is None or model.conditioning != "pyramid" or model.posed or shapes != usual_shapes(known):
        return None
    return Base(number, table, known)


def usual_shapes(tensors: Sequence[CodedTensor]) -> list[tuple[int, ...]]:
    """Of tensors."""
    return [tensor.integers.shape for tensor in tensors]


def nearest_table(quality: float) -> int:
    """The table for a quality of `encode`."""
    return min(range(len(QUALITIES)), key=lambda table: abs(QUALITIES[table] - quality))


def write_tables(path: Path, tables: Mapping[int, Sequence[Sequence[CodedTensor]]]) -> None:
    """A base's file: for each number of channels its tables, by quality."""
    parts = []
    for channels, rows in tables.items():
        for table, tensors in enumerate(rows):
            shapes = b"".join(bytes([len(shape), *shape]) for shape in usual_shapes(tensors))
            payload = bytes([len(tensors)]) + shapes + encode_weights(tensors, ())
            parts.append(_TABLE.pack(channels, table, len(payload)) + payload)
    path.write_bytes(b"".join(parts))


@cache
def _file(number: int) -> bytes:
    return files("inrcodec.bitstream").joinpath("bases", f"{number}.bin").read_bytes()


@cache
def _digest(number: int) -> bytes:
    return hashlib.sha256(_file(number)).digest()[:4]


@cache
def _payloads(number: int) -> dict[tuple[int, int], bytes]:
    """Of all tables, by channels and table."""
    blob, at, found = _file(number), 0, {}
    while at < len(blob):
        channels, table, length = _TABLE.unpack_from(blob, at)
        start = at + _TABLE.size
        found[channels, table] = blob[start : start + length]
        at = start + length
    return found


@cache
def _tensors(number: int, channels: int, table: int) -> tuple[CodedTensor, ...] | None:
    payload = _payloads(number).get((channels, table))
    if payload is None:
        return None
    shapes, at = [], 1
    for _ in range(payload[0]):
        shapes.append(tuple(payload[at + 1 : at + 1 + payload[at]]))
        at += 1 + payload[at]
    return decode_weights(payload[at:], shapes, 0)[0]


def _rescaled(tensor: CodedTensor, step: int) -> npt.NDArray[np.int64]:
    octaves, quarter = divmod(tensor.step - step, STEPS_PER_OCTAVE)
    scaled = np.ldexp(tensor.integers * _FRACTIONS[quarter], octaves)
    return np.asarray(np.floor(scaled + 0.5), dtype=np.int64)
