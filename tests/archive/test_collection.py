"""Collections as they are read: one set by number and name, whose shards are what the manifest says."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.archive import Archive, Collection
from inrcodec.errors import CorruptFileError, UnknownImageError, UsageError

pytest.importorskip("pyarrow")


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
