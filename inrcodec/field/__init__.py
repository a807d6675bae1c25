"""The continuous function: one SIREN for the set, told by a conditioning which image to draw; never trains."""

from __future__ import annotations

from inrcodec.field.field import Field

__all__ = ["Field"]
