"""Rows of figures as CSV, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from inrcodec.bitstream.escaping import to_cell


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table with a heading line; None becomes an empty cell, and text cannot become a spreadsheet's formula."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return to_cell(value)
    return "" if value is None else value
