"""A list of constraints with everything that it names, ready to be fitted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inrcodec.encoding.signals.listed import ConstraintList, Listed, label
from inrcodec.encoding.signals.sources import Source, is_array, is_points, picture_of
from inrcodec.encoding.signals.targets import constraint_of
from inrcodec.fitting.constraints import Constraint
from inrcodec.numerics.arrays import FloatArray, Pixels


@dataclass(frozen=True, eq=False)
class Signal:
    """A list with everything that it names read: what a fit needs, and what its outcome is compared with.

    constants (channels,): means of channels that constraints leave open, None where nothing is known of them;
    reference: the picture (height, width, channels) that the constraints were taken from, where it is one.
    """

    listed: ConstraintList
    constraints: tuple[Constraint, ...]
    constants: FloatArray | None
    reference: Pixels | None
    name: str
    source_bytes: int


def read_signal(listed: ConstraintList, folder: Path, called: str) -> Signal:
    """Read what a list names, relative to a folder; UsageError names the constraint whose target is not usable."""
    constraints: list[Constraint] = []
    references: list[str] = []
    size = 0
    for number, constraint in enumerate(listed.constraint, 1):
        source = Source(listed, folder, f"{called}: {label(number, constraint)}")
        constraints.append(constraint_of(constraint, source))
        taken = _reference(constraint)
        if taken is not None and taken not in references:
            references.append(taken)
            size += (folder / taken).stat().st_size
    reference = None
    if len(references) == 1:
        reference = picture_of(references[0], Source(listed, folder, called))
    constants = _constants(Source(listed, folder, f"{called}: constants"))
    name = listed.name or (Path(references[0]).name if references else Path(called).stem)
    return Signal(listed, tuple(constraints), constants, reference, name, size)


def _reference(constraint: Listed) -> str | None:
    """The picture that a constraint is taken from everywhere."""
    target = constraint.target
    if not isinstance(target, str) or is_points(target) or is_array(target):
        return None
    return target if constraint.reading is None and constraint.domain == "everywhere" else None


def _constants(source: Source) -> FloatArray | None:
    constants = source.listed.constants
    if constants is None:
        return None
    if isinstance(constants, str):
        return np.asarray(picture_of(constants, source).mean(axis=(0, 1), dtype=np.float64), dtype=np.float32)
    return np.array(constants, dtype=np.float32)
