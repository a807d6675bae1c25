"""What is left of Textual's passes over lines where all of a line is made by the widget, in true colors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


def others_than_true_colors(filters: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """All but the one that makes true colors of named ones: over pictures it takes as long as all the rest."""
    return [one for one in filters if not isinstance(one, ANSIToTruecolor)]


def finished(widget: Widget, strips: list[Strip], crop: Region) -> list[Strip]:
    """Whole lines of a widget as it hands them over; those that are the same as before keep what was made of them."""
    background = widget.background_colors[1]
    for line_filter in widget.get_line_filters():
        strips = [strip.apply_filter(line_filter, background) for strip in strips]
    if crop.column_span == (0, widget.size.width):
        return strips
    return [strip.crop(*crop.column_span) for strip in strips]
