"""One signal as it is stored: everything a file of version 2 says, packed into bytes and read back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from inrcodec.bitstream.container import (
    FIGURES,
    HEAD,
    NAMES,
    RECORD,
    TIMES,
    WEIGHTS,
    Chunk,
    first_chunk,
    read_chunks,
    write_chunks,
)
from inrcodec.bitstream.figures import Column, decode_figures, encode_figures
from inrcodec.bitstream.limits import check_signal_limits
from inrcodec.bitstream.names import decode_names, encode_names
from inrcodec.bitstream.record import Record, encode_record
from inrcodec.bitstream.signal_header import SignalHeader, decode_signal_header, encode_signal_header, kind_in
from inrcodec.bitstream.stored_chunks import StoredChunks
from inrcodec.bitstream.times import decode_times, encode_times
from inrcodec.bitstream.weights import CodedTensor, decode_weights, encode_weights
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.settings import NetworkSettings

PEEKED_BYTES = 2048  # signature and header of a file of one signal are shorter
RECORD_RESOLUTION = 127  # of a column of the training record
LABELS = {WEIGHTS: "network", NAMES: "names", TIMES: "times", FIGURES: "figures", RECORD: "record"}
SignalShapes = Callable[[NetworkSettings, int, int], Sequence[tuple[int, ...]]]  # of a network, channels and axes


def pack_signal(
    header: SignalHeader,
    tensors: Sequence[CodedTensor],
    name: str,
    figures: Sequence[Column] = (),
    record: Record | None = None,
    times: Sequence[float] = (),
) -> bytes:
    """The bytes of a file; figures have one value each; times: seconds of every frame of a clip, where they differ."""
    chunks = [Chunk(HEAD, encode_signal_header(header)), Chunk(WEIGHTS, encode_weights(tensors, ()))]
    chunks.append(Chunk(NAMES, encode_names([name])))
    if times:
        chunks.append(Chunk(TIMES, encode_times(times)))
    if figures:
        chunks.append(Chunk(FIGURES, encode_figures(figures)))
    if record:
        chunks.append(Chunk(RECORD, encode_record(record, top=RECORD_RESOLUTION)))
    return write_chunks(chunks)


def signal_kind(blob: bytes) -> str | None:
    """Which kind of signal a file holds; None where it holds images. Raises what is wrong with its first chunk."""
    head = first_chunk(blob)
    return kind_in(head.payload) if head.kind == HEAD else None


def peeked_kind(path: Path) -> str | None:
    """The same of the file at a path, of which little is read; None too where its beginning cannot be a signal's."""
    try:
        with path.open("rb") as source:
            return signal_kind(source.read(PEEKED_BYTES))
    except (OSError, CorruptFileError, UnsupportedFileError):
        return None  # whoever reads the whole file will say what is wrong with it


class StoredSignal(StoredChunks):
    """A file's contents, the network decoded."""

    def __init__(self, blob: bytes, network_shapes: SignalShapes) -> None:
        self.chunks = read_chunks(blob)
        self.size = len(blob)
        strange = [chunk.kind for chunk in self.chunks if chunk.kind.isupper() and chunk.kind not in (HEAD, WEIGHTS)]
        if strange:
            raise CorruptFileError(f"chunk {strange[0].decode('ascii')} in a file of one signal")
        self.header = decode_signal_header(self._only(HEAD))
        network, channels = self.header.network, self.header.channels
        shapes = network_shapes(network, channels, len(self.header.axes))
        check_signal_limits(math.prod(self.header.axes), shapes)
        self.weights = sum(map(math.prod, shapes))  # how many there are
        self._shapes = shapes

    @cached_property
    def network(self) -> tuple[CodedTensor, ...]:
        """Its tensors, decoded when they are first asked for."""
        return decode_weights(self._only(WEIGHTS), self._shapes, 0)[0]

    def name(self) -> str | None:
        """The signal's name, or None where the file has none."""
        payload = self._maybe(NAMES)
        return None if payload is None else decode_names(payload, 1)[0]

    def figures(self) -> tuple[Column, ...]:
        """What was measured when the file was written, one value each."""
        payload = self._maybe(FIGURES)
        return () if payload is None else decode_figures(payload, 1)

    def times(self) -> tuple[float, ...] | None:
        """Seconds of every sample along the last axis, where they differ."""
        payload = self._maybe(TIMES)
        return None if payload is None else decode_times(payload, self.header.axes[-1])

    def parts(self) -> tuple[tuple[str, int], ...]:
        """What the bytes are spent on, as (label, bytes); they add up to the file's size."""
        return self._spent_on(LABELS)
