"""Columns of text, aligned; a row that is wider than the terminal takes several lines, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

GAP, INDENT = "  ", "    "


def aligned(cells: Sequence[Sequence[str]], left: Sequence[int], width: int | None) -> Iterator[list[str]]:
    """The lines of every row; all rows have as many cells.

    left: numbers of the columns that are not aligned right; width: of the terminal, None for no bound.
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = _lines(widths, width)
    for row in cells:
        padded = []
        for number, (cell, wide) in enumerate(zip(row, widths, strict=True)):
            space = " " * (wide - cell_len(cell))
            padded.append(cell + space if number in left else space + cell)
        texts = [GAP.join(padded[number] for number in columns).rstrip() for columns in lines]
        yield [texts[0], *(INDENT + text for text in texts[1:])]


def _lines(widths: Sequence[int], width: int | None) -> list[list[int]]:
    """Which columns stand on which line."""
    lines: list[list[int]] = [[]]
    taken = 0
    for number, wide in enumerate(widths):
        more = wide + (len(GAP) if lines[-1] else 0)
        if width is not None and lines[-1] and taken + more > width:
            lines.append([])
            taken, more = len(INDENT), wide
        lines[-1].append(number)
        taken += more
    return lines
