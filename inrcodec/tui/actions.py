"""What can be done on each screen, and the usual keys for it: what `[browse.keys]` may name."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding
from textual.dom import DOMNode

from inrcodec.tui.app import Browser
from inrcodec.tui.atlas import Atlas
from inrcodec.tui.detail import Detail
from inrcodec.tui.grid import Grid
from inrcodec.tui.home import Home
from inrcodec.tui.morphing import Morphing
from inrcodec.tui.neighbors import Neighbors

SCREENS: dict[str, tuple[type[DOMNode], ...]] = {
    "grid": (Home, Grid, Browser),
    "image": (Detail, Browser),
    "neighbors": (Neighbors, Grid, Browser),
    "map": (Atlas, Browser),
    "morph": (Morphing, Browser),
}


def screens() -> dict[str, dict[str, list[str]]]:
    """Keys by action by screen."""
    return {screen: _actions(nodes) for screen, nodes in SCREENS.items()}


def _actions(nodes: Iterable[type[DOMNode]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in nodes:
        for binding in Binding.make_bindings(node.BINDINGS):
            if binding.id is not None:
                found.setdefault(binding.id, []).append(binding.key)
    return found
