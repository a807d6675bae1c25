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
    # a=T transmit and show, C=1 leave the cursor
    return _transmit(levels, f"a=T,f=100,i={number},p=1,c={cells[0]},r={cells[1]},C=1")


def hand_over(levels: Levels, number: int) -> str:
    """What makes the terminal keep the pixels, to be placed as often as one likes."""
    return _transmit(levels, f"a=t,f=100,i={number}")


def place(number: int, cells: tuple[int, int], band: tuple[int, int, int]) -> str:
    """What shows kept pixels at the cursor, over so many columns and lines; where they were before they are no more.

    band: the width of the picture, the first row of it that is shown, and how many, in pixels.
    """
    width, top, height = band
    return f"\x1b_Ga=p,i={number},p=1,x=0,y={top},w={width},h={height},c={cells[0]},r={cells[1]},C=1,q=2\x1b\\"


def lift(number: int) -> str:
    """What takes the picture away; its pixels are kept."""
    return f"\x1b_Ga=d,d=i,i={number},q=2\x1b\\"


def _transmit(levels: Levels, keys: str) -> str:
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "PNG", compress_level=2)
    payload = standard_b64encode(stream.getvalue()).decode("ascii")
    parts = [payload[start : start + CHUNK] for start in range(0, len(payload), CHUNK)]
    commands = []
    for number, part in enumerate(parts):
        more = int(number < len(parts) - 1)
        # f=100 PNG, q=2 answer nothing: answers would be read as keys
        commands.append(f"\x1b_G{f'{keys},' if number == 0 else ''}q=2,m={more};{part}\x1b\\")
    return "".join(commands)


def erase(number: int) -> str:
    """What takes the picture away and frees it."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
