"""A shape: the signed distance to its surface, from points with normals or from a mesh.

The terms are those of Sitzmann et al. 2020, section 4.2 (the surface is where the field is 0, its gradient is the
normal there, and of length 1 everywhere), and in place of their term that keeps other places off the surface, what is
known of these: how far from it they are, and on which side.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from inrcodec.encoding.signals.kinds import Figure, Task, Values
from inrcodec.encoding.signals.options import SignalOptions
from inrcodec.errors import Parameter, UsageError
from inrcodec.fitting.constraints import Constraint
from inrcodec.fitting.constraints.domain import Anywhere, Scattered
from inrcodec.signals.shape import Surface, read_shape

CELLS = 128  # along each side of the box, that a mesh is made of unless another number is asked for
UNITS = (2, 2, 2)  # samples a side, for which derivatives are those along coordinates
SURFACE_WEIGHT, DISTANCE_WEIGHT, NORMAL_WEIGHT, SLOPE_WEIGHT = 30.0, 100.0, 1.0, 1.0
DERIVED = 0.25  # places at which gradients are looked at, which cost four times as much, for one at which values are
PLACES = 1280  # of a step
VISITED = 11_500  # places that a pass stands for, whatever the number of points
USUAL_WIDTH, USUAL_W0, LEARNING_RATE = 128, 25, 4e-3
WORRYING = 0.01  # share of opposed normals that is worth a warning


def prepare(source: Path, options: SignalOptions) -> Task:
    """See `Kind`."""
    if options.start is not None or options.length is not None:
        raise UsageError(Parameter("start"), " and ", Parameter("length"), " are for sounds")
    surface = read_shape(source, options.seed)
    low, high = surface.box()
    half = float((high - low)[0]) / 2
    counted = f"{surface.faces:,} faces" if surface.faces else f"{len(surface.points):,} points with normals"
    return Task(
        kind="shape",
        name=source.name,
        axes=(CELLS, CELLS, CELLS),
        channels=1,
        network=options.network(USUAL_WIDTH, USUAL_W0),
        places=tuple((float(first), float(last)) for first, last in zip(low, high, strict=True)),
        scale=((-half, half),),
        constraints=constraints_of(surface.in_box(), options.seed),
        known=f"{counted}, and the distance from them anywhere",
        steps=options.steps(VISITED, PLACES),
        judge=lambda values: judged(surface, values),
        source_bytes=source.stat().st_size,
        places_a_step=PLACES,
        learning_rate=LEARNING_RATE,
        precise=True,
        warnings=tuple(warnings_of(surface)),
    )


def constraints_of(surface: Surface, seed: int) -> tuple[Constraint, ...]:
    """What is known, in coordinates of the box."""
    from inrcodec.signals.shape.distances import known_distances

    known = known_distances(surface, np.random.default_rng(seed))
    on_it = Scattered(surface.points, np.zeros((1, 1, 1), np.float32))
    around = Scattered(known.places, np.asarray(known.distances, np.float32)[None, None])
    upright = Scattered(surface.points, np.ascontiguousarray(surface.normals.T[None], np.float32))
    even = Anywhere(UNITS, np.ones((1, 1, 1), np.float32))
    return (
        Constraint("surface", "value", UNITS, (on_it,), SURFACE_WEIGHT, norm=1),
        Constraint("distance", "value", UNITS, (around,), DISTANCE_WEIGHT, norm=1),
        Constraint("normals", "direction", UNITS, (upright,), NORMAL_WEIGHT, norm=1, share=DERIVED),
        Constraint("even slope", "slope", UNITS, (even,), SLOPE_WEIGHT, norm=1, share=DERIVED),
    )


def warnings_of(surface: Surface) -> Sequence[str]:
    """What the user should know of the input."""
    found = []
    if surface.turned:
        found.append("its normals point inwards; all of them were turned around")
    share = f"{100 * surface.opposed:.1f} %"
    if surface.opposed >= WORRYING and surface.faces:
        found.append(f"{share} of its area are faces that turn against those beside them; they were turned around")
    elif surface.opposed >= WORRYING:
        found.append(
            f"{share} of its normals point against those around them; inside and outside are guessed from the others "
            "there"
        )
    if surface.closed is False:
        found.append("its mesh is not closed: what is inside is guessed from the nearest faces")
    return found


def judged(surface: Surface, values: Values) -> Sequence[Figure]:
    """How far the field is from 0 on the surface, on average, in the units of the input."""
    places = surface.in_box().points
    away = float(np.abs(values(places)).mean())
    side = float(np.ptp(surface.points, axis=0).max())
    return (
        Figure("surface_error", away, f"{away:.3g} off the surface, {100 * away / side:.3f} % of its longest side"),
    )
