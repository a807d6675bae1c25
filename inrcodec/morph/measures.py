"""A pair's morph, measured at native size."""

from __future__ import annotations

import numpy as np

from inrcodec.archive import Archive
from inrcodec.morph.motion import Motion, motion
from inrcodec.morph.tour import Mode, Tour, frames


def measured(archive: Archive, first: int, second: int, mode: Mode, refine: bool = False) -> Motion:
    """The measures of the frames that a tour has by default between two images."""
    image = archive[first]
    tour = Tour((first, second), (image.width, image.height), mode, refine=refine and mode == "move")
    return motion(np.stack(list(frames(archive, tour))))
