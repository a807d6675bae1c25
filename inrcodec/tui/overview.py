"""A small picture of the whole in a corner of an enlarged part, with a frame around what is seen."""

from __future__ import annotations

import numpy as np

from inrcodec.archive import ArchivedImage
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.halfblocks import Levels, fitted, levels_of
from inrcodec.tui.viewport import Extent, Viewport

SHARE = 6  # of the shorter side of the part
LEAST = 8  # pixels along the longer side; in a part too small for that there is none
FRAME = (255, 196, 0)


def with_overview(part: Levels, image: ArchivedImage, viewport: Viewport, extent: Extent, backdrop: Backdrop) -> Levels:
    """The part (height, width, 3) with the whole image in its lower right corner."""
    side = min(part.shape[:2]) // SHARE
    if side < LEAST:
        return part
    width, height = fitted(image.width, image.height, side, side // 2)
    small = levels_of(image.render_stored((width, height)), backdrop)
    _frame(small, viewport, extent)
    drawn = part.copy()
    drawn[-height - 1 :, -width - 1 :] = backdrop.ground
    drawn[-height:, -width:] = small
    return drawn


def _frame(small: Levels, viewport: Viewport, extent: Extent) -> None:
    height, width = small.shape[:2]
    (left, right), (top, bottom) = (
        (
            int(np.clip(round((at - seen + 1) / 2 * side), 0, side - 1)),
            int(np.clip(round((at + seen + 1) / 2 * side) - 1, 0, side - 1)),
        )
        for at, seen, side in ((viewport.x, extent[0], width), (viewport.y, extent[1], height))
    )
    small[top, left : right + 1] = small[bottom, left : right + 1] = FRAME
    small[top : bottom + 1, left] = small[top : bottom + 1, right] = FRAME
