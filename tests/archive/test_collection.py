"""Collections as they are read: one set by number and name, and a manifest that is believed in nothing."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inrcodec
from inrcodec.archive import Archive, Collection
from inrcodec.archive.collection import Manifest, Rows, Shard, read_manifest, reading, write_manifest
from inrcodec.archive.collection.belonging import is_shard
from inrcodec.archive.collection.manifest import About
from inrcodec.archive.collection.pages import check_pages
from inrcodec.archive.places import place_of
from inrcodec.errors import CorruptFileError, UnknownImageError, UnsupportedFileError, UsageError
from inrcodec.parquet import groups_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
MANIFEST = "manifest.parquet"


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_collection, tmp_path / "copied.inrs")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A collection of two shards with three images each that are only listed."""
    shards = [Shard(file=f"{one * 20}.inr", images=3, bytes=100, blake2b=one * 64, channels=3) for one in "ab"]
    names = [[f"{one}{number}.png" for number in range(3)] for one in "ab"]
    rows = [Rows(names=own, heights=[4] * 3, widths=[5] * 3, psnr=[30.0] * 3, bytes=[9.0] * 3) for own in names]
    write_manifest(tmp_path, shards, rows, About(software="test"), overwrite=False)
    return tmp_path


def test_images_are_those_of_the_shards(small_collection: Path) -> None:
    with inrcodec.open(small_collection) as found:
        assert isinstance(found, Collection)
        assert len(found) == len(found.names) == 6
        assert sum(len(found.shard(which)) for which in range(2)) == 6
        for image in found:
            shard = Archive.open(small_collection / found.manifest.shards[found.shard_of(image.number)].file)
            own = shard[image.name]
            assert (image.width, image.height, image.place) == (own.width, own.height, own.number)
            assert image.psnr == pytest.approx(own.psnr, abs=0.0051)
            assert image.bits == pytest.approx(own.bits, rel=1e-3)
            drawn = own.render(20)
            assert np.array_equal(image.render(20)[..., : drawn.shape[2]], drawn)
            assert image.render(20).shape[2] == found.channels == 4  # one with alpha gives it to all
            assert image.figure("mae") == own.figure("mae")


def test_images_by_what_one_may_call_them(small_collection: Path) -> None:
    found = inrcodec.open(small_collection)
    assert found["two.png"] == found[found.numbers["two.png"]]
    assert "four" in found
    assert 6 not in found
    assert [image.number for image in found[1:3]] == [1, 2]
    assert found.select("0-2,sub/four.png")[:3] == (0, 1, 2)
    with pytest.raises(UnknownImageError):
        found["seven.png"]
    with pytest.raises(IndexError):
        found[6]


def test_few_shards_are_kept_open(small_collection: Path) -> None:
    found = Collection.open(small_collection, kept_shards=1)
    first = found.shard(0)
    assert found.shard(0) is first
    found.shard(1)
    assert found.shard(0) is not first


def test_size_and_rate_are_of_all_files(small_collection: Path) -> None:
    found = inrcodec.open(small_collection)
    assert found.file_size == sum(path.stat().st_size for path in small_collection.iterdir())
    assert found.pixels == 4 * 144 + 128 + 126
    assert found.bits_per_pixel == pytest.approx(8 * found.file_size / found.pixels)


def test_a_shard_that_is_another_file_is_refused(copied: Path, small_set: Path) -> None:
    shard = copied / Collection.open(copied).manifest.shards[1].file
    shard.write_bytes(small_set.read_bytes())
    found = Collection.open(copied)
    found.shard(0)
    with pytest.raises(CorruptFileError, match="is another file"):
        found.verify()
    shard.unlink()
    with pytest.raises(CorruptFileError, match="is not there"):
        Collection.open(copied).verify()


def changed(folder: Path, change: Callable[[Any], Any]) -> None:
    """The manifest with its table changed; the metadata stay unless the change has others."""
    table = parquet.read_table(folder / MANIFEST)
    parquet.write_table(change(table), folder / MANIFEST, write_page_checksum=True)


def with_column(name: str, values: list[Any]) -> Callable[[Any], Any]:
    def change(table: Any) -> Any:
        at = table.schema.get_field_index(name)
        return table.set_column(at, name, pyarrow.array(values, table.schema.field(name).type))

    return change


def with_metadata(key: str, old: bytes, new: bytes) -> Callable[[Any], Any]:
    def change(table: Any) -> Any:
        told = dict(table.schema.metadata)
        assert old in told[key.encode()]
        told[key.encode()] = told[key.encode()].replace(old, new)
        return table.replace_schema_metadata(told)

    return change


def without_metadata(key: str) -> Callable[[Any], Any]:
    return lambda table: table.replace_schema_metadata(
        {name: value for name, value in table.schema.metadata.items() if name != key.encode()}
    )


