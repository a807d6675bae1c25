"""A pair's morph, measured at native size."""

from __future__ import annotations

import numpy as np

from inrcodec.archive import AnyArchive
from inrcodec.morph.motion_metrics import Motion, motion
from inrcodec.morph.sequence import FrameSequence, Mode, frames


def measured(archive: AnyArchive, first: int, second: int, mode: Mode, refine: bool = False) -> Motion:
    """The measures of the frames that a sequence has by default between two images."""
    image = archive[first]
    sequence = FrameSequence((first, second), (image.width, image.height), mode, refine=refine and mode == "move")
    return motion(np.stack(list(frames(archive, sequence))))
