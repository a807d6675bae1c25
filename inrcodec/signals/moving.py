"""Whether a picture file moves."""

from __future__ import annotations

from pathlib import Path


def is_moving(path: Path) -> bool:
    """Whether it has several frames; False for what cannot be read."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            return bool(getattr(image, "n_frames", 1) > 1)
    except Exception:  # hostile bytes make Pillow's readers raise nearly anything; whoever reads the file will say it
        return False
