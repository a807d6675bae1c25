"""What `study` says: several designs of the network on one set of images, each with the same budget.

From designs to rows in `study`: a fit for each (kept, so that a study can go on), and what is measured on its file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from inrcodec.benchmark.fits import FitName, fit_kept, make_folder
from inrcodec.benchmark.references import find_pairs
from inrcodec.benchmark.steps import OnStep, Step
from inrcodec.benchmark.study.designs import DESIGNS, Variant, parse_variant
from inrcodec.benchmark.study.rows import Labels, Row, Study, measured
from inrcodec.encoding.options import EncodeOptions, Sources
from inrcodec.encoding.resolve import count_pixels, model_settings, read_pictures
from inrcodec.errors import UsageError

__all__ = ["DESIGNS", "Row", "Study", "study"]

USUAL = EncodeOptions()


def study(
    sources: Sources,
    *,
    options: EncodeOptions = USUAL,
    designs: Sequence[str] = DESIGNS,
    reference: str | Path | None = None,
    labels: str | Path | None = None,
    label_column: str = "label",
    save: str | Path | None = None,
    on_step: OnStep = lambda step: None,
) -> Study:
    """Fit every design on these pictures and measure its file.

    Raises UsageError where a design cannot be, or references or labels do not go with the pictures, and what `encode`
    raises.

    sources: folders, image files or globs.
    options (EncodeOptions): that all designs share; what a design names wins. Default: the usual ones.
    designs (Sequence[str]): conditionings with changes, such as "latent:code=128,width=96". Default: `DESIGNS`.
    reference (str | Path | None): a folder of the same pictures in high resolution, found by name. Default None.
    labels (str | Path | None): a CSV with the columns name and label, to judge neighbors by. Default None.
    label_column (str): the column beside name. Default "label".
    save (str | Path | None): keep fits in this folder, and take from there what is there. Default None: no folder.
    on_step (Callable[[Step], None]): called at every step. Default: nothing.
    """
    variants = [parse_variant(design) for design in designs]
    if not variants:
        raise UsageError(f"no designs to study; there are: {', '.join(DESIGNS)}")
    of_designs = [variant.applied(options) for variant in variants]
    found = read_pictures(sources, options)
    pixels = count_pixels(found.pictures)
    for one in of_designs:
        model_settings(one, pixels)  # refuses a design that cannot be, before any work
    pairs, notes = find_pairs(reference, found.pictures, options.background) if reference is not None else ((), ())
    rows = []
    with ExitStack() as stack:
        folder = make_folder(save or stack.enter_context(tempfile.TemporaryDirectory(prefix="inrcodec-")))
        judged_by = None if labels is None else Labels(Path(labels), label_column)
        for number, (variant, one) in enumerate(zip(variants, of_designs, strict=True)):
            fit = fit_kept(sources, found.pictures, one, folder, on_step, _name(variant), record=True)
            on_step(Step("measure", number, len(variants), variant.name))
            rows.append(measured(variant.name, fit, pairs, judged_by))
    return Study(len(found.pictures), pixels, tuple(rows), (*found.notes, *notes), found.skipped)


def _name(variant: Variant) -> FitName:
    return FitName(variant.name, variant.name.replace(":", "-").replace(",", "-").replace("=", ""))
