"""The nAME chunk: the name of every image, in order."""

from __future__ import annotations

from collections.abc import Sequence

from inrcodec.bitstream.deflate import deflate, inflate
from inrcodec.errors import CorruptFileError, UnsupportedFileError

MAX_NAME_BYTES = 4096
MAX_NAMES_BYTES = 1 << 24  # of all names together, unpacked


def encode_names(names: Sequence[str]) -> bytes:
    """The payload of nAME; what UTF-8 cannot write (a file name in another encoding) becomes a backslash escape."""
    encoded = [name.encode("utf-8", "backslashreplace") for name in names]
    plain = b"\0".join(encoded)
    if any(b"\0" in name for name in encoded):
        raise CorruptFileError("names: a name has a zero byte")
    _check(encoded)
    if len(plain) > MAX_NAMES_BYTES:
        raise UnsupportedFileError(f"names: {len(plain)} bytes, more than the {MAX_NAMES_BYTES} allowed")
    return deflate(plain)


def decode_names(payload: bytes, images: int) -> tuple[str, ...]:
    """The names in a nAME payload, one per image; they are hostile text: escape when shown, clean when written."""
    limit = min(MAX_NAMES_BYTES, images * (MAX_NAME_BYTES + 1))
    encoded = inflate(payload, limit, "names").split(b"\0", images)
    if len(encoded) != images or b"\0" in encoded[-1]:
        raise CorruptFileError(f"names: not one for each of {images} images")
    _check(encoded)
    try:
        return tuple(name.decode("utf-8") for name in encoded)
    except UnicodeDecodeError as failure:
        raise CorruptFileError("names: a name is not UTF-8 text") from failure


def _check(encoded: Sequence[bytes]) -> None:
    for number, name in enumerate(encoded):
        if not 1 <= len(name) <= MAX_NAME_BYTES:
            raise CorruptFileError(f"names: name {number} has {len(name)} bytes, outside 1 to {MAX_NAME_BYTES}")
    if len(set(encoded)) != len(encoded):
        raise CorruptFileError("names: two images have the same name")
