"""Travelling between images: from two numbers and t to a picture; `tour` strings frames together."""

from inrcodec.morph.measures import measured
from inrcodec.morph.tour import MODES, Mode, Tour, frames

__all__ = ["MODES", "Mode", "Tour", "frames", "measured"]
