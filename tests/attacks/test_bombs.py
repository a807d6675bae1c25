"""Pictures that are bombs, and sources that are traps: each is one line, and none of it costs the memory it claims."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main
from inrcodec.errors import UsageError
from inrcodec.images import bombs, decode, load
from inrcodec.images.bombs import claimed_size
from inrcodec.images.load import load_pictures
from inrcodec.images.scan import find_files
from inrcodec.numerics.memory import memory_bytes

Capture = pytest.CaptureFixture[str]


def gif(side: int) -> bytes:
    """43 bytes that claim side x side pixels."""
    screen = b"GIF89a" + struct.pack("<HH", side, side) + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x21\xf9\x04\x01\x00\x00\x00\x00" + b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\x00"
    return screen + frame + b"\x02\x02\x44\x01\x00" + b"\x3b"


@pytest.fixture
def bombed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six of them, on a machine with two gigabytes, where none must be decoded."""

    def refused(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(load, "decode", refused)
    monkeypatch.setattr(bombs, "memory_bytes", lambda: 2 << 30)
    for number in range(6):
        (tmp_path / f"{number}.gif").write_bytes(gif(8192))
    return tmp_path


def test_bombs_are_told_before_they_are_decoded(bombed: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bombed)
    assert claimed_size(bombed / "0.gif") == (8192, 8192)
    for more in ([], ["--dry-run"], ["--max-pixels", "1000000"]):
        assert main(["encode", str(bombed), "-o", "set.inr", *more]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert "402,653,184 pixels" in err
        assert "--max-size" in err
        assert "--max-pixels" in err


def test_one_that_is_to_be_shrunk_is_told_as_well(bombed: Path) -> None:
    with pytest.raises(UsageError, match=r"0\.gif: 8192x8192 is 67,108,864 pixels, and .* are good for"):
        load_pictures([bombed], max_size=64)


def test_what_is_no_picture_says_so_later(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    assert claimed_size(tmp_path / "text.png") == (0, 0)
    assert claimed_size(tmp_path / "nothing.png") == (0, 0)
    with pytest.raises(decode.Unreadable, match="not a PNG"):
        decode.decode(tmp_path / "text.png")


def test_there_is_memory() -> None:
    assert memory_bytes() > 1 << 26


def test_blank_pictures_are_pictures(tmp_path: Path) -> None:
    for name, value in (("black", 0), ("white", 255)):
        Image.fromarray(np.full((9, 7, 3), value, np.uint8)).save(tmp_path / f"{name}.png")
    made = inrcodec.encode(tmp_path, tmp_path / "set.inr", passes=5, threads=1, device="cpu")
    assert [image.name for image in made.archive] == ["black.png", "white.png"]


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_link_that_loops_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)
    assert main(["encode", str(loop), "-o", str(tmp_path / "set.inr")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="names that are no text")
def test_names_that_are_no_text_tell_nothing_of_their_folders(tmp_path: Path) -> None:
    for odd in (b"a\xff.png", b"a\xfe.png"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + odd)).write_bytes(gif(1))
    names = [found.name for found in find_files([tmp_path])[0]]
    assert names == ["a\ufffd.png", "a\ufffd.png (2)"]
