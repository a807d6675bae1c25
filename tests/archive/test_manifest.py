"""A manifest that contradicts itself, its shards or its limits is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inrcodec
from inrcodec.archive import Collection
from inrcodec.archive.collection import Manifest, read_manifest, reading
from inrcodec.archive.places import place_of
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.errors import CorruptFileError, UnsupportedFileError, UsageError
from tests.archive.tables import changed, with_column, with_metadata, without_metadata

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


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
