"""`binary` through a narrow middle layer: what the network must know of a place in an image has to pass there.

The code of an image is the mean of the middle layer's activations over the image. Activations, not codes, are decoded:
a morph goes through the activations between those of two images at the same place.
"""

from __future__ import annotations

from inrcodec.field.conditioning.binary import feed, labels, specs

__all__ = ["feed", "labels", "specs"]
