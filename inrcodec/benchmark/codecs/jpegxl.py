"""JPEG XL, which Pillow lacks: libjxl as wrapped by imagecodecs, the extra `codecs`."""

from __future__ import annotations

import numpy as np

from inrcodec.benchmark.codecs.codec import Codec, Setting
from inrcodec.numerics.arrays import BytePixels

DISTANCES = (15.0, 10.0, 7.0, 5.0, 3.5, 2.5, 1.75, 1.2, 0.8, 0.5, 0.3, 0.15)


def _encode(pixels: BytePixels, setting: Setting) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.jpegxl_encode(pixels, effort=7, usecontainer=False, numthreads=1, **setting.options))


def _decode(blob: bytes) -> BytePixels:
    import imagecodecs

    return np.asarray(imagecodecs.jpegxl_decode(blob, numthreads=1), dtype=np.uint8)


def _missing() -> str | None:
    try:
        import imagecodecs
    except ImportError:
        return "it needs imagecodecs; install it with: pip install 'inrcodec[codecs]'"
    return None if imagecodecs.JPEGXL.available else "this imagecodecs was built without it; install a wheel from PyPI"


JPEG_XL = Codec(
    name="jxl",
    title="JPEG XL",
    settings=tuple(Setting(f"distance {distance:g}", {"distance": distance}) for distance in DISTANCES),
    encode=_encode,
    decode=_decode,
    missing=_missing,
)
JPEG_XL_LOSSLESS = Codec(
    name="jxl-lossless",
    title="JPEG XL lossless",
    settings=(Setting("effort 7", {"lossless": True}),),
    encode=_encode,
    decode=_decode,
    missing=_missing,
    lossless=True,
)
