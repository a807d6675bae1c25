"""Tables of pictures that anybody may have made, or that are damaged: one line says so, and memory stays bounded."""

from __future__ import annotations

import pickle
import random
import resource
from pathlib import Path

import numpy as np
import pytest

from inrcodec.errors import CorruptFileError, InrError, UsageError
from inrcodec.images import Cell, Found, Unreadable, find_packed, read_pixels, tables
from inrcodec.parquet import groups_of

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
        with pytest.raises(UsageError, match=r"some\.parquet: is no Parquet table, or damaged"):
            read(path)


def test_rows_that_cannot_be_there_are_not_listed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, PICTURES)
    (group, *others) = groups_of(path.read_bytes())
    for rows in (-1, 1 << 40):
        claimed = (tables.Group(rows, group.unpacked, group.columns), *others)
        monkeypatch.setattr(tables, "groups_of", lambda *_, claimed=claimed: claimed)
        with pytest.raises(UsageError, match=r"claims .* rows in"):
            read(path)
    claimed = (tables.Group(5, group.unpacked, group.columns), *others)
    monkeypatch.setattr(tables, "groups_of", lambda *_: claimed)
    with pytest.raises(UsageError, match="or damaged"):
        read(path)


def test_a_group_that_does_not_fit_the_memory_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(path, [bytes(1 << 20)] * 4, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(tables, "memory_bytes", lambda: 1 << 20)
    with pytest.raises(UsageError, match=r"unpacks to 4,19\d,\d{3} bytes, and 314,572 are good for .* smaller groups"):
        read(path)
    with pytest.raises(Unreadable, match="smaller groups"):
        read_pixels(Found(path, "0.png", Cell(tables.Table(path), "jpg", 0, 0)), None)


def test_a_picture_that_stands_once_is_not_copied_for_every_row(path: Path) -> None:
    """A dictionary of one picture of a megabyte, and a thousand rows that refer to it."""
    rows = 1000
    pictures = pyarrow.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pyarrow.array([bytes(1 << 20)], "binary"))
    names = [f"{number:06}" for number in range(rows)]
    parquet.write_table(pyarrow.table({"jpg": pictures, "name": names}), path, compression="zstd", store_schema=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(read_one(path, rows - 1)) == 1 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


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
    with pytest.raises(UsageError, match="damaged"):
        cell.read()
