"""Draws the README's picture of `browse` as SVG: python tools/picture_browse.py set.inr browse.svg

Then: rsvg-convert -w 1148 browse.svg -o browse.png, and that saved as docs/browse.webp.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import inrcodec
from inrcodec.tui.app import Browser

SIZE = (132, 38)  # characters
SECONDS = 3.0  # for thumbnails to arrive
CHARACTER = 12.2  # units of the SVG
LEADING = re.compile(r'(<text [^>]*?x=")([\d.]+)("[^>]*>)((?:&#160;)+)')


async def main(archive: str, picture: str) -> None:
    """Open the archive, walk a few images on, and keep the screen."""
    app = Browser(inrcodec.open(archive))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "right", "right", "right", "space", "right")
        await pilot.pause(SECONDS)
        Path(picture).write_text(LEADING.sub(shifted, app.export_screenshot()), "utf-8")


def shifted(text: re.Match[str]) -> str:
    """Spaces at the start of a text as a shift of it: some renderers drop them."""
    start, x, rest, spaces = text.groups()
    return f"{start}{float(x) + spaces.count('&#160;') * CHARACTER:.1f}{rest}"


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
