"""Files on the disk: refused unread where they cannot be ours, and never half written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from inrcodec.bitstream import files
from inrcodec.bitstream.container import SIGNATURE, Chunk, write_chunks
from inrcodec.bitstream.files import read_file, write_atomically
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError, UsageError

SMALL = Chunk(b"HEAD", b"\x01head"), Chunk(b"WGTS", bytes(range(20))), Chunk(b"BLCK", b"latents")


def listed(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return [path.name for path in folder.iterdir()]


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(write_chunks(SMALL))
    assert read_file(path) == write_chunks(SMALL)
    with pytest.raises(UsageError, match="no such file"):
        read_file(tmp_path / "other.inr")
    with pytest.raises(UsageError, match="is a folder"):
        read_file(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="sparse files")
def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(SIGNATURE)
    os.truncate(path, 1 << 40)
    with pytest.raises(UnsupportedFileError):
        read_file(path)
    path.write_bytes(b"a film, renamed")
    os.truncate(path, 1 << 40)
    with pytest.raises(CorruptFileError, match=r"not an \.inr file"):
        read_file(path)


def test_writing_refuses_to_replace_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    write_atomically(path, b"first", overwrite=False)
    with pytest.raises(UsageError, match="exists already"):
        write_atomically(path, b"second", overwrite=False)
    assert path.read_bytes() == b"first"
    write_atomically(path, b"third", overwrite=True)
    assert path.read_bytes() == b"third"
    assert listed(tmp_path) == ["set.inr"]


def test_a_link_is_followed_only_where_that_is_meant(tmp_path: Path) -> None:
    (mine := tmp_path / "mine").write_bytes(b"mine")
    (path := tmp_path / "set.inr").symlink_to(mine)
    with pytest.raises(UsageError, match="exists already"):
        write_atomically(path, b"ours", overwrite=False, follow=False)
    write_atomically(path, b"ours", overwrite=True, follow=False)
    assert (mine.read_bytes(), path.read_bytes(), path.is_symlink()) == (b"mine", b"ours", False)
    for target in (tmp_path, tmp_path / "nothing"):
        (link := tmp_path / "link").symlink_to(target)
        with pytest.raises(UsageError, match="exists already"):
            write_atomically(link, b"ours", overwrite=False, follow=False)
        write_atomically(link, b"ours", overwrite=True, follow=False)
        assert not link.is_symlink()
        link.unlink()
    (path := tmp_path / "other.inr").symlink_to(mine)
    write_atomically(path, b"ours", overwrite=True)
    assert (mine.read_bytes(), path.is_symlink()) == (b"ours", True)


def test_writing_never_wins_a_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "set.inr"
    compare = files._write_and_compare

    def somebody_is_faster(temporary: Path, blob: bytes) -> None:
        compare(temporary, blob)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(files, "_write_and_compare", somebody_is_faster)
    with pytest.raises(UsageError, match="exists already"):
        write_atomically(path, b"ours", overwrite=False)
    assert path.read_bytes() == b"somebody else's"
    assert listed(tmp_path) == ["set.inr"]


@pytest.mark.parametrize("there", [False, True])
def test_writing_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "set.inr"
    if there:
        monkeypatch.setattr(Path, "exists", lambda *_: False)
        path.write_bytes(b"older")
        with pytest.raises(UsageError, match="exists already"):
            write_atomically(path, b"ours", overwrite=False)
    else:
        write_atomically(path, b"ours", overwrite=False)
    assert path.read_bytes() == (b"older" if there else b"ours")
    assert listed(tmp_path) == ["set.inr"]


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("there", [False, True])
def test_a_failed_write_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, there: bool
) -> None:
    def fail(_: int) -> None:
        raise failure

    path = tmp_path / "set.inr"
    if there:
        path.write_bytes(b"older")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((InrError, KeyboardInterrupt)) as caught:
        write_atomically(path, b"newer", overwrite=True)
    assert caught.type is KeyboardInterrupt or "No space left on device" in str(caught.value)
    assert listed(tmp_path) == (["set.inr"] if there else [])
    assert not there or path.read_bytes() == b"older"


def test_a_disk_that_lies_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"other")
    with pytest.raises(InrError, match="other bytes than were written"):
        write_atomically(tmp_path / "set.inr", b"newer", overwrite=False)
    assert listed(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder does not exist"):
        write_atomically(tmp_path / "no" / "set.inr", b"ours", overwrite=False)
    with pytest.raises(UsageError, match="is not a file"):
        write_atomically(tmp_path, b"ours", overwrite=True)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links, permissions")
def test_links_and_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real.inr").write_bytes(b"older")
    link = tmp_path / "link.inr"
    link.symlink_to("real.inr")
    write_atomically(link, b"newer", overwrite=True)
    assert link.is_symlink()
    assert (tmp_path / "real.inr").read_bytes() == b"newer"
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "real.inr").stat().st_mode == (tmp_path / "plain").stat().st_mode
