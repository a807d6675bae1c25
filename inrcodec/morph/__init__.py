"""Between images: from two numbers and t to a picture; `sequence` strings the frames of several pairs together."""

from inrcodec.morph.pair_metrics import measured
from inrcodec.morph.sequence import MODES, FrameSequence, Mode, frames

__all__ = ["MODES", "FrameSequence", "Mode", "frames", "measured"]
