"""What inrcodec is compared with: image codecs of the usual kind, and the usual ways to enlarge a picture."""

from __future__ import annotations

from inrcodec.benchmark.codecs import jpegxl, pillow
from inrcodec.benchmark.codecs.enlarge import KERNELS, enlarged
from inrcodec.benchmark.codecs.rival import Levels, Rival, Setting

__all__ = ["KERNELS", "RIVALS", "Levels", "Rival", "Setting", "enlarged"]

RIVALS: tuple[Rival, ...] = (
    pillow.PNG,
    pillow.WEBP_LOSSLESS,
    jpegxl.JPEG_XL_LOSSLESS,
    pillow.JPEG,
    pillow.WEBP,
    pillow.AVIF,
    jpegxl.JPEG_XL,
)
