"""What cannot be read takes no more of a collection away than itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.shards.adding import add_to_collection
from inrcodec.encoding.shards.collect import collection_with
from inrcodec.encoding.shards.options import Sharding
from inrcodec.encoding.shards.task import Task, make_shard
from inrcodec.errors import InputError
from inrcodec.images import look_for

pytest.importorskip("pyarrow")
QUICK = EncodeOptions(passes=2, threads=1, device="cpu", holdout=0)


def test_a_film_is_refused_before_any_shard(small_images: Path, small_collection: Path, tmp_path: Path) -> None:
    """It had emptied the shard that it came to lie in."""
    film, output = tmp_path / "clip.mp4", tmp_path / "a.inrs"
    film.write_bytes(b"film")
    for refuse in (
        lambda: collection_with([small_images, film], output, QUICK, Sharding(shards=2, order="names")),
        lambda: add_to_collection(small_collection, [film]),
    ):
        with pytest.raises(InputError, match=r"clip\.mp4: is a film, and collections are of pictures; leave it out"):
            refuse()
    assert not output.exists()


@pytest.mark.parametrize("given", ["nothing to learn from beside", "a film that came later"])
def test_a_shard_is_not_emptied_for_what_is_no_fault_of_its_pictures(
    given: str, small_images: Path, tmp_path: Path
) -> None:
    options, files, reason = QUICK, look_for([small_images]).files, r"film\.mp4: is a film"
    if given == "a film that came later":
        (tmp_path / "film.mp4").write_bytes(b"film")
        files = (*files, *look_for([tmp_path / "film.mp4"]).files)
    else:
        (tmp_path / "nothing").mkdir()
        options, reason = dataclasses.replace(QUICK, extra=tmp_path / "nothing"), "extra: no image found in"
    task = Task("a" * 20, files, options, tmp_path)
    with pytest.raises(InputError, match=reason):
        make_shard(task)
    assert not task.record.exists()


def test_a_shard_without_a_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    task = Task("a" * 20, look_for([tmp_path / "bad.png"]).files, QUICK, tmp_path)
    done = make_shard(task)
    assert (done.shard, len(done.skipped)) == (None, 1)
    assert task.record.exists()
