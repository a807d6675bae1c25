"""Pixels by kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol): PNG, placed by hand.

Placed at the cursor, not by placeholder characters: those are known to kitty and Ghostty only, this also to WezTerm
and Konsole. The picture lies above the text until it is erased.
"""

from __future__ import annotations

import io
from base64 import standard_b64encode

from PIL import Image

from inrcodec.tui.halfblocks import Levels

STAYS = True  # when text is written below
SCALES = True  # to the cells it is given
CHUNK = 4096  # base64 characters in one command, as the protocol allows


def draw(levels: Levels, cells: tuple[int, int], number: int) -> str:
    """What makes the terminal show the pixels over so many columns and lines, right and down of the cursor."""
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "PNG", compress_level=2)
    payload = standard_b64encode(stream.getvalue()).decode("ascii")
    parts = [payload[start : start + CHUNK] for start in range(0, len(payload), CHUNK)]
    # a=T transmit and show, f=100 PNG, C=1 leave the cursor, q=2 answer nothing: answers would be read as keys
    keys = f"a=T,f=100,i={number},p=1,c={cells[0]},r={cells[1]},C=1,q=2,"
    commands = []
    for place, part in enumerate(parts):
        more = int(place < len(parts) - 1)
        commands.append(f"\x1b_G{keys if place == 0 else 'q=2,'}m={more};{part}\x1b\\")
    return "".join(commands)


def erase(number: int) -> str:
    """What takes the picture away and frees it."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
