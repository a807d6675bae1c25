"""Pictures with words below them, at a size at which one can see both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.exporters.levels import AnyPixels, as_bytes, on_white
from inrcodec.exporters.naming import displayed
from inrcodec.numerics.arrays import BytePixels, Pixels

LEAST_SIDE = 112  # pixels of a picture's longer side: room for a dozen letters
MOST_LETTERS = 80
FONT, LINE, MARGIN = 11, 14, 4  # pixels


def caption_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) at which a picture of that size is drawn above its caption: at least LEAST_SIDE long."""
    scale = max(1.0, LEAST_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def enlarged(picture: Pixels) -> Pixels:
    """Every pixel as often as it takes for the longer side to be LEAST_SIDE long."""
    times = max(1, -(-LEAST_SIDE // max(picture.shape[:2])))
    return np.repeat(np.repeat(picture, times, axis=0), times, axis=1)


def caption_height(lines: int) -> int:
    """Rows of pixels that lines of text take below a picture."""
    return 2 * MARGIN + LINE * lines


def captioned(picture: AnyPixels, lines: Sequence[str], width: int) -> BytePixels:
    """A picture (height, width, 3 or 4) over lines of text, on white: (height + text, width, 3) in 8 bits.

    What is wider than the picture is cut short in its middle.
    """
    from PIL import Image, ImageDraw, ImageFont

    shown = on_white(picture) if picture.shape[2] == 4 else as_bytes(picture)
    height = shown.shape[0]
    sheet = np.full((height + caption_height(len(lines)), width, 3), 255, np.uint8)
    left = (width - shown.shape[1]) // 2
    sheet[:height, left : left + shown.shape[1]] = shown
    image = Image.fromarray(sheet)
    drawing, font = ImageDraw.Draw(image), ImageFont.load_default(FONT)
    for number, line in enumerate(lines):
        whole = displayed(line)
        text, keep = whole, min(len(whole), MOST_LETTERS)
        while keep > 1 and drawing.textlength(text, font=font) > width:
            keep -= 1
            text = f"{whole[: (keep + 1) // 2]}...{whole[len(whole) - keep // 2 :]}"
        drawing.text((1, height + MARGIN + LINE * number), text, fill=(60, 60, 60), font=font)
    return np.asarray(image)
