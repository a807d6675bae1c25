"""Color profiles: the numbers of a picture become those of sRGB, by LittleCMS, which Pillow comes with."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

ALIKE = 2  # levels: a profile that changes no color by more is one of the many spellings of sRGB
PROFILES = 4  # whose transforms are kept
STEPS = 6  # colors along each channel that a profile is judged by
UNREADABLE = "its color profile cannot be used: taken as sRGB"


def in_srgb(image: Image.Image) -> tuple[Image.Image, str | None]:
    """A loaded image with its colors in sRGB, and what is to be said where its profile could not be followed."""
    profile = image.info.get("icc_profile")
    if not profile:
        return image, None
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return image, "its color profile is not followed in more than 8 bits: taken as sRGB"
    try:
        return _converted(image, profile), None
    except Exception:  # a profile is a program of curves and tables, and as hostile as any
        return image, UNREADABLE


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """The image through its profile; alpha stays as it is."""
    through = _through(profile)
    mode = through.mode
    if (mode == "CMYK" and image.mode != "CMYK") or (mode == "L" and image.mode not in ("1", "L", "LA", "La")):
        raise ValueError("a profile of other channels")
    if mode == "RGB" and image.mode == "CMYK":
        raise ValueError("a profile of other channels")
    if through.changes_little:
        return image
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    plain = through(image.convert("RGBA").convert("RGB") if mode == "RGB" and alpha else image.convert(mode))
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


@dataclass(frozen=True)
class _Through:
    """A profile that pictures in a mode go through."""

    mode: str
    transform: Any
    changes_little: bool = False

    def __call__(self, picture: Image.Image) -> Image.Image:
        """A picture in that mode, in sRGB."""
        from PIL import ImageCms

        done = ImageCms.applyTransform(picture, self.transform)
        assert done is not None
        return done


@lru_cache(maxsize=PROFILES)
def _through(profile: bytes) -> _Through:
    """To make it takes longer than to decode a small picture, and the pictures of a set mostly share one."""
    from PIL import ImageCms

    known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}[known.profile.xcolor_space]
    through = _Through(mode, ImageCms.buildTransform(known, ImageCms.createProfile("sRGB"), mode, "RGB"))
    if mode != "RGB":
        return through
    return replace(through, changes_little=_changes_little(_colors(), through(_colors())))


def _colors() -> Image.Image:
    """A picture of all colors with STEPS levels in each channel."""
    steps = np.linspace(0, 255, STEPS).round().astype(np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(STEPS, -1, 3))


def _changes_little(before: Image.Image, after: Image.Image) -> bool:
    return bool(np.abs(np.asarray(before, np.int16) - np.asarray(after, np.int16)).max() <= ALIKE)
