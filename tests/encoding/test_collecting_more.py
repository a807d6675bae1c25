"""Images that join a collection: in the shard that is most like them, or in one of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Collection
from inrcodec.encoding.shards import adding
from inrcodec.encoding.shards.adding import Adding, add_to_collection
from inrcodec.errors import InputError, UsageError
from inrcodec.retrieval.descriptor import LENGTH
from inrcodec.retrieval.index import make_index

pytest.importorskip("pyarrow")
QUICK = Adding(steps=4, device="cpu", threads=1)


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path) -> Path:
    return shutil.copytree(small_collection, tmp_path / "copied.inrs")


def test_new_images_join_shards_and_the_others_stay(small_collection: Path, copied: Path, newcomers: Path) -> None:
    result = add_to_collection(copied, newcomers, QUICK)
    found, before = Collection.open(copied), Collection.open(small_collection)
    found.verify()
    assert sorted(result.names) == ["five.png", "six.png"]
    assert (len(found), result.new, len(found.manifest.shards)) == (8, 0, 2)
    assert len(list(copied.glob("*.inr"))) == 2
    for name in before.names:
        assert np.array_equal(found[name].render()[..., :3], before[name].render()[..., :3])
    assert found["six.png"].psnr == found["six.png"].archive[found["six.png"].place].psnr
    assert found.stored.blocks == 2


def test_an_image_joins_those_that_it_is_like(
    copied: Path, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoded in so few passes, all images of a shard look the same: it is their descriptors that are made up."""
    found = Collection.open(copied)
    target = found.shard_of(found.numbers["sub/four.png"])
    rows = np.zeros((3, LENGTH), np.float32)
    rows[:, 0], look = 1, np.eye(1, LENGTH, dtype=np.float32)[0]
    monkeypatch.setattr(adding, "_look", lambda *_: look)
    monkeypatch.setattr(adding, "_seen", lambda _, which: rows if which == target else rows[:, ::-1])
    shutil.copy(small_images / "sub" / "four.png", tmp_path / "like four.png")
    result = add_to_collection(copied, tmp_path / "like four.png", QUICK)
    added = result.collection
    assert added.shard_of(added.numbers["like four.png"]) == target
    assert result.changed == 1
    make_index(copied)
    assert adding.stored(added, target) is not None


def test_many_images_and_those_that_no_shard_takes_get_their_own(
    copied: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "OWN", 2)
    result = add_to_collection(copied, newcomers, QUICK)
    assert (result.new, result.changed, len(result.collection)) == (1, 0, 8)
    assert result.collection.manifest.shards[2].images == 2
    monkeypatch.setattr(adding, "OWN", 256)
    monkeypatch.setattr(adding, "compatible", refused)
    shutil.copy(newcomers / "five.png", tmp_path / "seven.png")
    result = add_to_collection(copied, tmp_path / "seven.png", QUICK)
    assert (result.new, result.collection.manifest.shards[3].images) == (1, 1)
    result.collection.verify()


def refused(*_: object) -> None:
    raise UsageError("takes none")


def test_what_cannot_be_added_is_said(copied: Path, small_images: Path, newcomers: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in copied.glob("*.*")}
    with pytest.raises(UsageError, match="of that name already"):
        add_to_collection(copied, small_images / "one.png", QUICK)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="no image could be"):
        add_to_collection(copied, tmp_path / "bad.png", QUICK)
    assert before == {path.name: path.read_bytes() for path in copied.glob("*.*")}
    shutil.copy(newcomers / "five.png", tmp_path / "nine.png")
    result = add_to_collection(copied, [tmp_path / "bad.png", tmp_path / "nine.png", small_images / "one.png"], QUICK)
    assert result.names == ("nine.png",)
    assert len(result.skipped) == 2
