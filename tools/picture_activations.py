"""One photograph under sines and under rectified units: picture_activations.py PHOTO PICTURE [--save FITS].

Fits the photograph after 5 passes of each and after 300 of the rectified units (a quarter of an hour on one core), with
networks of one size, each pass in 64 steps; prints PSNR as read back from the files and draws them side by side. Fits
that lie in FITS already are not made again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import inrcodec
from inrcodec.archive import Archive

SIZE = {"conditioning": "grid", "width": "256", "depth": 4, "holdout": 0}
FITS = {"sine-5": ("sine", 5), "relu-5": ("relu", 5), "relu-300": ("relu", 300)}
SINE_W0 = 200
CAPTION = 22  # pixels


def main() -> None:
    """Fit what is missing, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--save", type=Path, default=Path("fits"))
    parser.add_argument("--w0", type=int, default=SINE_W0, help="of the sines")
    asked = parser.parse_args()
    asked.save.mkdir(exist_ok=True)
    panels = [("original", np.asarray(Image.open(asked.photo).convert("RGB")))]
    for name, (activation, passes) in FITS.items():
        archive = fitted(asked.photo, asked.save / f"{asked.photo.stem}-{name}.inr", activation, passes, asked.w0)
        caption = f"{activation}, {passes} passes: {archive.means['psnr']:.1f} dB"
        print(caption, flush=True)
        panels.append((caption, np.rint(archive[0].render() * 255).astype(np.uint8)))
    drawn(panels).save(asked.picture, quality=90)


def fitted(photo: Path, path: Path, activation: str, passes: int, w0: int) -> Archive:
    """The file of a fit, made now or before."""
    if not path.exists():
        inrcodec.encode(photo, path, activation=activation, passes=passes, w0=w0, **SIZE)
    return inrcodec.open(path)


def drawn(panels: list[tuple[str, np.ndarray]]) -> Image.Image:
    """Pictures of one size in a row, each below its caption."""
    height, width = panels[0][1].shape[:2]
    sheet = Image.new("RGB", (len(panels) * (width + 8) - 8, height + CAPTION), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for place, (caption, pixels) in enumerate(panels):
        pen.text((place * (width + 8) + 2, 2), caption, "black", font)
        sheet.paste(Image.fromarray(pixels), (place * (width + 8), CAPTION))
    return sheet


if __name__ == "__main__":
    main()
