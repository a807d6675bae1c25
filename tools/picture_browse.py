"""Draws the README's picture of `browse` as SVG: python tools/picture_browse.py set.inr docs/browse.svg"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import inrcodec
from inrcodec.tui.app import Browser

SIZE = (132, 38)  # characters
SECONDS = 3.0  # for thumbnails to arrive


async def main(archive: str, picture: str) -> None:
    """Open the archive, walk a few images on, and keep the screen."""
    app = Browser(inrcodec.open(archive))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "right", "right", "right", "space", "right")
        await pilot.pause(SECONDS)
        Path(picture).write_text(app.export_screenshot(), "utf-8")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
