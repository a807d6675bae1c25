"""Bits of a latent under a Laplace distribution, eight at once, and their gradients."""

from __future__ import annotations

from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, SCALE_BITS
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.fitting.kernels.compiling import inlined
from inrcodec.fitting.kernels.functions import LOG2_E, exponential_less_one, log2_of, power_of_two_of
from inrcodec.fitting.kernels.vector_functions import absolute, where_less, with_sign
from inrcodec.fitting.kernels.vectors import Vector, fma, vector

LOWEST, HIGHEST = LOWEST_SCALE / 2**SCALE_BITS, HIGHEST_SCALE / 2**SCALE_BITS
LARGEST_DECAY = 87.0  # exp(-87) is about the smallest normal number


@inlined
def laplace_bits(offset: Vector, log_scale: Vector) -> tuple[Vector, Vector, Vector]:
    """-log2 of the mass of a Laplace distribution within 1/2 of an offset from its mean.

    Also its gradients by the offset and by the scale, given as its log2, both cut off as the file cuts them off. Every
    difference of exponentials is one that keeps its digits, be the distribution as wide as it may: beside the middle
    the mass is exp(-(|offset| - 1/2) / scale) (1 - exp(-1 / scale)) / 2.
    """
    low, high, zero, half, one = vector(LOWEST), vector(HIGHEST), vector(0.0), vector(0.5), vector(1.0)
    clipped = where_less(log_scale, low, low, where_less(high, log_scale, high, log_scale))
    inverse = power_of_two_of(zero - clipped)
    size = absolute(offset)
    far, near = size + half, size - half
    less = _decay_less_one(absolute(near) * inverse)
    wide = _decay_less_one(where_less(near, zero, far, one) * inverse)
    beside = half * (less + one) * (zero - wide)
    mass = where_less(near, zero, zero - half * (less + wide), beside)
    by_inverse = where_less(
        near, zero, half * (far * (wide + one) - near * (less + one)), half * (less + one) * fma(far, wide, one)
    )
    by_size = where_less(near, zero, half * (less - wide), beside)
    floor = vector(1.0 / TOTAL)
    counted = where_less(mass, floor, floor, mass)
    factor = where_less(mass, floor, zero, inverse / counted)
    by_offset = with_sign(vector(LOG2_E) * factor * by_size, offset)
    by_scale = where_less(log_scale, low, zero, where_less(high, log_scale, zero, factor * by_inverse))
    return zero - log2_of(counted), by_offset, by_scale


@inlined
def _decay_less_one(values: Vector) -> Vector:
    """exp(-value) - 1 for values that are not negative."""
    limit = vector(LARGEST_DECAY)
    return exponential_less_one(vector(0.0) - where_less(values, limit, values, limit))
