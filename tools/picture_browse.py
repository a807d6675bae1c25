"""Draws the README's pictures of `browse` as SVG: python tools/picture_browse.py set.inr folder

Then, for each: rsvg-convert -w 1148 grid.svg -o grid.png; the first is docs/browse.webp, the others in a row
docs/browse-screens.webp.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import inrcodec
from inrcodec.tui.app import Browser
from inrcodec.tui.preferences import Preferences

PATIENCE = 30.0  # seconds for thumbnails to arrive
CHARACTER = 12.2  # units of the SVG
LEADING = re.compile(r'(<text [^>]*?x=")([\d.]+)("[^>]*>)((?:&#160;)+)')
LENGTH = re.compile(r'textLength="([\d.]+)"')
SCREENS: dict[str, tuple[tuple[int, int], str]] = {  # size in characters, keys
    "grid": ((132, 38), "s s home down right space right"),
    "detail": ((84, 26), "down right enter plus plus"),
    "neighbors": ((84, 26), "down right minus n"),
    "map": ((84, 26), "a"),
}


async def main(archive: str, folder: str) -> None:
    """Open the archive for every screen, press its keys, and keep what is to be seen."""
    for name, (size, keys) in SCREENS.items():
        app = Browser(inrcodec.open(archive), preferences=Preferences("textual-dark", "theme"))
        async with app.run_test(size=size) as pilot:
            await pilot.press(*keys.split())
            for _ in range(round(PATIENCE / 0.1)):
                await pilot.pause(0.1)
                if app.loader.idle:
                    break
            await pilot.pause(0.5)
            path = Path(folder) / f"{name}.svg"
            path.write_text(LEADING.sub(shifted, app.export_screenshot(title=f"browse: {name}")), "utf-8")


def shifted(text: re.Match[str]) -> str:
    """Spaces at the start of a text as a shift of it: some renderers drop them."""
    start, x, rest, spaces = text.groups()
    width = spaces.count("&#160;") * CHARACTER
    rest = LENGTH.sub(lambda found: f'textLength="{max(0.1, float(found[1]) - width):.1f}"', rest)
    return f"{start}{float(x) + width:.1f}{rest}"


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
