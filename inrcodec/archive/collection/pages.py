"""Pages of a manifest, looked at before they are unpacked: whether they come to what its footer claims.

What the footer says of sizes is looked at by who reads (`inrcodec/parquet.py` reads footers); fields of headers are
those of PageHeader in apache/parquet-format, parquet.thrift.
"""

from __future__ import annotations

from dataclasses import dataclass

from inrcodec.archive.collection.lengths import text_lengths
from inrcodec.errors import CorruptFileError
from inrcodec.parquet import PACKED, UNPACKED, Column, page_header

CRC, DATA, DICTIONARY, DATA_V2 = 4, 5, 7, 8  # fields of a page's header
ENCODING = {DATA: 2, DICTIONARY: 2, DATA_V2: 4}  # the field of it in these
PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY = 0, 2, 8  # in which texts that are unpacked are as long as the page says
DIFFERENCES, COMMON_BEGINNINGS = 5, 7  # of numbers, a few bytes of which are many of four bytes each; of texts
ENCODINGS = (PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY)
INT32, TEXT = 1, 6  # kinds of columns
PLAINLY, ZSTD = 0, 6  # codecs
PAGE_VALUES = 1  # of a page's header


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the header of a page says of it: its encoding, values, and bytes of the header and of what follows it."""

    encoding: int
    values: int
    header: int
    packed: int
    unpacked: int


def check_pages(blob: bytes, column: Column) -> int:
    """CorruptFileError where pages come to more than the footer claims of their column, or have no CRC.

    Returns how many bytes its texts have, where its pages tell only what each has not in common with the one before;
    else 0.
    """
    unpacked = values = texts = 0
    start, encodings = column.start, set[int]()
    if not 4 <= start <= column.end <= len(blob):
        raise CorruptFileError("has a column that does not lie in it")
    while start < column.end and unpacked <= column.unpacked and 0 <= values <= column.values:
        page = _page(blob, start, column)
        encodings.add(page.encoding)
        unpacked, values = unpacked + page.unpacked + page.header, values + page.values
        start += page.header + page.packed
        if page.encoding == COMMON_BEGINNINGS and unpacked <= column.unpacked and 0 <= values <= column.values:
            texts += _bytes_of_texts(blob[start - page.packed : start], column.codec, page)
    if not 0 <= values <= column.values:
        raise CorruptFileError(f"has pages of {values} values where it claims {column.values}")
    if start != column.end or unpacked > column.unpacked:
        raise CorruptFileError(f"has pages of {unpacked} bytes where it claims {column.unpacked}")
    if COMMON_BEGINNINGS in encodings and len(encodings) > 1:
        raise CorruptFileError("has names in two encodings")
    return texts


def _page(blob: bytes, start: int, column: Column) -> Page:
    """What the header of the page there says; CorruptFileError where that is not enough, or nothing that is read."""
    told, header = page_header(blob, start, column.end)
    kind = next((kind for kind in ENCODING if isinstance(told.get(kind), dict)), None)
    if kind is None or CRC not in told:
        raise CorruptFileError("has a page without sizes, checksum or encoding")
    encoding = told[kind].get(ENCODING[kind])
    common = encoding == COMMON_BEGINNINGS and kind == DATA and column.kind == TEXT and column.required
    if not (common or encoding in ENCODINGS or (encoding == DIFFERENCES and column.kind == INT32)):
        raise CorruptFileError("has a page in an encoding that this does not read")
    values = 0 if kind == DICTIONARY else told[kind].get(PAGE_VALUES)
    if not isinstance(values, int):
        raise CorruptFileError("has a page that does not tell how many values it has")
    return Page(encoding=encoding, values=values, header=header, packed=told[PACKED], unpacked=told[UNPACKED])


def _bytes_of_texts(packed: bytes, codec: int, page: Page) -> int:
    """How many bytes the texts of a page have, which is unpacked for that."""
    import pyarrow

    if codec not in (PLAINLY, ZSTD):
        raise CorruptFileError("has names that are packed as this does not read")
    try:
        octets = packed if codec == PLAINLY else pyarrow.decompress(packed, page.unpacked, codec="zstd", asbytes=True)
    except (pyarrow.ArrowException, OSError) as failure:
        raise CorruptFileError("cannot be read: it is damaged") from failure
    return int(text_lengths(octets, page.values).sum())
