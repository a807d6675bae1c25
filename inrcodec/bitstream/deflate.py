"""Raw DEFLATE (RFC 1951) with a bound on what comes out, for the small side tables of a file."""

from __future__ import annotations

import zlib

from inrcodec.errors import CorruptFileError

_RAW = -15  # no zlib wrapper: the chunk already has a checksum, and 6 bytes count in a small file


def deflate(plain: bytes) -> bytes:
    """Compress `plain` as one raw DEFLATE stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    return packer.compress(plain) + packer.flush()


def inflate(packed: bytes, limit: int, what: str) -> bytes:
    """Decompress one raw DEFLATE stream that may hold at most `limit` bytes; never allocates much more than that."""
    unpacker = zlib.decompressobj(_RAW)
    try:
        plain = unpacker.decompress(packed, limit + 1)
    except zlib.error as failure:
        raise CorruptFileError(f"{what}: the compressed bytes are damaged ({failure})") from failure
    if len(plain) > limit:
        raise CorruptFileError(f"{what}: unpacks to more than the {limit} bytes that are allowed")
    if not unpacker.eof:
        raise CorruptFileError(f"{what}: the compressed bytes are cut short")
    if unpacker.unused_data:
        raise CorruptFileError(f"{what}: {len(unpacker.unused_data)} bytes follow the end of the compressed bytes")
    return plain