@pytest.mark.parametrize(
    "change",
    [
        with_column("shard", [0, 0, 0, 0, 0, 1]),
        with_column("shard", [0, 0, 0, 7, 7, 7]),
        with_column("shard", [0, 0, 0, -1, 1, 1]),
        with_column("number", [0, 1, 1, 0, 1, 2]),
        with_column("number", [0, 1, None, 0, 1, 2]),
        with_column("name", ["a", "b", "c", "d", "e", "a"]),
        with_column("name", ["a", "b", "c", "d", "e", None]),
        with_column("height", [12, 12, 12, 12, 12, 0]),
        with_column("name", ["a", "b", "c", "d", "e", "f" * 4097]),
        with_column("name", ["a", "b", "c", "d", "e", "f\0"]),
        with_column("bytes", [1.0, 1.0, 1.0, 1.0, 1.0, None]),
        with_column("bytes", [1.0, 1.0, 1.0, 1.0, 1.0, -5.0]),
        with_column("bytes", [1.0, 1.0, 1.0, 1.0, 1.0, float("nan")]),
        with_metadata("inrcodec.shards", b'"channels":4', b'"channels":1'),
        with_metadata("inrcodec.shards", b'"bytes":', b'"bytes":999999'),
        with_metadata("inrcodec.shards", b'"seconds":', b'"seconds":-1'),
        with_metadata("inrcodec.about", b'"order":"', b'"order":"un'),
        with_metadata("inrcodec.shards", b'"file":"', b'"file":"../'),
        with_metadata("inrcodec.shards", b'"images":3', b'"images":100001'),
        with_metadata("inrcodec.shards", b'"images":3', b'"images":"3"'),
        with_metadata("inrcodec.shards", b"[", b""),
        with_metadata("inrcodec.shards", b'"head":', b'"head":-'),
        with_metadata("inrcodec.shards", b'"head":', b'"head":99999'),
        with_metadata("inrcodec.shards", b'"blocks":[', b'"blocks":[3,'),
        without_metadata("inrcodec.blake2b"),
        lambda table: table.drop(["psnr"]),
        lambda table: table.replace_schema_metadata({}),
        lambda table: table.slice(0, 5),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(copied: Path, change: Callable[[Any], Any]) -> None:
    changed(copied, change)
    with pytest.raises(CorruptFileError, match=MANIFEST):
        Collection.open(copied)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (with_column("name", ["a", "b", "c", "d", "e", "f"]), "other images"),
        (with_column("width", [1, 2, 3, 4, 5, 6]), "other images"),
        (with_metadata("inrcodec.shards", b'"channels":4', b'"channels":3'), "other channels"),
    ],
)
def test_a_manifest_that_contradicts_its_shards_is_refused(
    copied: Path, change: Callable[[Any], Any], word: str
) -> None:
    changed(copied, change)
    with pytest.raises(CorruptFileError, match=word):
        Collection.open(copied).verify()


def test_other_versions_and_other_files_are_refused(copied: Path, tmp_path: Path) -> None:
    changed(copied, with_metadata("inrcodec.version", b"2", b"3"))
    with pytest.raises(UnsupportedFileError, match="update inrcodec"):
        Collection.open(copied)
    for damage in (b"", b"PAR1", (copied / MANIFEST).read_bytes()[:-20]):
        (copied / MANIFEST).write_bytes(damage)
        with pytest.raises(CorruptFileError):
            Collection.open(copied)
    with pytest.raises(UsageError, match="no collection"):
        inrcodec.open(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        with_column("height", [12, 12, 12, 12, 12, 16_385]),
        with_column("width", [2**31 - 1] * 6),
        with_metadata("inrcodec.about", b'"settings":{', b'"settings":{"many":[' + b"[]," * 30_000 + b"[]],"),
    ],
)
def test_a_manifest_that_claims_too_much_is_refused(copied: Path, change: Callable[[Any], Any]) -> None:
    changed(copied, change)
    with pytest.raises(UnsupportedFileError, match=MANIFEST):
        Collection.open(copied)


@pytest.mark.parametrize("limit", ["MOST_SHARD_BYTES", "MOST_ABOUT_BYTES"])
def test_long_texts_are_refused_before_they_become_objects(
    limit: str, small_collection: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, limit, 0)
    with pytest.raises(UnsupportedFileError, match="too many"):
        Collection.open(small_collection)


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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CorruptFileError, match="other images than its shards"):
        Collection.open(listed)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


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


def test_threads_share_what_is_open(small_collection: Path) -> None:
    found = Collection.open(small_collection, kept_shards=1)
    opened = found._open
    found._open = lambda which: (time.sleep(0.001), opened(which))[1]  # type: ignore[method-assign, func-returns-value]
    with ThreadPoolExecutor(4) as threads:
        shards = list(threads.map(lambda turn: len(found.shard(turn % 2)), range(24)))
    assert shards == [3] * 24


def test_latents_are_not_mixed_across_shards(small_collection: Path) -> None:
    from inrcodec.morph import FrameSequence, frames

    found = inrcodec.open(small_collection)
    sequence = FrameSequence(numbers=(0, 5), size=(8, 8), mode="code", frames=2)
    with pytest.raises(UsageError, match="share no network"):
        list(frames(found, sequence))


def test_bytes_of_a_manifest_that_changed_are_noticed(copied: Path) -> None:
    """All that is read of it: what no check finds is nothing that anybody asks for."""

    def told(manifest: Manifest) -> tuple[object, ...]:
        return (manifest.shards, manifest.about, manifest.names, manifest.height.tobytes(), manifest.psnr.tobytes())

    path = copied / MANIFEST
    blob, good = path.read_bytes(), told(read_manifest(place_of(copied)))
    noticed = 0
    for at in range(0, len(blob), 31):
        path.write_bytes(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])
        try:
            found = read_manifest(place_of(copied))
        except (CorruptFileError, UnsupportedFileError):
            noticed += 1
        else:
            noticed += not found.intact
            assert not found.intact or told(found) == good
    assert noticed > len(blob) / 31 / 3
    path.write_bytes(blob)
    changed(copied, with_metadata("inrcodec.about", b'"software":"i', b'"software":"I'))
    with pytest.raises(CorruptFileError, match="its checksum is another one"):
        Collection.open(copied).verify()
