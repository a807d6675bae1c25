"""The rECD chunk: how the fit went, samples of it, as columns like those of the figures."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from inrcodec.bitstream.figures import Column, decode_figures, encode_figures
from inrcodec.errors import CorruptFileError

MAX_SAMPLES = 4096
_HEAD = struct.Struct("<HIff")  # samples, steps, passes, seconds


@dataclass(frozen=True)
class Record:
    """What a fit took, and columns of what was seen at samples spread evenly over its course."""

    steps: int
    passes: float
    seconds: float
    columns: tuple[Column, ...]

    @property
    def samples(self) -> int:
        """Values in every column."""
        return len(self.columns[0].values)


def encode_record(record: Record, *, top: int) -> bytes:
    """The payload of rECD; values are rounded to top + 1 steps of their range."""
    columns: Sequence[Column] = record.columns
    if not columns or any(len(column.values) != record.samples for column in columns):
        raise ValueError("a record needs columns of one length")
    if not 1 <= record.samples <= MAX_SAMPLES:
        raise ValueError(f"a record has 1 to {MAX_SAMPLES} samples")
    head = _HEAD.pack(record.samples, record.steps, record.passes, record.seconds)
    return head + encode_figures(columns, top=top)


def decode_record(payload: bytes) -> Record:
    """The record in a rECD payload; CorruptFileError says what is wrong with it."""
    if len(payload) < _HEAD.size:
        raise CorruptFileError("training record: cut short")
    samples, steps, passes, seconds = _HEAD.unpack_from(payload)
    if not 1 <= samples <= MAX_SAMPLES or not (0 <= passes < 1e12 and 0 <= seconds < 1e12):
        raise CorruptFileError("training record: values out of range")
    columns = decode_figures(payload[_HEAD.size :], samples)
    if not columns:
        raise CorruptFileError("training record: no columns")
    return Record(steps, passes, seconds, columns)
