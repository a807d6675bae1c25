"""Draws a few tiny pictures, encodes them into the .inr files of this folder and keeps what they decode to.

Run it after a change of the format, from the repository's root: python tests/golden/make.py [NAME...]

    pyramid-rgb.inr   the levels that `encode` takes: five pictures of four sizes, a tenth of the pixels held out, then
                      released
    pyramid-rgba.inr  other settings: alpha, 2 x 2 points per pixel, three layers, no global code, strict hold-out
    grid.inr          the conditioning without latents
    binary.inr, bottleneck.inr, latent.inr, hypernetwork.inr
                      the others, each with another activation or shape of the network
    smooth.inr        drawings in frames of their own
    ends.inr          pyramid-rgba.inr with its ends of the scale met
    ends-white.inr    smooth.inr likewise, but in the first image what is nearly white stays so
    encoder.inr       codes that an encoder found, and the encoder
    gray.inr          one channel
    references.inr    five pictures that differ in a spot, coded from one another, and one of another size
    *.npz             what each file decodes to, 8 bits, colours premultiplied: `native0`, `native1`, ... and
                      `enlarged`, image 1 at 40 x 23 pixels

manifest-1.parquet is never made anew: version 1 of the manifest of a collection, 1,300 made-up rows, as the code of
commit 4470d7b wrote it, the last that knew no other version. tests/archive/test_manifest_names.py says what is in it.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inrcodec.archive import Archive
from inrcodec.bitstream.container import ENDS, REFERENCES, Chunk, read_chunks, write_chunks
from inrcodec.bitstream.ends import Ends, encode_ends
from inrcodec.encoding.assemble import assemble
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.resolve import fit_settings
from inrcodec.encoding.start import base_table, guesses
from inrcodec.fitting.engine import Fit
from inrcodec.images import Picture
from inrcodec.settings import Architecture, Level, ModelSettings

HERE = Path(__file__).parent
SIZES = [(12, 12), (16, 8), (9, 14), (12, 12), (1, 5)]  # height, width
LARGE_IMAGE, LARGE = 1, (40, 23)  # height, width
COMMON = {"effort": 1, "quality": 60, "threads": 1, "device": "cpu", "seed": 5}

CODE = (Level(31, 6),)
ENDS_MET = {
    "ends": ("pyramid-rgba", Ends(12)),
    "ends-white": ("smooth", Ends(16, (False, *[True] * (len(SIZES) - 1)))),
}

FILES: dict[str, tuple[int, ModelSettings, EncodeOptions]] = {
    "pyramid-rgb": (3, ModelSettings(hidden_width=12, context_width=8), EncodeOptions(**COMMON)),
    "pyramid-rgba": (
        4,
        ModelSettings("pyramid", 10, 3, 2, (Level(4, 2), Level(2, 1), Level(0, 2)), 6),
        EncodeOptions(**COMMON, holdout=0.2, holdout_mode="strict"),
    ),
    "base": (3, ModelSettings(), EncodeOptions(**COMMON, start="none")),
    "guess": (4, ModelSettings(), EncodeOptions(**COMMON, start="guess")),
    "grid": (3, ModelSettings("grid", 24, 3, 1, (), 1), EncodeOptions(**COMMON, holdout=0.0)),
    "binary": (4, ModelSettings("binary", 20, 2, 2, (), 1, Architecture("relu-pe")), EncodeOptions(**COMMON)),
    "bottleneck": (
        3,
        ModelSettings("bottleneck", 24, 5, 1, (), 1, Architecture(bottleneck=8)),
        EncodeOptions(**COMMON),
    ),
    "latent": (3, ModelSettings("latent", 16, 3, 1, CODE, 1, Architecture("tanh", w0=10)), EncodeOptions(**COMMON)),
    "hypernetwork": (
        4,
        ModelSettings("hypernetwork", 8, 2, 1, CODE, 1, Architecture(head_width=6)),
        EncodeOptions(**COMMON),
    ),
    "gray": (1, ModelSettings(hidden_width=12, context_width=8), EncodeOptions(**COMMON)),
    "encoder": (4, ModelSettings("hypernetwork", 8, 2, 1, CODE, 1), EncodeOptions(**COMMON, keep_encoder=True)),
    "smooth": (4, ModelSettings("hypernetwork", 8, 2, 1, CODE, 1, space="smooth"), EncodeOptions(**COMMON)),
}


def picture(number: int, channels: int, space: str = "plain") -> Picture:
    """A slanted wave of its own colour with a disc in it; with alpha, what lies outside the disc is half clear.

    For a space with poses, a drawing on white: a slanted lens of that wave.
    """
    height, width = SIZES[number]
    rows, columns = np.mgrid[0:height, 0:width] / 12
    waves = [0.5 + 0.4 * np.sin(number + 2 * k + (3 - k) * rows + (1 + k) * columns) for k in range(3)]
    disc = np.hypot(rows - 0.5, columns - 0.45) < 0.35
    colours = np.where(disc[..., None], np.array([0.9, 0.8, 0.1 * number]), np.stack(waves, axis=-1))
    if space == "smooth":
        lens = np.hypot(rows - 0.6 + 0.1 * number, 2 * (columns - 0.5 - 0.3 * rows)) < 0.35
        colours = np.where(lens[..., None], np.stack(waves, axis=-1), 1.0)
    if channels == 4:
        alpha = np.where(disc, 1.0, 0.5)[..., None]
        colours = np.concatenate([colours * alpha, alpha], axis=-1)
    if channels == 1:
        colours = colours.mean(axis=-1, keepdims=True)
    return Picture(f"wave-{number}.png", np.rint(colours * 255).astype(np.float32) / np.float32(255), 0)


def encoded(channels: int, model: ModelSettings, options: EncodeOptions) -> bytes:
    """A file of all pictures."""
    pictures = [picture(number, channels, model.space) for number in range(len(SIZES))]
    table = base_table(options, model, channels)
    settings = replace(fit_settings(options, pictures), base=table, guess=guesses(options, table, math.inf, 0.0))
    fit = Fit([drawn.stored for drawn in pictures], model, settings)
    for _ in fit.steps():
        pass
    return assemble(pictures, model, settings.holdout, fit.finish())


def related() -> bytes:
    """A file of pictures that are like one another."""
    first, other, pictures = picture(0, 3), picture(4, 3), []
    for number in range(5):
        pixels = first.pixels.copy()
        pixels[2 * number : 2 * number + 2, 2 : 3 + 2 * number] = 0.2 * number
        pictures.append(Picture(f"spot-{number}.png", pixels, 0))
    pictures.insert(2, other)
    settings = fit_settings(EncodeOptions(**COMMON, holdout=0.0), pictures)
    model = ModelSettings(hidden_width=12, context_width=8)
    fit = Fit([drawn.stored for drawn in pictures], model, settings)
    for _ in fit.steps():
        pass
    blob = assemble(pictures, model, settings.holdout, fit.finish())
    assert any(chunk.kind == REFERENCES for chunk in read_chunks(blob))
    return blob


def with_ends(name: str, ends: Ends) -> bytes:
    """A file of this folder, and the chunk that says how near to the ends of the scale is near."""
    head, *others = read_chunks((HERE / f"{name}.inr").read_bytes())
    return write_chunks([head, Chunk(ENDS, encode_ends(ends)), *others])


def grey_levels(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Colours as 8 bits."""
    return np.rint(pixels * 255).astype(np.uint8)


def main() -> None:
    """Make every file anew, or the named ones."""
    for name in sys.argv[1:] or (*FILES, *ENDS_MET, "references"):
        if name == "references":
            blob = related()
        else:
            blob = with_ends(*ENDS_MET[name]) if name in ENDS_MET else encoded(*FILES[name])
        archive = Archive.from_bytes(blob)
        expected = {f"native{image.number}": grey_levels(image.render_stored()) for image in archive}
        expected["enlarged"] = grey_levels(archive[LARGE_IMAGE].render_stored(LARGE[::-1], upsample="field"))
        (HERE / f"{name}.inr").write_bytes(blob)
        np.savez_compressed(HERE / f"{name}.npz", **expected)
        means = ", ".join(f"{figure} {mean:.1f}" for figure, mean in archive.means.items())
        print(f"{name}.inr: {len(blob)} bytes, {means}")


if __name__ == "__main__":
    main()
