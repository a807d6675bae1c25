"""The chunks of a file by their kinds, and what its bytes are spent on: of a set as of one signal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inrcodec.bitstream.container import RECORD, Chunk
from inrcodec.bitstream.record import Record, decode_record


class StoredChunks:
    """What files of both kinds have; `size` is that of the file, in bytes."""

    chunks: tuple[Chunk, ...]
    size: int

    def record(self) -> Record | None:
        """How the fit went, or None where the file does not say."""
        payload = self._maybe(RECORD)
        return None if payload is None else decode_record(payload)

    def _spent_on(self, labels: Mapping[bytes, str]) -> tuple[tuple[str, int], ...]:
        """Bytes by the labels of kinds, in their order, and what is left of the file."""
        sizes = dict.fromkeys(labels.values(), 0)
        for kind, length in self._lengths():
            if kind in labels:
                sizes[labels[kind]] += length
        return (*sizes.items(), ("overhead", self.size - sum(sizes.values())))

    def _lengths(self) -> Iterator[tuple[bytes, int]]:
        """Every chunk's kind and bytes, without type, length and checksum."""
        return ((chunk.kind, len(chunk.payload)) for chunk in self.chunks)

    def _only(self, kind: bytes) -> bytes:
        return next(chunk.payload for chunk in self.chunks if chunk.kind == kind)

    def _maybe(self, kind: bytes) -> bytes | None:
        return next((chunk.payload for chunk in self.chunks if chunk.kind == kind and not chunk.damage), None)
