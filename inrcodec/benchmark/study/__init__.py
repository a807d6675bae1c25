"""What `study` says: several designs of the network on one set of images, each with the same budget.

From designs to rows in `study`: a fit for each (kept, so that a study can go on), and what is measured on its file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from inrcodec.benchmark.fits import fit_kept, make_folder
from inrcodec.benchmark.references import find_pairs
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.benchmark.study.designs import DESIGNS, Variant, parse_variant
from inrcodec.benchmark.study.rows import Row, Study, measured
from inrcodec.encoding.options import Request, Sources
from inrcodec.errors import UsageError

__all__ = ["DESIGNS", "Row", "Study", "study"]


def study(
    sources: Sources,
    *,
    designs: Sequence[str] = DESIGNS,
    reference: str | Path | None = None,
    labels: str | Path | None = None,
    save: str | Path | None = None,
    on_step: OnStep = lambda step: None,
    **asked: Any,
) -> Study:
    """Fit every design on these pictures and measure its file; `asked` are the fields of `Request` that all share.

    With `save`, fits are kept in that folder and taken from there the next time.
    """
    variants = [parse_variant(design) for design in designs]
    if not variants:
        raise UsageError(f"no designs to study; there are: {', '.join(DESIGNS)}")
    requests = [_request(variant, asked) for variant in variants]
    found = requests[0].pictures(sources)
    pixels = sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in found.pictures)
    for request in requests:
        request.model(pixels)  # refuses a design that cannot be, before any work
    pairs, notes = find_pairs(reference, found.pictures, requests[0].background) if reference is not None else ((), ())
    rows = []
    with ExitStack() as stack:
        folder = make_folder(save or stack.enter_context(tempfile.TemporaryDirectory(prefix="inrcodec-")))
        for number, (variant, request) in enumerate(zip(variants, requests, strict=True)):
            stem = variant.name.replace(":", "-").replace(",", "-").replace("=", "")
            fit = fit_kept(sources, found.pictures, request, folder, on_step, variant.name, stem, record=True)
            on_step(Step("measure", number, len(variants), variant.name))
            rows.append(measured(variant.name, fit, pairs, None if labels is None else Path(labels)))
    return Study(len(found.pictures), pixels, tuple(rows), (*found.notes, *notes), found.skipped)


def _request(variant: Variant, asked: dict[str, Any]) -> Request:
    return Request(**{**asked, "conditioning": variant.conditioning, **dict(variant.changes)})
