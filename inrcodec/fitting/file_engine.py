"""What writes and reads back whole files faster than decoding alone does, where a fit has loaded what it takes."""

from __future__ import annotations

from typing import Protocol

from inrcodec.archive import Archive
from inrcodec.bitstream.latents import BlockCoder, Latents
from inrcodec.numerics.arrays import BytePixels


class FileEngine(BlockCoder, Protocol):
    """Codes blocks, and draws images; what a file is and what it decodes to stays the same."""

    def octets(self, archive: Archive) -> list[BytePixels]:
        """Every image from its block, at its native size in 8 bits, premultiplied: see `measuring.DecodedPairs`."""

    def octets_with(self, archive: Archive, number: int, latents: Latents) -> BytePixels:
        """One image with these latents in place of its own, likewise."""
