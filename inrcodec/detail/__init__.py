"""Enlarging by a local implicit function: a small network, shipped with the package, draws what lies between pixels."""

from __future__ import annotations

from inrcodec.detail.blocks import blocks
from inrcodec.detail.drawing import enlarge

__all__ = ["blocks", "enlarge"]
