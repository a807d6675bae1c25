"""What tests of collections share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inrcodec.archive.collection import Rows, Shard, write_manifest
from inrcodec.archive.collection.manifest import About


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path) -> Path:
    """A collection that may be changed."""
    return shutil.copytree(small_collection, tmp_path / "copied.inrs")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A collection of two shards with three images each that are only listed."""
    shards = [Shard(file=f"{one * 20}.inr", images=3, bytes=100, blake2b=one * 64, channels=3) for one in "ab"]
    names = [[f"{one}{number}.png" for number in range(3)] for one in "ab"]
    rows = [Rows(names=own, heights=[4] * 3, widths=[5] * 3, psnr=[30.0] * 3, bytes=[9.0] * 3) for own in names]
    write_manifest(tmp_path, shards, rows, About(software="test"), overwrite=False)
    return tmp_path
