"""Messages go to stderr, data to stdout: lines for people here, one JSON object or one path a line there."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from inrcodec.cli.spelling import spelled
from inrcodec.exporters.documents import as_json
from inrcodec.exporters.naming import displayed


@dataclasses.dataclass(frozen=True)
class Console:
    """Lines on stderr, as many as the user wants to read."""

    quiet: bool = False
    verbose: bool = False

    def say(self, text: str) -> None:
        """An ordinary line."""
        if not self.quiet:
            self.warn(text)

    def detail(self, text: str) -> None:
        """A line that only --verbose shows."""
        if self.verbose and not self.quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """A line that is always shown."""
        print(displayed(spelled(text)), file=sys.stderr, flush=True)

    @property
    def animated(self) -> bool:
        """Whether something may move on stderr: only where a person watches a terminal."""
        return not self.quiet and sys.stderr.isatty()


def print_json(answer: Any) -> None:
    """One JSON object on stdout; dataclasses become objects, infinities and NaN become null, all text is ASCII."""
    print(as_json(answer, spelled), end="")


def print_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as CSV on stdout: for programs as it is, for a terminal with what could move its cursor escaped."""
    from inrcodec.exporters.tables import as_csv

    text = as_csv(headings, rows)
    print("\n".join(map(displayed, text.split("\n"))) if sys.stdout.isatty() else text, end="")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, left: Sequence[int] = (1,)) -> None:
    """Aligned columns on stdout, never cut when it is not a terminal; `left` lists the columns not aligned right."""
    from rich.console import Console as RichConsole
    from rich.table import Table
    from rich.text import Text

    terminal = RichConsole(file=sys.stdout, highlight=False)
    if not terminal.is_terminal:
        _print_plain(headings, rows, left)  # Rich takes a second for a thousand rows
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number in left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(displayed(cell)) for cell in row))
    terminal.print(table)


def _print_plain(headings: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int]) -> None:
    """The same columns for a file or another program."""
    from rich.cells import cell_len

    lines = [list(headings), *([displayed(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (
            cell + space if number in left else space + cell
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
            for space in [" " * (width - cell_len(cell))]
        )
        print("  ".join(padded).rstrip())


def say_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Aligned "name  value" lines on stderr."""
    listed = list(pairs)
    width = max(len(name) for name, _ in listed)
    for name, value in listed:
        console.say(f"  {name:<{width}}  {value}")


def decibels(figure: float | None) -> str:
    """A PSNR for people; "-" where the file holds none."""
    return "-" if figure is None or math.isnan(figure) else f"{figure:.2f} dB"
