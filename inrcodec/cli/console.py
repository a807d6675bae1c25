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
    """Aligned columns on stdout, never cut: where a terminal is too narrow, a row takes several lines.

    left: numbers of the columns that are not aligned right.
    """
    from inrcodec.cli.columns import aligned

    cells = [list(headings), *([displayed(cell) for cell in row] for row in rows)]
    if not sys.stdout.isatty():
        print("\n".join(line for row in aligned(cells, left, None) for line in row))
        return
    from rich.console import Console as RichConsole
    from rich.text import Text

    terminal = RichConsole(file=sys.stdout, highlight=False)
    head, *others = aligned(cells, left, terminal.width)
    terminal.print(Text("\n".join(head), style="bold"), soft_wrap=True)
    if others:
        print("\n".join(line for row in others for line in row))


def say_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Aligned "name  value" lines on stderr."""
    listed = list(pairs)
    width = max(len(name) for name, _ in listed)
    for name, value in listed:
        console.say(f"  {name:<{width}}  {value}")


def decibels(figure: float | None) -> str:
    """A PSNR for people: "exact" where there is no error at all, "-" where nothing is known."""
    if figure is None or math.isnan(figure):
        return "-"
    return "exact" if figure == math.inf else f"{figure:.2f} dB"


def counted(number: int, thing: str) -> str:
    """A number of things: "1 shard", "1,200 shards"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
