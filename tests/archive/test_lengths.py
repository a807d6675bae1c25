"""Lengths of texts in a page of which each tells what the one before does not have."""

from __future__ import annotations

import io

import numpy as np
import pytest

from inrcodec.archive.collection.lengths import text_lengths
from inrcodec.errors import CorruptFileError
from inrcodec.parquet import groups_of
from tests.peaks import peak_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def page_of(texts: list[str]) -> bytes:
    """The one page that Arrow makes of them, without its header."""
    schema = pyarrow.schema([pyarrow.field("name", pyarrow.string(), nullable=False)])
    table, sink = pyarrow.table({"name": texts}, schema=schema), io.BytesIO()
    parquet.write_table(
        table, sink, compression="none", use_dictionary=False, column_encoding={"name": "DELTA_BYTE_ARRAY"},
        write_page_index=False, write_statistics=False, data_page_size=1 << 24,
    )  # fmt: skip
    column = groups_of(sink.getvalue())[0].columns[0]
    whole = sink.getvalue()[column.start : column.end]
    return next(whole[at:] for at in range(10, 60) if whole[at : at + 3] == b"\x80\x01\x04")


@pytest.mark.parametrize("count", [1, 2, 32, 33, 34, 128, 129, 130, 161, 1000, 5000])
def test_lengths_are_those_of_the_texts(count: int) -> None:
    dice = np.random.default_rng(count)
    texts = ["ab" * int(dice.integers(0, 2000)) + dice.bytes(int(dice.integers(1, 40))).hex() for _ in range(count)]
    for listed in (texts, sorted(texts), [f"same{number:05}" for number in range(count)]):
        assert text_lengths(page_of(listed), count).tolist() == list(map(len, listed))


def test_pages_that_are_none_are_refused() -> None:
    texts = [f"{number:04}.png" for number in range(300)]
    page = page_of(texts)
    for damage in (page[:-1], page[:40], b"", page + b"x"):
        with pytest.raises(CorruptFileError):
            text_lengths(damage, 300)
    for count in (299, 301, 1 << 40, -1):
        with pytest.raises(CorruptFileError):
            text_lengths(page, count)
    dice, refused = np.random.default_rng(0), 0
    for _ in range(300):
        at = int(dice.integers(0, 120))
        broken = page[:at] + dice.bytes(2) + page[at + 2 :]
        try:
            assert text_lengths(broken, 300).sum() < 4096 * 300
        except CorruptFileError:
            refused += 1
    assert refused > 100


def test_lengths_take_little_memory() -> None:
    """Few bytes, once zeros are packed: a number of 32 bits for each of four million texts."""
    took = peak_of(
        "from inrcodec.archive.collection.lengths import text_lengths; from inrcodec.errors import CorruptFileError\n"
        "count = 1 << 22\n"
        "head = b'\\x80\\x01\\x04\\x80\\x80\\x80\\x02\\x00'\n"
        "page = 2 * (head + (b'\\x00' + bytes([32] * 4) + bytes(512)) * (count // 128))\n",
        "try: text_lengths(page, count); assert False\n"
        "except CorruptFileError as failure: assert 'two images of one name' in str(failure)",
    )
    assert took < 60e6
