"""Shapes that come in: oriented points, or meshes that are sampled as such, and how far anywhere is from them."""

from inrcodec.signals.shape.files import read_shape
from inrcodec.signals.shape.surface import Surface

__all__ = ["Surface", "read_shape"]
