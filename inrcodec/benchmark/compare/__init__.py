"""What `compare` says: inrcodec and the usual image codecs on one set of images, every byte counted.

From pictures to verdict in `compare`: fits of inrcodec (`fits`, measured by `archives`), image codecs (`baselines`) on
separate files and on one sheet (`packings`), one against the other (`standings`), and references (`enlarging`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from inrcodec.benchmark.compare.archives import images_of, measure_fit
from inrcodec.benchmark.compare.baselines import codecs_named, measure_codecs
from inrcodec.benchmark.compare.enlarging import enlarge
from inrcodec.benchmark.compare.results import Comparison, Contender, Point, Standing, ranked
from inrcodec.benchmark.compare.standings import standing
from inrcodec.benchmark.fits import existing, fit_quality, make_folder
from inrcodec.benchmark.references import find_pairs
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import count_pixels, read_pictures

__all__ = ["QUALITIES", "Comparison", "Contender", "Point", "Standing", "Step", "compare"]

QUALITIES = (20.0, 40.0, 60.0, 80.0)
NOTHING_HELD_OUT = EncodeOptions(holdout=0.0)


def compare(
    sources: Sources,
    *,
    options: EncodeOptions = NOTHING_HELD_OUT,
    qualities: Sequence[float] = QUALITIES,
    archives: Sequence[str | Path] = (),
    codecs: Sequence[str] | None = None,
    reference: str | Path | None = None,
    save: str | Path | None = None,
    on_step: OnStep = lambda step: None,
) -> Comparison:
    """Compare inrcodec with image codecs on these pictures, every byte counted.

    Raises UsageError where files, references or names do not go with the pictures, and what `encode` raises.

    sources: folders, image files or globs.
    options (EncodeOptions): of every fit; its quality aside. Default: the usual ones with no pixel held out.
    qualities (Sequence[float]): fit once for each, 0 to 100. Default 20, 40, 60, 80.
    archives (Sequence[str | Path]): .inr files of the same pictures, which join in. Default none.
    codecs (Sequence[str] | None): names among `benchmark.codecs.CODECS`. Default None: all.
    reference (str | Path | None): a folder of the same pictures in high resolution, found by name: decoding at their
        size is measured too. Default None.
    save (str | Path | None): keep fits in this folder, and take from there what is there. Default None: no folder.
    on_step (Callable[[Step], None]): called at every step. Default: nothing.
    """
    against = codecs_named(codecs)
    found = read_pictures(sources, options)
    pictures = found.pictures
    pairs, notes = find_pairs(reference, pictures, options.background) if reference is not None else ((), ())
    for path in archives:
        images_of(Path(path), pictures)  # refuses foreign files before any work
    with ExitStack() as stack:
        folder = make_folder(save or stack.enter_context(tempfile.TemporaryDirectory(prefix="inrcodec-")))
        fits = existing(archives) + [
            fit_quality(sources, pictures, replace(options, quality=quality), folder, on_step) for quality in qualities
        ]
        points = ranked(measure_fit(fit, pictures) for fit in fits)
        enlarging = enlarge(pairs, pictures, fits, on_step) if pairs else None
    inrcodec = Contender("inrcodec", "inrcodec", "set", lossless=False, points=points)
    contenders, left_out = measure_codecs(against, pictures, on_step)
    return Comparison(
        images=len(pictures),
        pixels=count_pixels(pictures),
        channels=pictures[0].pixels.shape[2],
        inrcodec=inrcodec,
        standings=tuple(standing(codec, inrcodec) for codec in contenders),
        enlarging=enlarging,
        notes=(*found.notes, *notes, *left_out),
        skipped=found.skipped,
    )
