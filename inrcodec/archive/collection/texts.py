"""Names in a manifest: how long they are and whether each is there once, before texts are made of them."""

from __future__ import annotations

from itertools import chain
from typing import Any

from inrcodec.bitstream.collection import most_text
from inrcodec.bitstream.names import MAX_NAME_BYTES
from inrcodec.errors import CorruptFileError, UnsupportedFileError

# As names are read: one of a million rows stands once in the file, and must not become a million copies unseen.
ONCE = "dictionary<values=string, indices=int32, ordered=0>"
USUAL_IMAGES, USUAL_TEXT = 1, 64  # for each byte of the file: they are more where figures or names are the same


def check_texts(total: int, size: int) -> None:
    """UnsupportedFileError where a manifest of that size has more bytes of names than any that is written."""
    if total > most_text(size):
        raise UnsupportedFileError(
            f"has {total} bytes of names in a file of {size}; at most {most_text(size)} are read of one"
        )


def texts_of(column: Any, size: int) -> tuple[str, ...]:
    """Texts, once it is known how long all of them are and that none is there again: a few bytes may stand for any."""
    if str(column.type) == ONCE:
        _check_repeated(column, size)
        return tuple(chain.from_iterable(chunk.dictionary_decode().to_pylist() for chunk in column.chunks))
    from pyarrow import compute

    dense = len(column) > USUAL_IMAGES * size or column.nbytes > USUAL_TEXT * size  # others take no more than they may
    if dense and compute.count_distinct(column).as_py() < len(column):
        raise CorruptFileError("has two images of one name")
    return tuple(column.to_pylist())


def _check_repeated(column: Any, size: int) -> None:
    """The lengths of texts that the file has once each, wherever they stand for rows."""
    from pyarrow import compute

    total = 0
    for chunk in column.chunks:
        if len(chunk.dictionary) < len(chunk):
            raise CorruptFileError("has two images of one name")
        lengths = compute.binary_length(chunk.dictionary)
        if (longest := compute.max(lengths).as_py() or 0) > MAX_NAME_BYTES:
            raise CorruptFileError(f"has a name of {longest} bytes; at most {MAX_NAME_BYTES} are allowed")
        total += compute.sum(lengths.take(chunk.indices)).as_py() or 0
    check_texts(total, size)
