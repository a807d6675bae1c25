"""The codecs that Pillow brings along: PNG, JPEG, WebP and AVIF, each without metadata and on one thread."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image, features

from inrcodec.benchmark.codecs.codec import Codec, Setting
from inrcodec.numerics.arrays import BytePixels

SUBSAMPLINGS = ("4:2:0", "4:4:4")
JPEG_QUALITIES = (10, 20, 30, 45, 60, 75, 85, 92, 96)
WEBP_QUALITIES = (1, 10, 25, 45, 60, 75, 85, 92, 98)
AVIF_QUALITIES = (10, 20, 30, 40, 50, 60, 70, 80, 90)
ONE_CHANNEL = ("PNG", "JPEG")  # what is gray has one there, as any tool would write it; others predict colors well
# Judged by PSNR, every codec may tune for it. In libaom, whose default aims at what looks good, that saves some 7 %.
AVIF_TUNING: dict[str, Any] = {"codec": "aom", "advanced": {"tune": "psnr"}}


def _encoder(kind: str) -> Callable[[BytePixels, Setting], bytes]:
    def encode(pixels: BytePixels, setting: Setting) -> bytes:
        stream = io.BytesIO()
        plain = kind in ONE_CHANNEL and pixels.shape[2] == 3 and bool((pixels == pixels[..., :1]).all())
        Image.fromarray(pixels[..., 0] if plain else pixels).save(stream, kind, **setting.options)
        return stream.getvalue()

    return encode


def _decode(blob: bytes) -> BytePixels:
    with Image.open(io.BytesIO(blob)) as image:
        return np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))


def _missing(feature: str, title: str) -> Callable[[], str | None]:
    def missing() -> str | None:
        known = bool(features.check(feature))
        return None if known else f"this Pillow was built without {title}; install a Pillow wheel from PyPI"

    return missing


def _avif_missing() -> str | None:
    """Pillow's AVIF may come with another encoder than the one that is asked for; only trying tells."""
    try:
        _encoder("AVIF")(np.zeros((8, 8, 3), np.uint8), AVIF.settings[0])
    except (KeyError, ValueError, OSError):
        return "this Pillow cannot write it with libaom; install a Pillow wheel from PyPI"
    return None


def _sampled(qualities: Sequence[int], **options: Any) -> tuple[Setting, ...]:
    """Settings with chroma at half and at full resolution: two variants."""
    return tuple(
        Setting(f"{quality} {sampling}", {"quality": quality, "subsampling": sampling, **options}, sampling)
        for sampling in SUBSAMPLINGS
        for quality in qualities
    )


PNG = Codec(
    name="png",
    title="PNG",
    settings=(Setting("smallest", {"optimize": True}),),
    encode=_encoder("PNG"),
    decode=_decode,
    missing=lambda: None,
    lossless=True,
)
WEBP_LOSSLESS = Codec(
    name="webp-lossless",
    title="WebP lossless",
    settings=(Setting("method 6", {"lossless": True, "quality": 100, "method": 6}),),
    encode=_encoder("WEBP"),
    decode=_decode,
    missing=_missing("webp", "WebP"),
    lossless=True,
    longest_side=16383,
)
JPEG = Codec(
    name="jpeg",
    title="JPEG",
    settings=_sampled(JPEG_QUALITIES, optimize=True, progressive=True),
    encode=_encoder("JPEG"),
    decode=_decode,
    missing=_missing("jpg", "JPEG"),
    alpha=False,
    longest_side=65500,
)
WEBP = Codec(
    name="webp",
    title="WebP",
    settings=tuple(Setting(f"{quality}", {"quality": quality, "method": 6}) for quality in WEBP_QUALITIES),
    encode=_encoder("WEBP"),
    decode=_decode,
    missing=_missing("webp", "WebP"),
    longest_side=16383,
)
AVIF = Codec(
    name="avif",
    title="AVIF",
    settings=_sampled(AVIF_QUALITIES, speed=4, max_threads=1, autotiling=False, **AVIF_TUNING),
    encode=_encoder("AVIF"),
    decode=_decode,
    missing=_avif_missing,
    longest_side=65536,
)
