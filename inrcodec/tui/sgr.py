"""The same screen in fewer bytes: what a terminal was told of colors already is not said again.

Textual ends every piece of text with a reset and starts the next one anew, 43 bytes for a half block. Within a row of
pieces the terminal's state is known, so what stays as it is can be left out (ECMA-48, select graphic rendition).
"""

from __future__ import annotations

import re
from functools import lru_cache

MOVE = re.compile(r"(\x1b\[\d+;\d+H)")
COLOR = r"(?:2;\d+;\d+;\d+|5;\d+)"
PIECE = re.compile(rf"\x1b\[(38;{COLOR})?;?(48;{COLOR})?m([^\x1b]+)\x1b\[0m")  # nothing but colors around a text
RESET = "\x1b[0m"


def shortened(words: str) -> str:
    """What does the same to a terminal that has no colors set before."""
    return "".join(map(_part, MOVE.split(words))) if MOVE.search(words) else _shortened(words)


@lru_cache(maxsize=4096)  # a morph of 256 lines twice that many pixels has 3,200, and plays there and back
def _part(words: str) -> str:
    """Of what stands between two moves of the cursor: a screen that scrolls says most of it again."""
    return _shortened(words)


def _shortened(words: str) -> str:
    parts: list[str] = []
    end, foreground, background = 0, "", ""  # as the terminal has them; empty: its own
    for found in PIECE.finditer(words):
        color, ground, text = found[1] or "", found[2] or "", found[3]
        unseen = not text.strip(" ")  # spaces show no foreground
        stale = (foreground and not color and not unseen) or (background and not ground)
        if stale or (found.start() != end and (foreground or background)):
            parts.append(RESET)
            foreground = background = ""
        parts.append(words[end : found.start()])
        said = [color] if color != foreground and not unseen else []
        said += [ground] if ground != background else []
        parts.append(f"\x1b[{';'.join(said)}m{text}" if said else text)
        end = found.end()
        foreground, background = foreground if unseen else color, ground
    if foreground or background:
        parts.append(RESET)
    parts.append(words[end:])
    return "".join(parts)
