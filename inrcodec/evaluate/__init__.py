"""What `report` says: figures stored in a file, measured again from originals, and several files side by side."""

from __future__ import annotations

from inrcodec.evaluate.figures import ImageReport, Report, evaluate

__all__ = ["ImageReport", "Report", "evaluate"]
