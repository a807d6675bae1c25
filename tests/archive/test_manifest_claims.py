"""Few bytes of a manifest that claim much take no memory, and what its library does not check is checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Collection
from inrcodec.archive.collection import reading
from inrcodec.archive.collection.belonging import is_shard
from inrcodec.archive.collection.pages import check_pages
from inrcodec.bitstream import collection
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.parquet import groups_of
from tests.archive.tables import changed, refused, with_metadata

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def test_rows_are_as_many_as_the_footer_says(listed: Path) -> None:
    """What is looked at before a table is read is not what its library goes by: that are groups, and their columns."""
    blob = (listed / MANIFEST).read_bytes()
    start = len(blob) - 8 - int.from_bytes(blob[-8:-4], "little")
    six, five = b"\x16\x0c", b"\x16\x0a"  # of a structure of Thrift's compact protocol
    counts = [at for at in range(start, len(blob)) if blob[at : at + 2] == six]
    assert len(counts) >= 2 + 7  # of all, of the group, of each column
    for at in counts:
        (listed / MANIFEST).write_bytes(blob[:at] + five + blob[at + 2 :])
        with pytest.raises(CorruptFileError, match="claims"):
            Collection.open(listed)


def test_shards_that_claim_more_images_than_there_are_take_no_memory(listed: Path) -> None:
    """Few bytes: ten thousand shards of a hundred thousand images would take 8 GB to be numbered."""
    ones = ",".join(
        f'{{"file":"{number:020}.inr","images":100000,"bytes":9,"blake2b":"{"a" * 64}","channels":3}}'
        for number in range(10_000)
    )
    told = parquet.read_schema(listed / MANIFEST).metadata[b"inrcodec.shards"]
    changed(listed, with_metadata("inrcodec.shards", told, f"[{ones}]".encode()))
    assert refused(listed, "other images than its shards") < 100e6


def test_a_list_of_shards_that_is_too_long_is_not_read(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_shard(listed / f"{'a' * 20}.inr")
    assert not is_shard(listed / f"{'c' * 20}.inr")
    monkeypatch.setattr(reading, "MOST_SHARD_BYTES", 0)
    assert is_shard(listed / f"{'c' * 20}.inr")  # it may be: its name is that of one


def test_rows_in_another_order_are_said(listed: Path) -> None:
    changed(listed, lambda table: table.take([3, 0, 4, 1, 5, 2]))
    found = Collection.open(listed)
    assert found["b0.png"].place == 0
    with pytest.raises(UnsupportedFileError, match="shard by shard"):
        _ = found.stored


def test_pages_that_hold_more_than_the_footer_claims_are_not_unpacked(copied: Path) -> None:
    """Few bytes can unpack to many: what the footer claims is looked at by itself, and pages against that."""
    blob = (copied / MANIFEST).read_bytes()
    column = groups_of(blob)[0].columns[6]
    check_pages(blob, column)
    start, end, claimed = column.start, column.end, column.unpacked
    for wrong in ((start, end, claimed - 1), (start, end - 1, claimed), (start + 1, end, claimed), (0, end, claimed)):
        with pytest.raises(CorruptFileError, match="has"):
            check_pages(blob, replace(column, start=wrong[0], end=wrong[1], unpacked=wrong[2]))
    with pytest.raises(CorruptFileError, match="6 values where it claims 5"):
        check_pages(blob, replace(column, values=5))
    for at in range(start, start + 8):
        with pytest.raises(CorruptFileError, match="has"):
            check_pages(blob[:at] + b"\xff" * 20 + blob[at + 20 :], column)


def test_pages_without_checksums_or_in_other_encodings_are_refused(copied: Path) -> None:
    table = parquet.read_table(copied / MANIFEST)
    parquet.write_table(table, copied / MANIFEST)
    with pytest.raises(CorruptFileError, match="without sizes, checksum"):
        Collection.open(copied)
    packed = {"name": "DELTA_LENGTH_BYTE_ARRAY"}
    parquet.write_table(
        table, copied / MANIFEST, use_dictionary=False, column_encoding=packed, write_page_checksum=True
    )
    with pytest.raises(CorruptFileError, match="encoding"):
        Collection.open(copied)


def test_a_small_file_has_no_more_images_than_small_files_have(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal rows take next to no bytes, and each of them becomes objects."""
    rows = 20_000
    table = parquet.read_table(listed / MANIFEST)
    ones = {field.name: pyarrow.array(np.ones(rows), field.type) for field in table.schema if field.name != "name"}
    hostile = pyarrow.table({"name": pyarrow.array(["x"] * rows), **ones}).replace_schema_metadata(
        table.schema.metadata
    )
    parquet.write_table(hostile, listed / MANIFEST, compression="zstd", write_page_checksum=True)
    size = (listed / MANIFEST).stat().st_size
    assert size < 8000
    with pytest.raises(CorruptFileError, match="two images of one name"):
        Collection.open(listed)
    monkeypatch.setattr(collection, "IMAGES_A_BYTE", 2)
    told = rf"claims {rows} images and \d+ bytes in a file of {size}; at most {1024 + 2 * size} and \d+ are read"
    with pytest.raises(UnsupportedFileError, match=told):
        Collection.open(listed)


def test_a_small_file_has_no_more_of_names_than_small_files_have(listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Collection.open(listed)
    monkeypatch.setattr(collection, "FEW_TEXT", -1024 * (listed / MANIFEST).stat().st_size + 35)
    with pytest.raises(UnsupportedFileError, match=r"has 36 bytes of names in a file of \d+; at most 35 are read"):
        Collection.open(listed)
