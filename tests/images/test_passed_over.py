"""Links and formats that are not read are named when they are passed over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.errors import InputError
from inrcodec.images import load_pictures, look_for


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (2, 2), "red").save(path, "PNG")
    return path


def test_formats_that_are_not_read(tmp_path: Path) -> None:
    put(tmp_path / "a.png")
    for name in ("x.HEIC", "y.heic", "z.jxl", "deep/v.svg", ".hidden.svg", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    loaded = load_pictures([tmp_path])
    assert [picture.name for picture in loaded.pictures] == ["a.png"]
    assert loaded.notes == (
        "passed over 2 .heic, 1 .jxl, 1 .svg: formats that are not read; convert them to PNG first",
    )
    assert loaded.skipped == ()


def test_a_folder_of_links(tmp_path: Path) -> None:
    put(tmp_path / "there" / "a.png")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "a.png").symlink_to(tmp_path / "there" / "a.png")
    (tmp_path / "links" / "folder").symlink_to(tmp_path / "there")
    for source in (tmp_path / "links", f"{tmp_path}/links/*"):
        with pytest.raises(InputError, match="passed over 2 symbolic links"):
            load_pictures([source])
    assert len(look_for([tmp_path / "links" / "a.png"]).files) == 1  # named by hand
    assert look_for([tmp_path / "links" / "a.png"]).notes == ()


@pytest.mark.parametrize("pattern", ["photos [2020]/*.png", "photos [2020]/a?.png", "*/a[1].png", "photos [2020]/**"])
def test_globs_below_a_folder_with_brackets(pattern: str, tmp_path: Path) -> None:
    put(tmp_path / "photos [2020]" / "a1.png")
    put(tmp_path / "photos [2020]" / "a[1].png")
    assert look_for([str(tmp_path / pattern)]).files


def test_brackets_mean_what_they_say_where_that_is_there(tmp_path: Path) -> None:
    put(tmp_path / "a1.png")
    put(tmp_path / "a[1].png")
    assert [file.name for file in look_for([str(tmp_path / "a[1].*")]).files] == ["a1.png"]
    assert [file.name for file in look_for([str(tmp_path / "a[1].png")]).files] == ["a[1].png"]  # a file of that name


@pytest.mark.skipif(os.name != "posix", reason="needs long paths")
def test_a_path_too_long_for_a_name_loses_folders_at_its_front(tmp_path: Path) -> None:
    deep = tmp_path.joinpath("deep", *[os.fsdecode(b"\xff" * 200)] * 9)
    for name in ("a.png", "b.png"):
        put(deep / name)
    names = [file.name for file in look_for([tmp_path / "deep"]).files]
    assert [name.rpartition("/")[2] for name in names] == ["a.png", "b.png"]
    assert all(3000 < len(name.encode()) <= 4096 for name in names)
