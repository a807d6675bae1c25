"""Elementary functions of vectors, each a range reduction and a short polynomial (minimax, fitted by Lawson's method).

Errors are below 2e-7: absolute ones of sine, cosine and logarithm, relative ones of the others.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from inrcodec.fitting.kernels.compiling import helper, inlined
from inrcodec.fitting.kernels.vector_functions import (
    absolute,
    exponent,
    flipped,
    mantissa,
    power_of_two,
    where_less,
    with_sign,
)
from inrcodec.fitting.kernels.vectors import Vector, fma, vector

ROUNDING = 12582912.0  # 1.5 * 2**23: adding it leaves the nearest whole number in the lowest bits
LARGEST_PHASE = 8192.0  # up to here pi in two parts is exact enough
LOG2_E, LN_2 = 1.4426950408889634, 0.6931471805599453


@helper
def nearest(value: float) -> float:
    """The nearest whole number; one of numpy's functions, which take numba a while wherever they stand."""
    found: float = np.rint(value)
    return found


@helper
def sign_of(value: float) -> float:
    """-1, 0 or 1, as float32."""
    sign: Any = np.float32(1.0 if value > 0.0 else -1.0 if value < 0.0 else 0.0)
    return sign  # type: ignore[no-any-return]


@inlined
def near_sine_cosine(phases: Vector) -> tuple[Vector, Vector]:
    """Sines and cosines of phases up to LARGEST_PHASE.

    r = phase - k pi lies within a quarter turn of 0, and an odd k flips both signs.
    """
    turns = fma(phases, vector(1 / math.pi), vector(ROUNDING))
    back = vector(ROUNDING) - turns
    angle = fma(back, vector(3.140625), phases)
    angle = fma(back, vector(math.pi - 3.140625), angle)
    square = angle * angle
    odd = fma(square, vector(2.6000241177825956e-06), vector(-0.00019806601630989462))
    odd = fma(odd, square, vector(0.008333017118275166))
    odd = fma(odd, square, vector(-0.16666656732559204))
    even = fma(square, vector(2.3194072127807885e-05), vector(-0.001385591458529234))
    even = fma(even, square, vector(0.041663989424705505))
    even = fma(even, square, vector(-0.4999993145465851))
    sine, cosine = fma(odd * square, angle, angle), fma(even, square, vector(1.0))
    return flipped(sine, turns), flipped(cosine, turns)


@helper
def far_sine_cosine(rows: Any, phases: int, cosines: int, count: int) -> None:
    """The same at any phase, one by one; sines take the place of the phases. Not a number stays so."""
    for place in range(count):
        phase = float(rows[phases + place])
        rows[phases + place] = math.sin(phase)
        rows[cosines + place] = math.cos(phase)


@inlined
def exponential_less_one(values: Vector) -> Vector:
    """exp(value) - 1 for values from -87 to 87."""
    turns = fma(values, vector(LOG2_E), vector(ROUNDING))
    back = vector(ROUNDING) - turns
    part = fma(back, vector(0.693145751953125), values)
    part = fma(back, vector(1.428606765330187e-06), part)
    power = power_of_two(turns)
    return fma(power, _small_exponential_less_one(part), power - vector(1.0))


@inlined
def power_of_two_of(values: Vector) -> Vector:
    """2**value for values from -126 to 126."""
    turns = values + vector(ROUNDING)
    part = (values - (turns - vector(ROUNDING))) * vector(LN_2)
    power = power_of_two(turns)
    return fma(power, _small_exponential_less_one(part), power)


@inlined
def _small_exponential_less_one(values: Vector) -> Vector:
    """exp(value) - 1 for values within half of ln 2."""
    sums = fma(values, vector(0.0013946450781077147), vector(0.008366583846509457))
    sums = fma(sums, values, vector(0.04166628047823906))
    sums = fma(sums, values, vector(0.1666654348373413))
    sums = fma(sums, values, vector(0.5))
    return fma(sums * values, values, values)


@inlined
def log2_of(values: Vector) -> Vector:
    """Logarithms of positive normal numbers."""
    rest = mantissa(values) - vector(1.0)
    sums = fma(rest, vector(-0.14574450254440308), vector(0.23689046502113342))
    sums = fma(sums, rest, vector(-0.2500690519809723))
    sums = fma(sums, rest, vector(0.28670743107795715))
    sums = fma(sums, rest, vector(-0.36008721590042114))
    sums = fma(sums, rest, vector(0.48093944787979126))
    sums = fma(sums, rest, vector(-0.7213571667671204))
    sums = fma(sums, rest, vector(1.4426947832107544))
    return fma(sums, rest, exponent(values))


@inlined
def tanh_of(values: Vector) -> Vector:
    """Hyperbolic tangents."""
    size = absolute(values)
    size = where_less(size, vector(20.0), size, vector(20.0))
    decay = exponential_less_one(vector(-2.0) * size)
    return with_sign((vector(0.0) - decay) / (vector(2.0) + decay), values)
