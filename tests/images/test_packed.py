"""Pictures in archives and tables: listed by their places, read one by one, the same as files of their own."""

from __future__ import annotations

import dataclasses
import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.shards.division import divided, key_of, order_of
from inrcodec.encoding.shards.options import Sharding
from inrcodec.errors import InputError, UsageError
from inrcodec.images import Cell, Found, Member, Unreadable, find_packed, load_pictures, read_pixels
from inrcodec.images.tables import Table


@pytest.fixture
def archive(small_images: Path, tmp_path: Path) -> Path:
    """As WebDataset has them: pictures beside what else is known of them."""
    path = tmp_path / "train.tar"
    with tarfile.open(path, "w") as tar:
        for name in ("one.png", "sub/four.png"):
            tar.add(small_images / name, arcname=f"./{name}")
            label = tarfile.TarInfo(name.replace(".png", ".cls"))
            label.size = 1
            tar.addfile(label, io.BytesIO(b"7"))
        tar.add(small_images / "two.png", arcname="../two.png")
    return path


def test_members_are_read_from_their_places(archive: Path, small_images: Path) -> None:
    files = find_packed([archive], "tar").files
    assert [file.name for file in files] == ["one.png", "sub/four.png", "two.png"]
    assert all(isinstance(file.within, Member) for file in files)
    for file, picture in zip(files, load_pictures(files).pictures, strict=True):
        assert np.array_equal(picture.pixels, load_pictures([small_images / file.name]).pictures[0].pixels)
        assert picture.source_bytes == (small_images / file.name).stat().st_size
    assert str(files[0]).endswith("train.tar: one.png")


def test_several_archives_of_a_folder_tell_their_names_apart(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "val.tar").write_bytes(archive.read_bytes())
    files = find_packed([tmp_path], "tar").files
    assert len({file.name for file in files}) == len(files) == 6
    assert files[0].name == "train/one.png"


def tarred(path: Path, names: list[str], small_images: Path, **how: Any) -> Path:
    with tarfile.open(path, "w", **how) as tar:
        for name in names:
            tar.add(small_images / "one.png", arcname=name)
    return path


def test_damage_takes_no_pictures_silently(small_images: Path, tmp_path: Path) -> None:
    path = tarred(tmp_path / "some.tar", ["a.png", "b.png", "c.png"], small_images)
    whole = path.read_bytes()
    with tarfile.open(path) as tar:
        second, third = (member.offset for member in tar.getmembers()[1:])
    for damaged, at in (
        (whole[: second + 9] + bytes([whole[second + 9] ^ 1]) + whole[second + 10 :], second),
        (whole[: second + 100], second),
        (whole[: second + 530], None),
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"some.tar: is damaged or cut short at byte" + (f" {at};" if at else "")):
            find_packed([path], "tar")
    path.write_bytes(whole[:third])
    assert len(find_packed([path], "tar").files) == 2  # it ends between two members, as some programs write them


def test_names_are_what_a_file_can_hold(small_images: Path, tmp_path: Path) -> None:
    latin = {"format": tarfile.USTAR_FORMAT, "encoding": "latin-1"}
    path = tarred(tmp_path / "old.tar", ["\u00fc.png", "\u00e4.png"], small_images, **latin)
    files = find_packed([path], "tar").files
    assert [file.name for file in files] == ["\ufffd.png", "\ufffd.png (2)"]
    assert len(key_of(files, EncodeOptions())) == 20
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["deep/" * 1000 + "one.png", "x" * 5000 + ".png", "z\0.png"]
    picture = (small_images / "one.png").read_bytes()
    parquet.write_table(
        pyarrow.table({"jpg": pyarrow.array([picture] * 3, "binary"), "name": names}), tmp_path / "t.parquet"
    )
    found = [file.name for file in find_packed([tmp_path / "t.parquet"], "parquet").files]
    assert found == [("deep/" * 1000 + "one.png")[-3997:], "x" * 3996 + ".png", "z\ufffd.png"]


@pytest.mark.parametrize("flat", [True, False])
def test_tables_are_read_group_by_group(small_images: Path, tmp_path: Path, flat: bool) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = ["one.png", "two.png", "sub/four.png"]
    pictures = [(small_images / name).read_bytes() for name in names]
    if flat:
        table = pyarrow.table({"label": [1, 2, 3], "jpg": pyarrow.array(pictures, "binary"), "name": names})
    else:
        told = [{"bytes": one, "path": name} for one, name in zip(pictures, names, strict=True)]
        kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
        table = pyarrow.table({"image": pyarrow.array(told, kind), "label": [1, 2, 3]})
    parquet.write_table(table, tmp_path / "train.parquet", row_group_size=2)
    files = find_packed([tmp_path / "train.parquet"], "parquet").files
    assert [file.name for file in files] == names
    assert [file.within.group for file in files if isinstance(file.within, Cell)] == [0, 0, 1]
    for file in reversed(files):
        found = load_pictures([file]).pictures[0].pixels
        assert np.array_equal(found, load_pictures([small_images / file.name]).pictures[0].pixels)


def test_what_is_no_such_file_is_said(small_images: Path, archive: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="compressed"):
        find_packed([small_images / "one.png"], "tar")
    with pytest.raises(InputError, match=r"holds no \.tar files"):
        find_packed([small_images], "tar")
    with pytest.raises(UsageError, match="no such file"):
        find_packed([tmp_path / "none.tar"], "tar")
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    with pytest.raises(InputError, match="no picture in"):
        find_packed([tmp_path / "empty.tar"], "tar")
    with pytest.raises(Unreadable):
        read_pixels(Found(archive, "gone.png", Member(archive, 1 << 20, 100)), None)
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"label": [1]}), tmp_path / "labels.parquet")
    with pytest.raises(InputError, match="no column of image bytes"):
        find_packed([tmp_path / "labels.parquet"], "parquet")
    with pytest.raises(InputError, match="no Parquet table"):
        find_packed([archive], "parquet")


def test_shards_of_an_archive_are_known_again(archive: Path, tmp_path: Path) -> None:
    """By the places of their pictures."""
    files = find_packed([archive], "tar").files
    tasks = divided(files, Sharding(shards=3, order="names"), EncodeOptions(), tmp_path)
    assert len({task.key for task in tasks}) == 3
    assert divided(files, Sharding(shards=3), EncodeOptions(), tmp_path)[0].files[0] in files
    moved = dataclasses.replace(files[0], within=Member(archive, 1, 2))
    assert key_of([moved], EncodeOptions()) != key_of(files[:1], EncodeOptions())
    assert order_of([dataclasses.replace(files[0], within=Cell(Table(archive), "jpg", 0, 0))], Sharding()) == "names"
