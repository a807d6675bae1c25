"""Images that join a collection: in the shard that is most like them, or in one of their own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inrcodec.archive import Collection
from inrcodec.archive.collection import write_manifest
from inrcodec.encoding import keeping
from inrcodec.encoding.shards import adding, division, joining
from inrcodec.encoding.shards.adding import Adding, add_to_collection
from inrcodec.encoding.shards.records import RECORDS
from inrcodec.encoding.shards.removing import rows_of
from inrcodec.errors import InputError, UsageError
from inrcodec.fitting.progress import Progress
from inrcodec.retrieval import index
from inrcodec.retrieval.descriptor import LENGTH
from inrcodec.retrieval.index import make_index
from tests.encoding.stopped import Stop, stop_at

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
    assert found["six.png"].psnr == pytest.approx(found["six.png"].archive[found["six.png"].place].psnr, abs=0.0051)
    assert found.stored.blocks == 2


def test_an_image_joins_those_that_it_is_like(
    copied: Path, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoded in so few passes, all images of a shard look the same: it is their descriptors that are made up."""
    found = Collection.open(copied)
    target = found.shard_of(found.numbers["sub/four.png"])
    rows = np.zeros((4, LENGTH), np.float16)
    rows[:, 0], own = 1, np.eye(1, LENGTH, dtype=np.float32)[0]
    monkeypatch.setattr(joining, "_descriptor_of", lambda *_: own)
    monkeypatch.setattr(joining, "stored", lambda _, which: rows if which == target else np.roll(rows, 1, axis=1))
    shutil.copy(small_images / "sub" / "four.png", tmp_path / "like four.png")
    result = add_to_collection(copied, tmp_path / "like four.png", QUICK)
    added = result.collection
    assert added.shard_of(added.numbers["like four.png"]) == target
    assert result.changed == 1
    make_index(copied)
    assert index.stored(added, target) is not None


def test_shards_have_equally_many_votes_where_one_is_not_indexed(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "SAMPLED", 2)
    make_index(copied)
    found = Collection.open(copied)
    whole, shard_of = joining._space(found, [0, 1])
    assert shard_of.tolist() == [0, 0, 0, 1, 1, 1]
    (copied / index.name_of(found.manifest.shards[1].blake2b)).unlink()
    some, shard_of = joining._space(found, [0, 1])
    assert shard_of.tolist() == [0, 0, 1, 1]
    for part, every in zip(some.parts, whole.parts, strict=True):
        np.testing.assert_allclose(part[:-1].astype(np.float32), every[[0, 2]].astype(np.float32), atol=1e-3)


def test_many_images_and_those_that_no_shard_takes_get_their_own(
    copied: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "OWN", 2)
    result = add_to_collection(copied, newcomers, QUICK)
    assert (result.new, result.changed, len(result.collection)) == (1, 0, 8)
    assert result.collection.manifest.shards[2].images == 2
    monkeypatch.setattr(adding, "OWN", 256)
    monkeypatch.setattr(adding, "check_design", refused)
    shutil.copy(newcomers / "five.png", tmp_path / "seven.png")
    result = add_to_collection(copied, tmp_path / "seven.png", QUICK)
    assert (result.new, result.collection.manifest.shards[3].images) == (1, 1)
    result.collection.verify()


def refused(*_: object, **__: object) -> None:
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


def test_what_is_wrong_makes_no_shards(copied: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a network that knows no other images sends them to a shard of their own, and no other refusal."""
    monkeypatch.setattr(adding, "add", refused)
    before = sorted(copied.iterdir())
    with pytest.raises(UsageError, match="takes none"):
        add_to_collection(copied, newcomers, QUICK)
    assert sorted(copied.iterdir()) == before


def test_what_was_stopped_goes_on(
    copied: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shutil.copytree(copied, tmp_path / "whole.inrs")
    how = Adding(steps=20, device="cpu", threads=1)
    add_to_collection(whole, newcomers / "five.png", how)
    monkeypatch.setattr(keeping, "UNSAVED", -1.0)
    with pytest.raises(Stop):
        add_to_collection(copied, newcomers / "five.png", replace(how, on_progress=stop_at(0.5)))
    assert len(list(copied.glob("*.checkpoint"))) == 1
    done = list[float]()
    result = add_to_collection(copied, newcomers / "five.png", replace(how, on_progress=lambda one: note(done, one)))
    assert min(done) > 0.5
    assert (result.changed, result.new) == (1, 0)
    assert {path.name: path.read_bytes() for path in copied.glob("*.inr*")} == {
        path.name: path.read_bytes() for path in whole.glob("*.inr*")
    }


def note(done: list[float], progress: Progress) -> None:
    if progress.phase != "compile":  # once on a machine
        done.append(progress.done)


def test_many_images_make_several_shards(copied: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "OWN", 2)
    monkeypatch.setattr(division, "SHARD_IMAGES", 1)
    done = list[float]()
    result = add_to_collection(copied, newcomers, replace(QUICK, on_progress=lambda one: note(done, one)))
    assert (result.new, result.changed) == (2, 0)
    assert [shard.images for shard in result.collection.manifest.shards] == [3, 3, 1, 1]
    assert done
    assert not (copied / RECORDS).exists()
    result.collection.verify()


def told(folder: Path, settings: dict[str, object]) -> Collection:
    """The collection as if it had been made with other settings."""
    found = Collection.open(folder)
    rows = [rows_of(found, found.manifest.members(which).tolist()) for which in range(2)]
    about = msgspec.structs.replace(found.manifest.about, settings=found.manifest.about.settings | settings)
    write_manifest(folder, found.manifest.shards, rows, about, overwrite=True)
    return Collection.open(folder)


@pytest.mark.parametrize("own", [1, 256])
def test_settings_are_the_collections(copied: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch, own: int) -> None:
    """Whichever way a picture takes."""
    monkeypatch.setattr(adding, "OWN", own)
    told(copied, {"max_size": 8})
    added = add_to_collection(copied, newcomers / "five.png", QUICK).collection
    assert added.shape(added.numbers["five.png"]) == (8, 8)
    added = add_to_collection(copied, newcomers / "six.png", replace(QUICK, max_size=6)).collection
    assert max(added.shape(added.numbers["six.png"])) == 6


def test_what_is_asked_for_goes_before_settings(copied: Path) -> None:
    found = told(copied, {"quality": 20, "target_psnr": 30.0, "background": "white"})
    usual = adding._options(found, Adding())
    assert (usual.quality, usual.target_psnr, usual.background, usual.passes) == (20, 30.0, "white", 3)
    asked = adding._options(found, Adding(quality=70, background="black"))
    assert (asked.quality, asked.target_psnr, asked.background) == (70, None, "black")


@pytest.mark.parametrize(
    "settings", [{"background": 5}, {"width": []}, {"quality": "fine"}, {"conditioning": "none"}, {"w0": {}}]
)
def test_settings_that_are_none_are_refused(copied: Path, newcomers: Path, settings: dict[str, object]) -> None:
    told(copied, settings)
    with pytest.raises(UsageError, match="has settings that are none"):
        add_to_collection(copied, newcomers, QUICK)
