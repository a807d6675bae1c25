"""What inrcodec is compared with: image codecs of the usual kind, and the usual ways to enlarge a picture."""

from __future__ import annotations

from inrcodec.benchmark.codecs import jpegxl, pillow
from inrcodec.benchmark.codecs.codec import Codec, Setting
from inrcodec.benchmark.codecs.enlarge import KERNELS, enlarged

__all__ = ["CODECS", "KERNELS", "Codec", "Setting", "enlarged"]

CODECS: tuple[Codec, ...] = (
    pillow.PNG,
    pillow.WEBP_LOSSLESS,
    jpegxl.JPEG_XL_LOSSLESS,
    pillow.JPEG,
    pillow.WEBP,
    pillow.AVIF,
    jpegxl.JPEG_XL,
)
