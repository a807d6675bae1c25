"""Values and their exact derivatives, carried forward together: the chain rule, written against the array API.

Mixed second derivatives are not kept: a Laplacian needs none. (Griewank and Walther, "Evaluating Derivatives", 2008,
chapter 13; numpy derives and torch fits with these very functions.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from array_api_compat import device

from inrcodec.field.siren import Array, Siren
from inrcodec.numerics.arrays import namespace_of

LARGEST_ORDER = 2


@dataclass(frozen=True)
class Jet:
    """A quantity (..., points), and its first and second derivatives along every axis, (..., axes, points).

    Derivatives are None beyond the order that was asked for.
    """

    __array_ufunc__ = None  # an array times a jet is the jet's business

    value: Array
    first: Array = None
    second: Array = None

    @property
    def order(self) -> int:
        """0, 1 or 2: how many derivatives there are."""
        return int(self.first is not None) + int(self.second is not None)

    def parts(self) -> tuple[Array, ...]:
        """The value, and as many derivatives as there are."""
        return tuple(part for part in (self.value, self.first, self.second) if part is not None)

    def __add__(self, other: Jet) -> Jet:
        return Jet(*(one + more for one, more in zip(self.parts(), other.parts(), strict=True)))

    def __rmul__(self, factor: Array) -> Jet:
        """The jet times a number, or numbers (..., 1) that do not change from point to point."""
        spread = factor if isinstance(factor, (int, float)) else factor[..., None]
        return Jet(factor * self.value, *(spread * part for part in self.parts()[1:]))


def network_jet(siren: Siren, inputs: Jet, shifts: Sequence[Array] = (), sums: Jet | None = None) -> Jet:
    """Jets of colors, ([B,] channels, points), from those of inputs ([B,] inputs, points); shifts as `Siren.colors`.

    sums: what the first layer's activation is of, where it is known already, and better than from the inputs.
    """
    width = siren.first.shape[-2] - siren.output.shape[-2]
    units = inputs
    first = siren.first[..., :width, :], siren.first_bias[..., :width]
    for number, (weight, bias) in enumerate((first, *siren.hidden)):
        before = sums if number == 0 and sums is not None else _affine(weight, units, bias)
        units = activated(_shifted(before, shifts[number]) if shifts else before, siren.activation)
    return _affine(siren.first[..., width:, :], inputs, siren.first_bias[..., width:]) + _product(siren.output, units)


def activated(jet: Jet, activation: str) -> Jet:
    """A jet behind an activation; rectified units have the second derivative 0, their corners left out."""
    if activation == "sine":
        return sine(jet)
    xp, value = namespace_of(jet.value), jet.value
    if activation == "tanh":
        bent = xp.tanh(value)
        slope = 1 - bent**2
        return _composed(jet, bent, lambda: slope, lambda: -2 * bent * slope)
    positive = value > 0
    return Jet(value * positive, *(part * positive[..., None, :] for part in jet.parts()[1:]))


def sine(jet: Jet) -> Jet:
    """The sine of a jet."""
    xp, value = namespace_of(jet.value), jet.value
    wave = xp.sin(value)
    return _composed(jet, wave, lambda: xp.cos(value), lambda: -wave)


def cosine(jet: Jet) -> Jet:
    """The cosine of a jet."""
    xp, value = namespace_of(jet.value), jet.value
    wave = xp.cos(value)
    return _composed(jet, wave, lambda: -xp.sin(value), lambda: -wave)


def _composed(jet: Jet, value: Array, slope: Callable[[], Array], bend: Callable[[], Array]) -> Jet:
    """The chain rule: f(u), f'(u) u' and f''(u) u'^2 + f'(u) u'', from f, f' and f'' at u."""
    if jet.order == 0:
        return Jet(value)
    steep = slope()[..., None, :]
    if jet.order == 1:
        return Jet(value, steep * jet.first)
    return Jet(value, steep * jet.first, bend()[..., None, :] * jet.first**2 + steep * jet.second)


def _affine(weight: Array, jet: Jet, bias: Array) -> Jet:
    """weight @ jet + bias; a bias has no derivative."""
    product = _product(weight, jet)
    return Jet(product.value + bias[..., None], *product.parts()[1:])


def _product(weight: Array, jet: Jet) -> Jet:
    """weight @ jet, along its units."""
    return Jet(weight @ jet.value, *(_spread_product(weight, part) for part in jet.parts()[1:]))


def _spread_product(weight: Array, part: Array) -> Array:
    """weight @ derivatives (..., units, axes, points), as one product."""
    product = weight @ part.reshape(*part.shape[:-2], -1)
    return product.reshape(*product.shape[:-1], *part.shape[-2:])


def _shifted(sums: Jet, shift: Array) -> Jet:
    """Phases (units, B) added to sums (units, B * points)."""
    value = (sums.value.reshape(*shift.shape, -1) + shift[:, :, None]).reshape(*sums.value.shape)
    return Jet(value, *sums.parts()[1:])


def constant(value: Array, axes: int, order: int) -> Jet:
    """A quantity (..., points) that does not change along the axes."""
    xp = namespace_of(value)
    still = xp.zeros((*value.shape[:-1], axes, value.shape[-1]), dtype=value.dtype, device=device(value))
    return Jet(value, *[still] * order)
