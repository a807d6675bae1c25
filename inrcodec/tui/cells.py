"""Text of so many cells: a character takes none, one or two of them."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size


def fit_left(text: str, width: int) -> str:
    """In exactly so many cells; three dots in one say where it was cut."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, max(0, width - 1)) + "…", width)


def fit_center(text: str, width: int) -> str:
    """The same in the middle."""
    left = max(0, width - cell_len(text)) // 2
    return fit_left(" " * left + text, width)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many cells, broken between words where there is room."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        current = ""
        for word in paragraph.split(" "):
            joined = f"{current} {word}" if current else word
            if cell_len(joined) <= width:
                current = joined
                continue
            lines += [current] if current else []
            *full, current = chop_cells(word, max(1, width)) or [""]
            lines += full
        lines.append(current)
    return lines
