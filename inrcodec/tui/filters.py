"""Which of Textual's passes over lines are left out where lines are made of true colors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.filter import ANSIToTruecolor, LineFilter


def others_than_true_colors(filters: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """All but the one that makes true colors of named ones: over pictures it takes as long as all the rest."""
    return [one for one in filters if not isinstance(one, ANSIToTruecolor)]
