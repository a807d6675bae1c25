"""Tables of pictures that anybody may have made, or that are damaged: one line says so, and memory stays bounded."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path

import numpy as np
import pytest

from inrcodec.errors import CorruptFileError, InputError, InrError
from inrcodec.images import Cell, Found, Unreadable, claims, find_packed, read_pixels, tables
from inrcodec.parquet import Group, groups_of
from tests.peaks import peak_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
PICTURES = [bytes([number]) * (50 + number) for number in range(8)]
META = b"\x26\x00\x1c"  # in Thrift's compact protocol: an offset of 0, and then the structure that tells of a column


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.parquet"


def written(path: Path, pictures: list[bytes], **how: object) -> bytes:
    names = [f"{number}.png" for number in range(len(pictures))]
    table = pyarrow.table({"jpg": pyarrow.array(pictures, "binary"), "name": names})
    parquet.write_table(table, path, row_group_size=4, **how)
    return path.read_bytes()


def read(path: Path) -> list[bytes]:
    cells = [file.within for file in find_packed([path], "parquet").files]
    return [cell.read() for cell in cells if isinstance(cell, Cell)]


def test_damage_is_one_line(path: Path) -> None:
    dice, whole = random.Random(3), written(path, PICTURES)
    assert read(path) == PICTURES
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    said = []
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[dice.randrange(footer if dice.random() < 0.8 else 4, len(whole))] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            read(path)
        except InrError as failure:
            said.append(str(failure))
    assert len(said) > 30
    assert all(one.startswith(str(path)) and "\n" not in one for one in said)


def test_what_a_footer_must_say_is_asked_for_before_the_library_sees_it(path: Path) -> None:
    whole = written(path, PICTURES[:6])
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    first = whole.index(META, footer) + 2
    for words in (b"\x2c", b"\x00", b"\x18"):
        path.write_bytes(whole[:first] + words + whole[first + 1 :])
        with pytest.raises(CorruptFileError):
            groups_of(path.read_bytes())
        with pytest.raises(InputError, match=r"some\.parquet: is no Parquet table, or damaged"):
            read(path)


def test_rows_that_cannot_be_there_are_not_listed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, PICTURES)
    (group, *others) = groups_of(path.read_bytes())
    for rows in (-1, 1 << 40):
        claimed = (Group(rows, group.unpacked, group.columns), *others)
        monkeypatch.setattr(claims, "groups_of", lambda *_, claimed=claimed: claimed)
        with pytest.raises(InputError, match=r"claims .* rows in"):
            read(path)
    claimed = (Group(5, group.unpacked, group.columns), *others)
    monkeypatch.setattr(claims, "groups_of", lambda *_: claimed)
    with pytest.raises(InputError, match="or damaged"):
        read(path)


def test_a_group_that_does_not_fit_the_memory_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, [bytes(1 << 20)] * 4, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(claims, "memory_bytes", lambda: 1 << 20)
    with pytest.raises(InputError, match=r"unpacks to 4,19\d,\d{3} bytes, and 314,572 are good for .* smaller groups"):
        read(path)
    with pytest.raises(Unreadable, match="smaller groups"):
        read_pixels(Found(path, "0.png", Cell(tables.Table(path), "jpg", 0, 0)), None)


def test_a_picture_that_stands_once_is_not_copied_for_every_row(path: Path) -> None:
    """A dictionary of one picture of a megabyte, and a thousand rows that refer to it."""
    rows = 1000
    pictures = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array([bytes(1 << 20)], "binary"))
    names = [f"{number:06}" for number in range(rows)]
    parquet.write_table(pyarrow.table({"jpg": pictures, "name": names}), path, compression="zstd", store_schema=False)
    took = peak_of(
        "from inrcodec.images import find_packed; from inrcodec.images.tables import Table",
        f"assert len(find_packed([{str(path)!r}], 'parquet').files[{rows - 1}].within.read()) == 1 << 20",
    )
    assert took < 200e6


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_texts_behind_a_list_of_their_lengths_are_read(path: Path, version: str) -> None:
    """As other writers encode them; such columns cannot be read as dictionaries."""
    way = "DELTA_LENGTH_BYTE_ARRAY"
    how = {"use_dictionary": False, "data_page_version": version}
    for packed in ({"jpg": way}, {"name": way}, {"jpg": way, "name": way}, {"jpg": "PLAIN", "name": "PLAIN"}):
        written(path, PICTURES, column_encoding=packed, **how)
        assert read(path) == PICTURES
        assert [file.name for file in find_packed([path], "parquet").files] == [f"{one}.png" for one in range(8)]


@pytest.mark.parametrize("column", ["jpg", "name"])
def test_texts_told_by_what_they_have_not_in_common_are_no_damage(path: Path, column: str) -> None:
    """A few bytes may be any number of them, so they are not read; one line says so."""
    written(path, PICTURES, use_dictionary=False, column_encoding={column: "DELTA_BYTE_ARRAY"})
    told = rf"some\.parquet: its column {column} is packed in a way that this does not read \(DELTA_BYTE_ARRAY\)"
    with pytest.raises(InputError, match=told):
        read(path)


def test_columns_that_name_nothing_are_left_alone(path: Path) -> None:
    for names in ([1.5, 2.5], [["a"], ["b"]], pyarrow.array([b"ab", b"cd"], pyarrow.binary(2))):
        parquet.write_table(pyarrow.table({"jpg": pyarrow.array([b"x", b"y"], "binary"), "name": names}), path)
        assert [file.name for file in find_packed([path], "parquet").files] == ["0000000", "0000001"]
    parquet.write_table(pyarrow.table({"jpg": pyarrow.array([b"x", b"y"], "binary"), "name": [7, 5]}), path)
    assert [file.name for file in find_packed([path], "parquet").files] == ["7", "5"]


def test_a_list_of_pictures_takes_as_much_memory_as_is_good(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tables together: a few bytes of each may be any number of rows."""
    for one in ("a", "b"):
        pictures = pyarrow.array([bytes([number % 256]) for number in range(1600)], "binary")
        parquet.write_table(pyarrow.table({"jpg": pictures}), path.with_name(f"{one}.parquet"))
    monkeypatch.setattr(claims, "memory_bytes", lambda: 6 << 20)
    assert len(find_packed([path.with_name("a.parquet")], "parquet").files) == 1600
    with pytest.raises(InputError, match=r"b\.parquet: the list of its pictures does not fit .* give fewer tables"):
        find_packed([path.parent], "parquet")


