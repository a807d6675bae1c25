"""Tables lose no digit, however narrow the terminal."""

from __future__ import annotations

import pytest

from inrcodec.cli.columns import aligned

CELLS = [["number", "name", "PSNR", "bytes"], ["0", "cat.png", "31.25 dB", "1,234"], ["10", "日本.png", "-", "9"]]


def test_one_line_where_there_is_room() -> None:
    assert list(aligned(CELLS, (1,), None)) == [
        ["number  name          PSNR  bytes"],
        ["     0  cat.png   31.25 dB  1,234"],
        ["    10  日本.png         -      9"],
    ]
    assert list(aligned(CELLS, (1,), 33)) == list(aligned(CELLS, (1,), None))


@pytest.mark.parametrize("width", [1, 8, 20, 32])
def test_several_where_there_is_not(width: int) -> None:
    rows = list(aligned(CELLS, (1,), width))
    for cells, lines in zip(CELLS, rows, strict=True):
        assert " ".join(" ".join(lines).split()) == " ".join(cells)
        assert len(lines) == len(rows[0]) > 1
        assert all(len(line) <= width for line in lines) or width < 20
