"""Names in a manifest: what they take, that they come back, and that hostile ones are not made."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Collection
from inrcodec.archive.collection import Manifest, Rows, Shard, read_manifest, write_manifest
from inrcodec.archive.collection.belonging import is_shard
from inrcodec.archive.collection.manifest import About
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.errors import CorruptFileError
from tests.archive.tables import changed, with_metadata

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


@pytest.mark.parametrize(("rows", "length"), [(300, 1 << 20), (100_000, 4096)])
def test_names_that_a_file_has_once_are_not_copied_for_every_row(copied: Path, rows: int, length: int) -> None:
    """Few bytes: a dictionary of one name, and so many rows that refer to it."""
    name = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array(["x" * length]))
    table = parquet.read_table(copied / MANIFEST)
    ones = {field.name: pyarrow.array(np.ones(rows), field.type) for field in table.schema if field.name != "name"}
    hostile = pyarrow.table({"name": name, **ones}).replace_schema_metadata(table.schema.metadata)
    parquet.write_table(hostile, copied / MANIFEST, compression="zstd", write_page_checksum=True)
    assert (copied / MANIFEST).stat().st_size < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CorruptFileError, match="name"):
        Collection.open(copied)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def many(folder: Path, names: Sequence[str], each: int = 170) -> Manifest:
    """The manifest of so many images in two shards, read back; each: bytes of an image."""
    half, dice = len(names) // 2, np.random.default_rng(0)
    shards = [
        Shard(file=f"{one * 20}.inr", images=half, bytes=each * half, blake2b=one * 64, channels=3) for one in "ab"
    ]
    rows = [
        Rows(names=list(own), heights=[4] * half, widths=[5] * half, psnr=dice.normal(30, 3, half).tolist(),
             bytes=dice.normal(each, each / 6, half).tolist())
        for own in (names[:half], names[half:])
    ]  # fmt: skip
    write_manifest(folder, shards, rows, About(software="test"), overwrite=True)
    return read_manifest(place_of(folder))


def test_a_manifest_of_tiny_images_takes_a_hundredth_of_them(tmp_path: Path) -> None:
    names = [f"{number // 1000:04}/{number:07}.png" for number in range(20_000)]
    found = many(tmp_path, names)
    assert found.names == tuple(names)
    assert found.size < 0.01 * 170 * len(names)
    exact = np.random.default_rng(0).normal(30, 3, 10_000)
    assert np.abs(found.psnr[:10_000] - exact).max() < 0.051
    assert abs(float(found.psnr.mean()) - 30) < 0.1
    larger = many(tmp_path, names, each=600)
    assert np.abs(larger.psnr[:10_000] - exact).max() < 0.0051
    assert larger.size < 0.01 * 600 * len(names)


@pytest.mark.parametrize("suffix", ["", "ä" * 2000])
def test_names_of_any_kind_come_back(tmp_path: Path, suffix: str) -> None:
    """Some are shorter as they are, others as what each has not in common with the one before."""
    dice = np.random.default_rng(1)
    names = [dice.bytes(int(dice.integers(6, 20))).hex() + suffix for _ in range(600)]
    for listed in (names, sorted(names)):
        assert many(tmp_path, listed).names == tuple(listed)


def test_a_manifest_of_before_is_read(listed: Path) -> None:
    """The first version: Arrow's schema beside the table, columns that may have nulls, dictionaries of names."""
    before = read_manifest(place_of(listed))
    changed(listed, with_metadata("inrcodec.version", b"2", b"1"))
    table = parquet.read_table(listed / MANIFEST)
    nullable = pyarrow.schema([field.with_nullable(True) for field in table.schema], metadata=table.schema.metadata)
    parquet.write_table(table.cast(nullable), listed / MANIFEST, compression="zstd", write_page_checksum=True)
    found = read_manifest(place_of(listed))
    assert (found.names, found.shards, found.intact) == (before.names, before.shards, True)
    assert np.array_equal(found.psnr, before.psnr)
    assert is_shard(listed / f"{'a' * 20}.inr")


def test_names_that_grow_from_row_to_row_are_not_made(listed: Path) -> None:
    """Few bytes: each name is the one before and a letter more."""
    rows = 6000
    table = parquet.read_table(listed / MANIFEST)
    names = pyarrow.array(["x" * (number + 1) for number in range(rows)])
    ones = {field.name: pyarrow.array(np.ones(rows), field.type) for field in table.schema if field.name != "name"}
    schema = pyarrow.schema([field.with_nullable(False) for field in table.schema], metadata=table.schema.metadata)
    parquet.write_table(
        pyarrow.table({"name": names, **ones}, schema=schema), listed / MANIFEST, compression="zstd",
        use_dictionary=False, column_encoding={"name": "DELTA_BYTE_ARRAY"}, write_page_checksum=True,
    )  # fmt: skip
    assert (listed / MANIFEST).stat().st_size < 20_000
    with pytest.raises(CorruptFileError, match="longer than 4096 bytes"):
        Collection.open(listed)
