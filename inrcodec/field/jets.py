"""Values and their exact derivatives, carried forward together: the chain rule, written against the array API.

A jet is an array (parts, ...) of a quantity and its first and second derivatives along each of some axes: part 0 is the
value, then come as many first derivatives as there are axes, then as many second ones; parts are 1, 1 + axes or
1 + 2 axes. Mixed second derivatives are not kept: a Laplacian needs none. (Griewank and Walther, "Evaluating
Derivatives", 2008, chapter 13; numpy derives and torch fits with these very functions.)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from array_api_compat import array_namespace

from inrcodec.field.siren import Array, Siren


def parts_of(axes: int, order: int) -> int:
    """Parts of a jet with derivatives up to that order (0 to 2)."""
    return 1 + axes * order


def network_jet(siren: Siren, inputs: Array, shifts: Sequence[Array] = (), *, axes: int) -> Array:
    """Jets of colours (parts, [B,] channels, points) from those of inputs (parts, [B,] inputs, points).

    As `Siren.colours`, which see for shifts.
    """
    width = siren.first.shape[-2] - siren.output.shape[-2]
    first = siren.first[..., :width, :], siren.first_bias[..., :width]
    units = inputs
    for number, (weight, bias) in enumerate((first, *siren.hidden)):
        sums = _affine(weight, units, bias)
        units = activated(_shifted(sums, shifts[number]) if shifts else sums, siren.activation, axes=axes)
    skip = _affine(siren.first[..., width:, :], inputs, siren.first_bias[..., width:])
    return skip + siren.output @ units


def activated(jet: Array, activation: str, *, axes: int) -> Array:
    """A jet behind an activation; rectified units have the second derivative 0, their corners left out."""
    xp, value = array_namespace(jet), jet[:1]
    if activation == "sine":
        wave = xp.sin(value)
        return _composed(jet, wave, xp.cos(value), -wave, axes)
    if activation == "tanh":
        bent = xp.tanh(value)
        return _composed(jet, bent, 1 - bent**2, -2 * bent * (1 - bent**2), axes)
    return jet * (value > 0)


def sine(jet: Array, *, axes: int) -> Array:
    """The sine of a jet."""
    return activated(jet, "sine", axes=axes)


def cosine(jet: Array, *, axes: int) -> Array:
    """The cosine of a jet."""
    xp, value = array_namespace(jet), jet[:1]
    wave = xp.cos(value)
    return _composed(jet, wave, -xp.sin(value), -wave, axes)


def _composed(jet: Array, value: Array, slope: Array, bend: Array, axes: int) -> Array:
    """The chain rule: f(u), f'(u) u' and f''(u) u'^2 + f'(u) u'' from f, f' and f'' at u."""
    order = (jet.shape[0] - 1) // axes
    firsts, seconds = jet[1 : 1 + axes], jet[1 + axes :]
    parts = [value] if order == 0 else [value, slope * firsts]
    if order == 2:
        parts.append(bend * firsts**2 + slope * seconds)
    return array_namespace(jet).concat(parts, axis=0)


def _affine(weight: Array, jet: Array, bias: Array) -> Array:
    """weight @ jet + bias; a bias has no derivative."""
    sums = weight @ jet
    sums[:1] += bias[..., None]
    return sums


def _shifted(sums: Array, shift: Array) -> Array:
    """Phases (units, B) added to sums (parts, units, B * points)."""
    xp = array_namespace(sums)
    moved = (sums[:1].reshape(1, *shift.shape, -1) + shift[:, :, None]).reshape(1, *sums.shape[1:])
    return xp.concat([moved, sums[1:]], axis=0)


def constant(value: Array, *, axes: int, order: int) -> Array:
    """A quantity (...) that does not change along the axes, as a jet (parts, ...)."""
    xp = array_namespace(value)
    return xp.stack([value, *[xp.zeros_like(value)] * (parts_of(axes, order) - 1)], axis=0)


def coordinate(value: Array, axis: int, *, axes: int, order: int) -> Array:
    """The coordinate along an axis, values (...), as a jet (parts, ...)."""
    xp = array_namespace(value)
    ones, zeros = xp.ones_like(value), xp.zeros_like(value)
    firsts = [ones if number == axis else zeros for number in range(axes)]
    return xp.stack([value, *chain(*[firsts, [zeros] * axes][:order])], axis=0)
