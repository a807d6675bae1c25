"""Would a sheet of the same pictures be smaller than the file? Answered in a second or two, by a sample of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inrcodec.benchmark.codecs.codec import Codec, Setting
from inrcodec.benchmark.codecs.pillow import AVIF, AVIF_TUNING, PNG, WEBP_LOSSLESS
from inrcodec.benchmark.compare.sheet import cut, plan_tiles, tiled
from inrcodec.benchmark.pixels import mean_psnr, opaque, straight_bytes, with_channels
from inrcodec.errors import Message
from inrcodec.images import Picture
from inrcodec.numerics.arrays import BytePixels

SAMPLE_PIXELS = 1 << 17  # that a second is enough for
QUICK_WEBP = Setting("quick", {"lossless": True, "quality": 50, "method": 4})  # 3 % larger than the best, in a 40th
FIRST_QUALITY, TRIES, CLOSE = 60, 4, 0.5  # of AVIF; dB from the PSNR that is asked for
QUALITIES_PER_DECIBEL, MOST_DECIBELS = 3.0, 10.0  # about; of one step
LEAST_GAIN = 0.97  # of the file's size: what is closer is within chance


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Bytes of a lossless sheet, and of an AVIF sheet at the file's PSNR; None where that was not found out.

    sampled: whether they are estimates, by some of the pictures.
    """

    lossless_sheet: int | None
    lossless_codec: str
    avif_sheet: int | None
    sampled: bool

    def notes(self, size: int) -> Iterator[Message]:
        """What would be smaller than a file of that size."""
        about = "about " if self.sampled else ""
        if self.lossless_sheet is not None and self.lossless_sheet < LEAST_GAIN * size:
            yield Message(
                f"a lossless {self.lossless_codec} sheet of these pictures would be smaller: {about}"
                f"{self.lossless_sheet:,} bytes"
            )
        elif self.avif_sheet is not None and self.avif_sheet < LEAST_GAIN * size:
            yield Message(
                f"one AVIF sheet of them at this PSNR would be smaller: about {self.avif_sheet:,} bytes, if it need "
                "not give back single images, other sizes or neighbors"
            )


def verdict_on(pictures: Sequence[Picture], psnr: float, seconds: float) -> Verdict:
    """Try sheets for about so many seconds; psnr: of the file, in dB."""
    started = time.monotonic()
    wanted = SAMPLE_PIXELS * min(1.0, seconds)
    count = max(1, min(len(pictures), int(wanted * len(pictures) / _pixels(pictures))))
    few = [pictures[int(number)] for number in np.linspace(0, len(pictures) - 1, count).round()]
    if _pixels(few) > 4 * SAMPLE_PIXELS:  # one large picture, say: a sheet of it is a file of it
        return Verdict(lossless_sheet=None, lossless_codec="", avif_sheet=None, sampled=True)
    scale = _pixels(pictures) / _pixels(few)
    layout = plan_tiles([straight_bytes(picture) for picture in few])
    sheet = opaque(tiled([straight_bytes(picture) for picture in few], layout))
    sizes = {"PNG": len(PNG.encode(sheet, PNG.settings[0]))}
    if not WEBP_LOSSLESS.missing() and max(sheet.shape) <= WEBP_LOSSLESS.longest_side:
        sizes["WebP"] = len(WEBP_LOSSLESS.encode(sheet, QUICK_WEBP))
    best = min(sizes, key=lambda name: sizes[name])
    avif = None
    if np.isfinite(psnr) and not AVIF.missing() and time.monotonic() < started + seconds:
        avif = _at(AVIF, few, sheet, psnr, started + seconds)
    return Verdict(
        lossless_sheet=round(sizes[best] * scale),
        lossless_codec=best,
        avif_sheet=None if avif is None else round(avif * scale),
        sampled=len(few) < len(pictures),
    )


def _at(codec: Codec, pictures: Sequence[Picture], sheet: BytePixels, psnr: float, deadline: float) -> float | None:
    """Bytes of a sheet with that mean PSNR, from the tries that time allows; None where they end too far from it."""
    quality, points = FIRST_QUALITY, list[tuple[float, int]]()
    layout = plan_tiles([straight_bytes(picture) for picture in pictures])
    for _ in range(TRIES):
        begun = time.monotonic()
        options = {"quality": quality, "subsampling": "4:4:4", "speed": 6, "max_threads": 1, **AVIF_TUNING}
        blob = codec.encode(sheet, Setting("quick", options))
        back = with_channels(codec.decode(blob), pictures[0].shape[2])
        found = mean_psnr(pictures, cut(back, layout, [picture.shape[:2] for picture in pictures]))
        points.append((found, len(blob)))
        step = round(QUALITIES_PER_DECIBEL * max(psnr - found, -MOST_DECIBELS))  # what comes back exactly is far above
        ended = time.monotonic()
        if abs(psnr - found) < CLOSE or step == 0 or 2 * ended - begun > deadline or quality + step > 100:
            break
        quality = max(1, quality + step)
    points.sort()
    known = [point for point in points if np.isfinite(point[0])]
    if not known:
        return float(min(size for _, size in points))  # more than was asked for, in so many bytes
    if min(abs(one - psnr) for one, _ in known) > 3.0:
        return None
    if len(known) == 1 or not known[0][0] <= psnr <= known[-1][0]:
        nearest = min(known, key=lambda point: abs(point[0] - psnr))
        return float(nearest[1] * 10 ** (0.05 * (psnr - nearest[0])))  # 12 % a dB
    return float(np.exp(np.interp(psnr, [one for one, _ in known], np.log([size for _, size in known]))))


def _pixels(pictures: Sequence[Picture]) -> int:
    return sum(picture.shape[0] * picture.shape[1] for picture in pictures)
