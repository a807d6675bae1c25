"""Names in a manifest: what they take, that they come back, and that hostile ones are not made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inrcodec.archive import Collection
from inrcodec.archive.collection import Manifest, Rows, Shard, read_manifest, write_manifest
from inrcodec.archive.collection.belonging import is_shard
from inrcodec.archive.collection.manifest import About
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.errors import CorruptFileError
from inrcodec.parquet import groups_of, pages_of
from tests.archive.tables import refused

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(("rows", "length"), [(300, 1 << 20), (100_000, 4096)])
def test_names_that_a_file_has_once_are_not_copied_for_every_row(copied: Path, rows: int, length: int) -> None:
    """Few bytes: a dictionary of one name, and so many rows that refer to it."""
    name = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array(["x" * length]))
    table = parquet.read_table(copied / MANIFEST)
    ones = {field.name: pyarrow.array(np.ones(rows), field.type) for field in table.schema if field.name != "name"}
    hostile = pyarrow.table({"name": name, **ones}).replace_schema_metadata(table.schema.metadata)
    parquet.write_table(hostile, copied / MANIFEST, compression="zstd", write_page_checksum=True)
    assert (copied / MANIFEST).stat().st_size < 100_000
    assert refused(copied, "name") < 100e6


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


def test_a_manifest_of_before_is_read(tmp_path: Path) -> None:
    """The first version, as the last program wrote it that knew no other; what is in it stands beside it."""
    (tmp_path / MANIFEST).write_bytes((GOLDEN / "manifest-1.parquet").read_bytes())
    pages = [
        len(list(pages_of((tmp_path / MANIFEST).read_bytes(), column)))
        for column in groups_of((tmp_path / MANIFEST).read_bytes())[0].columns
    ]
    assert pages[0] == 3  # names are more than a dictionary may be: it, what refers to it, and the others as they are
    found, psnr = read_manifest(place_of(tmp_path)), draw_psnr()
    assert found.names == tuple(f"{'folder/' * 170}{one}/{number:04}.png" for one in "ab" for number in range(650))
    assert [(shard.file, shard.images, shard.head, shard.blocks) for shard in found.shards] == [
        (f"{one * 20}.inr", 650, 500, [10_000, 12_000, 7_000]) for one in "ab"
    ]
    assert found.about == About(
        software="0.1.0", settings={"quality": 60}, missing=["gone.png"], skipped=[("a.txt", "no picture")]
    )
    assert found.intact
    assert np.array_equal(found.psnr, psnr, equal_nan=True)
    assert found.height.tolist() == [32 + number % 3 for number in range(650)] * 2
    assert set(found.width.tolist()) == {48}
    assert set(found.bytes.tolist()) == {np.float32(46.1)}
    assert found.number.tolist() == list(range(650)) * 2
    assert is_shard(tmp_path / f"{'a' * 20}.inr")


def draw_psnr() -> npt.NDArray[np.float32]:
    """Of the images in it: as they were measured, all digits; one is unknown."""
    found = np.resize(np.random.default_rng(0).normal(34, 3, 200), 1300).astype(np.float32)
    found[7] = np.nan
    return found


@pytest.mark.parametrize("ones", ["xx", "xyxxy", "xyz"])
def test_names_that_are_there_again_are_not_made(listed: Path, ones: str) -> None:
    """Few bytes: so many names, of which a few are different."""
    rows = 25_000
    names = pyarrow.array([ones[number % len(ones)] * 600 for number in range(rows)])
    with_names(listed, names)
    assert (listed / MANIFEST).stat().st_size < 100_000
    assert refused(listed, "two images of one name") < 150e6


def with_names(folder: Path, names: Any) -> None:
    """The manifest with those names, told by what they have not in common, and rows of ones."""
    table = parquet.read_table(folder / MANIFEST)
    ones = {
        field.name: pyarrow.array(np.ones(len(names)), field.type) for field in table.schema if field.name != "name"
    }
    schema = pyarrow.schema([field.with_nullable(False) for field in table.schema], metadata=table.schema.metadata)
    parquet.write_table(
        pyarrow.table({"name": names, **ones}, schema=schema), folder / MANIFEST, compression="zstd",
        use_dictionary=False, column_encoding={"name": "DELTA_BYTE_ARRAY"}, write_page_checksum=True,
    )  # fmt: skip


def test_names_that_grow_from_row_to_row_are_not_made(listed: Path) -> None:
    """Few bytes: each name is the one before and a letter more."""
    with_names(listed, pyarrow.array(["x" * (number + 1) for number in range(6000)]))
    assert (listed / MANIFEST).stat().st_size < 20_000
    with pytest.raises(CorruptFileError, match="longer than 4096 bytes"):
        Collection.open(listed)
