"""A report of several files: each figure of every file, with mean and standard deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inrcodec.cli.console import print_csv, print_json, print_table
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive


def refuse_for_several(options: dict[str, str | None]) -> None:
    """UsageError where an option that is given makes sense of one file alone."""
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise UsageError(f"{given[0]} is for one file; give a single .inr file")


def print_side_by_side(archives: Sequence[AnyArchive], *, json: bool, csv: bool) -> None:
    """Print whole files side by side, as a table, JSON or CSV."""
    from inrcodec.evaluate import evaluate
    from inrcodec.evaluate.several import side_by_side

    spreads = side_by_side([evaluate(archive) for archive in archives])
    files = [archive.called for archive in archives]
    headings = ("figure", *files, "mean", "deviation")
    if json:
        print_json({"files": files, "figures": spreads})
    elif csv:
        rows = [(one.figure, *one.values, one.mean, one.deviation) for one in spreads]
        print_csv(headings, rows)
    else:
        shown = [(one.figure, *map(_figure, (*one.values, one.mean, one.deviation))) for one in spreads]
        print_table(headings, shown, left=(0,))


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
