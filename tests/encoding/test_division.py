"""Pictures fall into shards, each named by all that decides its bytes."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.shards.clustering import clusters
from inrcodec.encoding.shards.division import divided, key_of, settings_of
from inrcodec.encoding.shards.options import Sharding
from inrcodec.errors import UsageError
from inrcodec.images import look_for

QUICK = EncodeOptions(passes=2, threads=1, device="cpu", holdout=0)


def test_images_fall_into_shards_in_order(small_images: Path, tmp_path: Path) -> None:
    files = look_for([small_images]).files
    tasks = divided(files, Sharding(shards=4, order="names"), QUICK, tmp_path)
    assert [len(task.files) for task in tasks] == [1, 2, 1, 2]
    assert [file for task in tasks for file in task.files] == list(files)
    assert len(divided(files, Sharding(), QUICK, tmp_path)) == 1
    with pytest.raises(UsageError, match="6 images"):
        divided(files, Sharding(shards=7), QUICK, tmp_path)


def test_a_key_changes_with_what_decides_a_shard(small_images: Path, tmp_path: Path) -> None:
    files = look_for([shutil.copytree(small_images, tmp_path / "copied")]).files  # other tests need theirs as it is
    key = key_of(files, QUICK)
    assert key == key_of(files, dataclasses.replace(QUICK, threads=2))
    assert key != key_of(files, dataclasses.replace(QUICK, quality=51))
    assert key != key_of(files[1:], QUICK)
    os.utime(files[0].path, ns=(1, files[0].path.stat().st_mtime_ns + 1))
    assert key != key_of(files, QUICK)


def test_a_key_changes_with_pictures_that_are_fitted_along(small_images: Path, tmp_path: Path) -> None:
    along = tmp_path / "along.png"
    along.write_bytes(b"one")
    options = dataclasses.replace(QUICK, extra=along)
    shards = Sharding(shards=2, order="names")
    keys = [{task.key for task in divided(look_for([small_images]).files, shards, options, tmp_path)}]
    along.write_bytes(b"another")
    keys.append({task.key for task in divided(look_for([small_images]).files, shards, options, tmp_path)})
    assert len(keys[0] | keys[1]) == 4


def test_what_looks_alike_comes_together(tmp_path: Path) -> None:
    for number in range(6):
        shade = (20 if number % 2 else 230) + number
        Image.new("RGB", (8, 8), (shade, shade, shade)).save(tmp_path / f"{number}.png")
    parts = clusters(look_for([tmp_path]).files, 2)
    assert sorted([file.name for file in part] for part in parts) == [
        ["0.png", "2.png", "4.png"], ["1.png", "3.png", "5.png"],
    ]  # fmt: skip


def test_settings_tell_of_pixels_that_were_held_out(small_images: Path, tmp_path: Path) -> None:
    """Where codes are only guessed, none are, whatever was asked for."""
    assert "holdout" not in settings_of(EncodeOptions())  # each shard decides by what it starts from
    assert settings_of(EncodeOptions(holdout=0.1))["holdout"] == 0.1
    assert settings_of(EncodeOptions(holdout=0.1, effort=0))["holdout"] == 0
    assert settings_of(EncodeOptions(holdout=0.1, effort=0, passes=3))["holdout"] == 0.1
    assert settings_of(EncodeOptions(holdout=0.1, effort=0, holdout_mode="strict"))["holdout"] == 0.1
