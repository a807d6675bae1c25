"""What constraints ask for, as arrays: pictures, arrays, points files and numbers become domains with targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inrcodec.encoding.signals.listed import WHOLE, Domain, Listed
from inrcodec.encoding.signals.sources import Source, array_of, cells_of, is_array, is_points, picture_of, points_of
from inrcodec.fitting.constraints import Constraint, quantity_named
from inrcodec.fitting.constraints.domain import Anywhere, Cells, Near, Scattered
from inrcodec.fitting.constraints.domain import Domain as Known
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.dct import Doubles
from inrcodec.numerics.poisson import Differences, differences, divergence, laplacian, solve_poisson


def constraint_of(listed: Listed, source: Source) -> Constraint:
    """A constraint with its targets."""
    far = _reach(listed, source)
    known, potential = _known(listed, source, far > 1)
    return Constraint(
        label=source.called,
        quantity=listed.quantity,
        sides=source.sides,
        known=known,
        weight=listed.weight,
        norm=listed.norm,
        reach=far,
        potential=potential,
    )


def _reach(listed: Listed, source: Source) -> int:
    """In samples: as asked, or as far as the quantity and its target allow."""
    if isinstance(listed.reach, int):
        return listed.reach
    lattice = isinstance(listed.target, str) and not is_points(listed.target) and listed.domain == "everywhere"
    lasting = listed.quantity in ("gradient", "laplacian") and lattice
    return max(source.sides) if listed.reach == WHOLE or lasting else 1


def _known(constraint: Listed, source: Source, far: bool) -> tuple[tuple[Known, ...], FloatArray | None]:
    """Domains with targets, and where differences reach far the signal that they are taken from."""
    target, domain = constraint.target, constraint.domain
    if isinstance(target, str) and is_points(target):
        if domain != "everywhere":
            raise source.wrong("its target is a points file, so it holds at those points; leave the domain out")
        return (_scattered(target, constraint, source),), None
    if not isinstance(target, str):
        return (_number(target, constraint, source),), None
    if isinstance(domain, Domain) and (domain.points or domain.near):
        raise source.wrong("a picture or an array is known at samples; give a number, or a points file as the target")
    given = _lattice(target, constraint, source)
    numbers = cells_of(domain, source) if isinstance(domain, Domain) else None
    if isinstance(given, Differences):
        known, bends = _midpoints(given, numbers, source), divergence(given)
    else:
        known = (Cells(source.sides, _flat(given), numbers=numbers),)
        bends = divergence(_between(given)) if constraint.quantity == "gradient" else given[..., 0]
    if not far:
        return known, None
    potential = solve_poisson(bends, np.zeros_like(bends))  # has these slopes or bends, as nearly as there is one
    return known, np.ascontiguousarray(potential.transpose(2, 0, 1), dtype=np.float32)


def _lattice(target: str, constraint: Listed, source: Source) -> Doubles | Differences:
    """Targets on the lattice: (height, width, channels, components), or differences between its samples."""
    quantity = constraint.quantity
    if is_array(target):
        return array_of(target, constraint, source)
    picture = np.asarray(picture_of(target, source, normals=constraint.reading is not None), dtype=np.float64)
    if constraint.reading == "normals":
        return _from_normals(picture, constraint.height, source)
    match quantity:
        case "value":
            return picture[..., None]
        case "gradient":
            return differences(picture)
        case "laplacian":
            return laplacian(picture)[..., None]
    if min(picture.shape[:2]) < 2:
        raise source.wrong(f"{target}: a picture with a single row or column has no {quantity}")
    across, down = np.gradient(picture, axis=(1, 0))
    slopes = np.stack([across, down], axis=-1)
    sizes = np.sqrt(np.square(slopes).sum(axis=-1, keepdims=True))
    return np.asarray(sizes if quantity == "slope" else slopes / np.maximum(sizes, 1e-12))


def _from_normals(picture: Doubles, height: float, source: Source) -> Doubles:
    """Slopes (height, width, 1, 2) of the surface that a normal map shows: x to the right, y up, z to the viewer."""
    if source.listed.channels != 1:
        raise source.wrong("a normal map tells one height a sample: channels = 1")
    normal = 2 * picture[..., :3] - 1
    towards = np.maximum(normal[..., 2], 1e-3)
    return np.asarray(np.stack([-normal[..., 0], normal[..., 1]], axis=-1) / towards[..., None] / height)[:, :, None]


def _between(given: Doubles) -> Differences:
    """Differences between samples from slopes at samples, (height, width, channels, 2)."""
    right, down = given[..., 0], given[..., 1]
    return Differences((right[:, 1:] + right[:, :-1]) / 2, (down[1:] + down[:-1]) / 2)


def _midpoints(given: Differences, numbers: NDArray[np.int64] | None, source: Source) -> tuple[Known, ...]:
    """Differences as slopes half-way between samples; within a mask, those whose ends are both in it."""
    width, height = source.sides
    chosen: list[NDArray[np.int64] | None] = [None, None]
    if numbers is not None:
        inside = np.zeros(width * height, dtype=bool)
        inside[numbers] = True
        mask = inside.reshape(height, width)
        pairs = mask[:, 1:] & mask[:, :-1], mask[1:] & mask[:-1]
        chosen = [np.flatnonzero(pair.ravel()) for pair in pairs]
    found = [
        Cells(source.sides, _flat(part[..., None]), axis, which)
        for axis, (part, which) in enumerate(zip(given, chosen, strict=True))
        if part.size and (which is None or len(which))
    ]
    if not found:
        raise source.wrong("there are no two neighboring samples in its domain")
    return tuple(found)


def _flat(values: Doubles) -> FloatArray:
    """(height, width, channels, components) as targets (channels, components, cells)."""
    height, width, channels, components = values.shape
    return np.ascontiguousarray(
        values.reshape(height * width, channels, components).transpose(1, 2, 0), dtype=np.float32
    )


def _number(target: float | Sequence[float], constraint: Listed, source: Source) -> Known:
    """A number, or one for each channel or component, wherever the domain is."""
    components = quantity_named(constraint.quantity).components(len(source.sides))
    channels = source.listed.channels
    numbers = np.array(target, dtype=np.float32)
    if numbers.ndim and len(numbers) not in {channels * (components == 1), components}:
        raise source.wrong(f"{len(numbers)} numbers for {channels} channels and {components} components")
    by_channel = numbers.ndim and len(numbers) == channels and components == 1
    shaped = np.broadcast_to(numbers[:, None] if by_channel else numbers, (channels, components))
    one = np.ascontiguousarray(shaped[..., None], dtype=np.float32)
    domain = constraint.domain
    if not isinstance(domain, Domain):
        return Anywhere(source.sides, one)
    if domain.points is not None:
        return Scattered(points_of(domain.points, 0, source)[0], one)
    if domain.near is not None:
        spread = 2.0 * domain.within / np.array(source.sides, dtype=np.float64)
        return Near(points_of(domain.near, 0, source)[0], spread, one)
    return Anywhere(source.sides, one, cells_of(domain, source))


def _scattered(target: str, constraint: Listed, source: Source) -> Scattered:
    components = quantity_named(constraint.quantity).components(len(source.sides))
    channels = source.listed.channels
    points, values = points_of(target, channels * components, source)
    return Scattered(points, np.ascontiguousarray(values.T.reshape(channels, components, -1), dtype=np.float32))