def test_what_a_list_takes_is_what_is_counted(path: Path) -> None:
    names = [f"some/folder/{number:07}.png" for number in range(60_000)]
    parquet.write_table(pyarrow.table({"jpg": pyarrow.array([b"x"] * len(names), "binary"), "name": names}), path)
    few = path.with_name("few.parquet")
    written(few, PICTURES)
    counted = len(names) * (claims.ROW_BYTES + claims.NAME_COPIES * 80)
    took = peak_of(
        f"from inrcodec.images import find_packed; find_packed([{str(few)!r}], 'parquet')",
        f"found = find_packed([{str(path)!r}], 'parquet')",
    )
    assert 0.3 * counted < took < counted + 30e6  # what Arrow's own threads and buffers may take


def test_a_footer_of_many_fields_is_bounded_by_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(path, PICTURES)
    monkeypatch.setattr(claims, "memory_bytes", lambda: 10_000)
    with pytest.raises(InputError, match="damaged"):
        read(path)
    monkeypatch.undo()
    monkeypatch.setattr(claims, "MOST_FOOTER", 100)
    length = int.from_bytes(whole[-8:-4], "little")
    with pytest.raises(InputError, match=rf"some\.parquet: has a footer of {length} bytes; at most 100 are read"):
        read(path)


def read_one(path: Path, number: int) -> bytes:
    within = find_packed([path], "parquet").files[number].within
    assert isinstance(within, Cell)
    return within.read()


def test_cells_go_to_other_processes_and_notice_changes(path: Path) -> None:
    written(path, PICTURES)
    cell = find_packed([path], "parquet").files[5].within
    assert isinstance(cell, Cell)
    assert cell.read() == PICTURES[5]
    again = pickle.loads(pickle.dumps(cell))  # noqa: S301, our own
    assert again == cell
    assert again.read() == PICTURES[5]
    path.unlink()
    written(path, [picture[::-1] + b"!" for picture in PICTURES], compression="zstd")
    assert cell.read() == PICTURES[5][::-1] + b"!"
    written(path, PICTURES[:2])
    with pytest.raises(InputError, match=r"some\.parquet: has no row 1 of group 1 any more: it was changed since"):
        cell.read()
    written(path, PICTURES[:5])
    with pytest.raises(InputError, match="has no row 1 of group 1 any more"):
        cell.read()
    path.unlink()
    with pytest.raises(InputError, match=r"some\.parquet: No such file"):
        cell.read()
    for other in ({"png": [b"x"] * 8}, {"jpg": ["x"] * 8}, {"jpg": [3] * 8}):
        parquet.write_table(pyarrow.table(other), path, row_group_size=4)
        with pytest.raises(InputError, match=r"has no column (of image bytes )?jpg any more"):
            cell.read()


def test_a_change_within_a_moment_is_noticed(path: Path) -> None:
    written(path, PICTURES)
    cell = find_packed([path], "parquet").files[5].within
    assert isinstance(cell, Cell)
    assert cell.read() == PICTURES[5]
    at = path.stat().st_mtime_ns // 10**9 * 10**9
    for later, pictures in ((0, PICTURES), (1, [one[::-1] + b"!" for one in PICTURES]), (1, PICTURES)):
        written(path, pictures)
        os.utime(path, ns=(at + later, at + later))
        assert cell.read() == pictures[5]
