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
from typing import Any

from inrcodec.benchmark.compare.archives import images_of, measure_fit
from inrcodec.benchmark.compare.baselines import codecs_named, measure_codecs
from inrcodec.benchmark.compare.enlarging import enlarge
from inrcodec.benchmark.compare.results import Comparison, Contender, Point, Standing, ranked
from inrcodec.benchmark.compare.standings import standing
from inrcodec.benchmark.fits import existing, fit_quality, make_folder
from inrcodec.benchmark.references import find_pairs
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.encoding.options import Request, Sources

__all__ = ["QUALITIES", "Comparison", "Contender", "Point", "Standing", "Step", "compare"]

QUALITIES = (20.0, 40.0, 60.0, 80.0)


def compare(
    sources: Sources,
    *,
    qualities: Sequence[float] = QUALITIES,
    archives: Sequence[str | Path] = (),
    codecs: Sequence[str] | None = None,
    reference: str | Path | None = None,
    save: str | Path | None = None,
    on_step: OnStep = lambda step: None,
    **asked: Any,
) -> Comparison:
    """Compare inrcodec with image codecs on these pictures; `asked` are the fields of `encoding.Request`.

    It is fitted once for each of `qualities`, and files of `archives` that were made of the same pictures join in.
    With `save`, fits are kept in that folder and taken from there the next time. No pixel is held out unless asked.
    """
    against = codecs_named(codecs)
    request = Request(**{"holdout": 0.0, **asked})
    found = request.pictures(sources)
    pictures = found.pictures
    pairs, notes = find_pairs(reference, pictures, request.background) if reference is not None else ((), ())
    for path in archives:
        images_of(Path(path), pictures)  # refuses foreign files before any work
    with ExitStack() as stack:
        folder = make_folder(save or stack.enter_context(tempfile.TemporaryDirectory(prefix="inrcodec-")))
        fits = existing(archives) + [
            fit_quality(sources, pictures, replace(request, quality=quality), folder, on_step) for quality in qualities
        ]
        points = ranked(measure_fit(fit, pictures) for fit in fits)
        enlarging = enlarge(pairs, pictures, fits, on_step) if pairs else None
    inrcodec = Contender("inrcodec", "inrcodec", "set", lossless=False, points=points)
    contenders, left_out = measure_codecs(against, pictures, on_step)
    return Comparison(
        len(pictures),
        sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in pictures),
        pictures[0].pixels.shape[2],
        inrcodec,
        tuple(standing(codec, inrcodec) for codec in contenders),
        enlarging,
        (*found.notes, *notes, *left_out),
        found.skipped,
    )
