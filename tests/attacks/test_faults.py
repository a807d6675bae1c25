"""A fault at every call that an encode makes to the disk: the old file is whole or the new one, and the fit is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from faults import Disk, failing

import inrcodec
from inrcodec.archive import Archive
from inrcodec.encoding.checkpoints import waiting
from inrcodec.errors import InrError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="calls of POSIX")
QUICK: dict[str, Any] = {"passes": 2, "threads": 1, "device": "cpu", "record": False, "overwrite": True}
MOST = 200


@pytest.mark.parametrize("full", [False, True], ids=["one fault", "a disk that is full from there on"])
def test_nothing_is_lost_whatever_call_fails(full: bool, small_images: Path, small_set: Path, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    path, old = folder / "set.inr", small_set.read_bytes()
    for number in range(MOST):
        path.write_bytes(old)
        disk, through = Disk(folder, number, full), []
        try:
            with failing(disk):
                inrcodec.encode(
                    small_images, path, on_progress=lambda news, seen=through: seen.append(news.phase), **QUICK
                )
            written = path.read_bytes()
            assert len(Archive.from_bytes(written)) == 6
        except InrError:
            assert path.read_bytes() == old
            if "write" in through:
                assert waiting(path), f"the fit is lost after fault {number}: {disk.failed}"
                inrcodec.encode(small_images, path, resume=True, **QUICK)
        assert not waiting(path)
        left = {found.name for found in folder.iterdir()} - {"set.inr", ".set.inr.lock"}
        assert not [name for name in left if not name.endswith(".part")], (number, disk.failed, left)
        if not disk.failed:
            break
    assert 5 < number < MOST
    path.unlink()
    inrcodec.encode(small_images, path, **QUICK)  # whatever the faults left is gone after the next run
    assert [found.name for found in folder.iterdir()] == ["set.inr"]
