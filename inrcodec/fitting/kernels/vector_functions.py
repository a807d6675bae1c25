"""Functions of vectors that are one or a few instructions: roots, signs, choices, bits of floats, and noise."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from inrcodec.fitting.kernels.vectors import (
    FLOATS,
    INT,
    INTS,
    LANES,
    VECTOR,
    call,
    constant,
    everywhere,
    integers,
    intrinsic,
)


@intrinsic
def square_root(typing: Any, values: Any) -> Any:
    """Square roots."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return call(builder, "llvm.sqrt", *arguments)

    return VECTOR(VECTOR), emit


@intrinsic
def absolute(typing: Any, values: Any) -> Any:
    """Values without their sign."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return call(builder, "llvm.fabs", *arguments)

    return VECTOR(VECTOR), emit


@intrinsic
def with_sign(typing: Any, values: Any, signs: Any) -> Any:
    """Values with the signs of others."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return call(builder, "llvm.copysign", *arguments)

    return VECTOR(VECTOR, VECTOR), emit


@intrinsic
def floor(typing: Any, values: Any) -> Any:
    """The whole numbers below."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return call(builder, "llvm.floor", *arguments)

    return VECTOR(VECTOR), emit


def _choice(comparison: str) -> Any:
    def choose(typing: Any, left: Any, right: Any, then: Any, otherwise: Any) -> Any:
        def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            first, second, yes, no = arguments
            return builder.select(builder.fcmp_ordered(comparison, first, second), yes, no)

        return VECTOR(VECTOR, VECTOR, VECTOR, VECTOR), emit

    return choose


where_less = intrinsic(_choice("<"))  # where_less(left, right, then, otherwise), lane by lane


where_equal = intrinsic(_choice("=="))


@intrinsic
def within(typing: Any, values: Any, limit: Any) -> Any:
    """Whether the magnitudes of all lanes are at most `limit`; not so where one is not a number."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        inside = builder.fcmp_ordered("<=", call(builder, "llvm.fabs", arguments[0]), everywhere(builder, arguments[1]))
        mask = builder.bitcast(inside, ir.IntType(LANES))
        return builder.icmp_unsigned("==", mask, ir.Constant(ir.IntType(LANES), (1 << LANES) - 1))

    return types.boolean(VECTOR, types.float32), emit


@intrinsic
def lane_sum(typing: Any, values: Any) -> Any:
    """The sum of all lanes, always in the same order."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        total = arguments[0]
        for width in (4, 2, 1):
            halves = [ir.Constant(ir.VectorType(INT, width), list(range(at, at + width))) for at in (0, width)]
            low, high = (builder.shuffle_vector(total, total, half) for half in halves)
            total = builder.fadd(low, high)
        return builder.extract_element(total, ir.Constant(INT, 0))

    return types.float32(VECTOR), emit


@intrinsic
def flipped(typing: Any, values: Any, turns: Any) -> Any:
    """Values with the opposite sign where the lowest bit of `turns` is set: an odd whole number plus 1.5 * 2**23."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        bits, odd = (builder.bitcast(argument, INTS) for argument in arguments)
        return builder.bitcast(builder.xor(bits, builder.shl(odd, integers(31))), FLOATS)

    return VECTOR(VECTOR, VECTOR), emit


@intrinsic
def power_of_two(typing: Any, exponents: Any) -> Any:
    """2**n for whole numbers n from -126 to 127 that 1.5 * 2**23 was added to."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        bits = builder.shl(builder.bitcast(arguments[0], INTS), integers(23))
        return builder.bitcast(builder.add(bits, integers(127 << 23)), FLOATS)

    return VECTOR(VECTOR), emit


@intrinsic
def exponent(typing: Any, values: Any) -> Any:
    """n of positive values that are a mantissa from 0.7 to 1.4 times 2**n; `mantissa` has the rest."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        shifted = builder.ashr(_above_root(builder, arguments[0]), integers(23))
        return builder.sitofp(shifted, FLOATS)

    return VECTOR(VECTOR), emit


@intrinsic
def mantissa(typing: Any, values: Any) -> Any:
    """See `exponent`."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        whole = builder.and_(_above_root(builder, arguments[0]), integers(-1 << 23))
        return builder.bitcast(builder.sub(builder.bitcast(arguments[0], INTS), whole), FLOATS)

    return VECTOR(VECTOR), emit


def _above_root(builder: Any, values: Any) -> Any:
    """Bits of values less those of the square root of one half."""
    return builder.sub(builder.bitcast(values, INTS), integers(0x3F3504F3))


@intrinsic
def uniform(typing: Any, first_key: Any, second_key: Any, counter: Any) -> Any:
    """Numbers from -1/2 to 1/2 that only depend on two keys and, lane by lane, on counter to counter + 7.

    Two rounds of a 32-bit mixing function (Chris Wellons, "Prospecting for hash functions", 2018), the second keyed
    anew: a generator without a state, so any worker finds the same noise.
    """

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        def in_all(number: Any) -> Any:
            single = builder.insert_element(ir.Constant(INTS, ir.Undefined), number, ir.Constant(INT, 0))
            return builder.shuffle_vector(single, ir.Constant(INTS, ir.Undefined), integers(0))

        def mixed(bits: Any) -> Any:
            for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
                bits = builder.mul(builder.xor(bits, builder.lshr(bits, integers(shift))), integers(factor))
            return builder.xor(bits, builder.lshr(bits, integers(15)))

        first, second, start = arguments
        lanes = builder.add(in_all(start), ir.Constant(INTS, list(range(LANES))))
        bits = mixed(builder.add(mixed(builder.xor(lanes, in_all(first))), in_all(second)))
        whole = builder.sitofp(builder.ashr(bits, integers(8)), FLOATS)  # 24 bits and a sign fit a float32
        return builder.fmul(whole, constant(2.0**-24))

    return VECTOR(types.uint32, types.uint32, types.uint32), emit
