"""What one may call an image: as it is, as a listing prints it, and parts of it."""

from __future__ import annotations

import unicodedata

import pytest

from inrcodec.archive.selection import Selection
from inrcodec.bitstream.escaping import displayed, from_cell, to_cell
from inrcodec.errors import UnknownImageError, UsageError

NAMES = (
    "a,b.png", " lead.png", "plain.png", unicodedata.normalize("NFD", "café.png"), "\u202egnp.exe", "=1+1.png",
    "'quoted.png", "icons/cat.png", "icons/dog.webp", "7", "n[1].png", "a.png", "a,b,c.png", "x/same.png", "y/same.png",
)  # fmt: skip
SET = Selection(NAMES)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_whatever_is_printed_can_be_typed(name: str) -> None:
    number = NAMES.index(name)
    for written in (name, displayed(name), to_cell(name), unicodedata.normalize("NFC", name), displayed(name).strip()):
        assert SET.select(written) == (number,)
        assert SET.number(written) == number
        assert SET.select(f"plain.png,{written}") == tuple(dict.fromkeys((2, number)))


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("cat", (7,)),
        ("icons/cat", (7,)),
        ("cat.png", (7,)),
        ("icons/*", (7, 8)),
        ("*.webp,0", (8, 0)),
        ("?.png", (11,)),
        ("c*t.png", (7,)),
        ("n[1].png", (10,)),
        ("0-2", (0, 1, 2)),
        ("7", (9,)),  # a name comes before a number
        (" 2 , 3 ", (2, 3)),
        ("a,b,c.png,a,b.png,a.png", (12, 0, 11)),
    ],
)
def test_parts_globs_and_lists(wanted: str, numbers: tuple[int, ...]) -> None:
    assert SET.select(wanted) == numbers


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("0,2-1", "backwards"),
        ("same.png", "x/same.png, y/same.png"),
        ("same", "could be"),
        ("0,nothing*", "nothing"),
        ("0,99", "99"),
        ("0,cow", "cow"),
    ],
)
def test_what_names_nothing_or_too_much_is_said(wanted: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("*", r"\*")):
        SET.select(wanted)


def test_names_that_look_alike_are_told_apart_by_number() -> None:
    alike = Selection(("é.png", unicodedata.normalize("NFD", "é.png")))
    assert alike.select("é.png") == (0,)  # as it is written
    assert alike.select("1") == (1,)
    other = Selection((" a.png", "a.png ", "b.png"))
    with pytest.raises(UnknownImageError, match="could be"):
        other.select("a.png")


def test_many_numbers_take_no_time() -> None:
    many = Selection([f"{number},x" for number in range(3000)])
    assert many.select(",".join(map(str, range(3000)))) == tuple(range(3000))


@pytest.mark.parametrize("text", ["plain", "=1", "'=1", "''", "-rf", "\tx", "@", "+", "'", ""])
def test_cells_come_back(text: str) -> None:
    cell = to_cell(text)
    assert from_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_names_that_are_written_in_one_way_only() -> None:
    """Of a million names nearly all are, and those are not looked at one by one."""
    plain = Selection(("=x.png", "y.png"))
    assert plain.select("'=x.png, y.png ") == (0, 1)
    assert plain.named("z.png") == []
    alike = Selection((" y.png", "y.png"))
    assert (alike.named("y.png"), alike.named(" y.png"), alike.named("y.png ")) == ([1], [0], [0, 1])
    with pytest.raises(UnknownImageError, match="could be  y"):
        alike.select("y.png ")
