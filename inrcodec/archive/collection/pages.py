"""Pages of a manifest, looked at before they are unpacked: whether they come to what its footer claims.

What the footer says of sizes is looked at by who reads (`inrcodec/parquet.py` reads footers); fields of headers are
those of PageHeader in apache/parquet-format, parquet.thrift.
"""

from __future__ import annotations

from inrcodec.archive.collection.lengths import text_lengths
from inrcodec.errors import CorruptFileError
from inrcodec.parquet import (
    DATA,
    DELTA_TEXTS,
    DELTAS,
    DICTIONARY,
    INT32,
    PLAIN,
    PLAIN_DICTIONARY,
    RLE_DICTIONARY,
    TEXT,
    UNPACKED,
    Column,
    Page,
    encoding_of,
    pages_of,
)

CRC = 4  # a field of a page's header
ENCODINGS = (PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY)  # in which texts that are unpacked are as long as the page says
PLAINLY, ZSTD = 0, 6  # codecs
PAGE_VALUES = 1  # of a page's header


def check_pages(blob: bytes, column: Column) -> int:
    """CorruptFileError where pages come to more than the footer claims of their column, or have no CRC.

    Returns how many bytes its texts have, where its pages tell only what each has not in common with the one before;
    else 0.
    """
    unpacked = values = texts = 0
    encodings = set[int]()
    for page in pages_of(blob, column):
        encoding, own = _told(page, column)
        unpacked, values = unpacked + page.told[UNPACKED] + page.body - page.start, values + own
        if not 0 <= values <= column.values:
            raise CorruptFileError(f"has pages of {values} values where it claims {column.values}")
        if unpacked > column.unpacked:
            raise CorruptFileError(f"has pages of {unpacked} bytes where it claims {column.unpacked}")
        encodings.add(encoding)
        if encoding == DELTA_TEXTS:
            texts += _bytes_of_texts(blob[page.body : page.end], column.codec, page.told[UNPACKED], own)
    if DELTA_TEXTS in encodings and len(encodings) > 1:
        raise CorruptFileError("has names in two encodings")
    return texts


def _told(page: Page, column: Column) -> tuple[int, int]:
    """A page's encoding and how many values it has; CorruptFileError where its header tells of none that is read."""
    kind, encoding = encoding_of(page.told)
    if kind is None or CRC not in page.told:
        raise CorruptFileError("has a page without sizes, checksum or encoding")
    common = encoding == DELTA_TEXTS and kind == DATA and column.kind == TEXT and column.required
    if encoding is None or not (common or encoding in ENCODINGS or (encoding == DELTAS and column.kind == INT32)):
        raise CorruptFileError("has a page in an encoding that this does not read")
    values = 0 if kind == DICTIONARY else page.told[kind].get(PAGE_VALUES)
    if not isinstance(values, int):
        raise CorruptFileError("has a page that does not tell how many values it has")
    return encoding, values


def _bytes_of_texts(packed: bytes, codec: int, unpacked: int, values: int) -> int:
    """How many bytes the texts of a page have, which is unpacked for that."""
    import pyarrow

    if codec not in (PLAINLY, ZSTD):
        raise CorruptFileError("has names that are packed as this does not read")
    try:
        octets = packed if codec == PLAINLY else pyarrow.decompress(packed, unpacked, codec="zstd", asbytes=True)
    except (pyarrow.ArrowException, OSError) as failure:
        raise CorruptFileError("cannot be read: it is damaged") from failure
    return int(text_lengths(octets, values).sum())
