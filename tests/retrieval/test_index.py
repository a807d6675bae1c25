"""Stored descriptors: the same answers as without them, of shards that come and go, and of a million in blocks."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Collection
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.errors import CorruptFileError, UsageError
from inrcodec.retrieval import index
from inrcodec.retrieval.descriptor import LENGTH, descriptor
from inrcodec.retrieval.halves import as_floats
from inrcodec.retrieval.index import StoredSpace, make_index, stored
from inrcodec.retrieval.outside import on_white
from inrcodec.retrieval.similarity import METRICS, centered
from inrcodec.retrieval.space import Space, describe, describe_file

pytest.importorskip("pyarrow")


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_collection, tmp_path / "copied.inrs")


def test_halves_are_what_numpy_makes_of_them() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    assert np.array_equal(as_floats(finite), finite.astype(np.float32))


def test_answers_are_those_of_whole_vectors(small_collection: Path, small_images: Path) -> None:
    found = Collection.open(small_collection)
    space = describe(found)
    assert isinstance(space, StoredSpace)
    whole = Space("descriptor", *centered(np.stack([descriptor(on_white(image)) for image in found])))
    np.testing.assert_allclose(space.vectors, whole.vectors, atol=5e-4)
    outside = describe_file(small_images / "two.png", space)
    for metric in METRICS:
        expected = whole.similarities(range(6), metric)
        np.testing.assert_allclose(space.similarities(range(6), metric), expected, atol=5e-3)
        np.testing.assert_allclose(
            space.similarity_of(outside, metric), whole.similarity_of(outside, metric), atol=5e-3
        )


def test_blocks_and_threads_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(0)
    parts = [dice.normal(0, 0.03, (count + 1, LENGTH)).astype(np.float16) for count in (70, 30)]
    numbers = dice.permutation(100)
    once = StoredSpace(parts, [numbers[:70], numbers[70:]]).similarities([3, 99], "cosine")
    monkeypatch.setattr(index, "PIECE", 16)
    monkeypatch.setattr(index, "ROWS", 7)
    again = StoredSpace(parts, [numbers[:70], numbers[70:]])
    np.testing.assert_allclose(again.similarities([3, 99], "cosine"), once, atol=1e-6)
    assert once.argmax(axis=1).tolist() == [3, 99]


def test_what_is_stored_is_not_made_again(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = describe(Collection.open(copied)).similarities(range(6), "cosine")
    assert make_index(copied).described == 2
    assert make_index(copied).reused == 2
    monkeypatch.setattr(index, "descriptor", None)
    assert np.array_equal(describe(Collection.open(copied)).similarities(range(6), "cosine"), before)


def test_only_shards_that_changed_are_described_anew(copied: Path) -> None:
    from inrcodec.encoding.shards.removing import remove_from_collection

    make_index(copied)
    remove_from_collection(copied, "0")
    found = Collection.open(copied)
    assert [stored(found, which) is None for which in range(2)] == [True, False]
    result = make_index(copied)
    assert (result.described, result.reused, result.removed) == (1, 1, 1)
    assert result.bytes == sum(path.stat().st_size for path in (copied / index.FOLDER).iterdir())
    assert len(describe(found).similarity(0, "cosine")) == 5


def test_no_file_of_anybody_else_is_removed(copied: Path, tmp_path: Path) -> None:
    (copied / index.FOLDER).mkdir()
    stale, other = copied / index.FOLDER / f"{'a' * 20}.npy", copied / index.FOLDER / "labels.npy"
    for path in (stale, other):
        path.write_bytes(b"numbers")
    assert make_index(copied).removed == 1
    assert other.exists()
    assert not stale.exists()
    elsewhere = (copied / index.FOLDER).rename(tmp_path / "elsewhere")
    (copied / index.FOLDER).symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is a link"):
        make_index(copied)


def test_what_is_no_index_is_said(copied: Path) -> None:
    make_index(copied)
    path = min((copied / index.FOLDER).iterdir())
    several, whole = io.BytesIO(), path.read_bytes()
    np.savez(several, one=np.zeros(3), two=np.zeros(3))
    unclosed = whole[:10] + whole[10:60].replace(b"}", b" ") + whole[60:128].replace(b"}", b"(") + whole[128:]
    for wrong in (b"", b"nothing", whole[:-9], b"PK\x03\x04", several.getvalue(), unclosed):
        path.write_bytes(wrong)
        with pytest.raises(CorruptFileError, match="delete it"):
            describe(Collection.open(copied))
    np.save(path, np.zeros((4, LENGTH)))
    with pytest.raises(CorruptFileError, match="no descriptors"):
        describe(Collection.open(copied))
    assert make_index(copied).described == 1
    with pytest.raises(UsageError, match="in a store"):
        make_index("memory://nowhere.inrs")


def test_a_collection_that_is_being_changed_is_not_described(copied: Path) -> None:
    """Its processes find shards by their places in the manifest."""
    pytest.importorskip("fcntl")
    with only_writer(copied / MANIFEST), pytest.raises(UsageError, match="wait for it"):
        make_index(copied)
    assert not (copied / index.FOLDER).exists()


def test_an_index_is_read_from_a_store(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = pytest.importorskip("fsspec.implementations.memory")
    make_index(copied)
    memory.MemoryFileSystem().put(str(copied), "/indexed/set.inrs", recursive=True)
    monkeypatch.setattr(index, "descriptor", None)
    assert describe(Collection.open("memory://indexed/set.inrs")).similarity(2, "cosine")[2] == pytest.approx(1)
