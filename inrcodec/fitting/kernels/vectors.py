"""Vectors of eight float32 in numba: what a kernel says is what the processor does, whatever a compiler would guess.

A vector is a value like a number: `+ - * /` work on all lanes, `load` and `store` move eight neighbors of a
one-dimensional array, without any check of bounds. LLVM maps it to one AVX register or two NEON registers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import PrimitiveModel
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic as numba_intrinsic
from numba.extending import lower_builtin, register_model

LANES = 8
_FLOAT, _INT, _BIT = ir.FloatType(), ir.IntType(32), ir.IntType(1)
_FLOATS, _INTS, _BITS = (ir.VectorType(kind, LANES) for kind in (_FLOAT, _INT, _BIT))


class _VectorType(types.Type):
    def __init__(self) -> None:
        super().__init__(name="float32x8")


VECTOR = _VectorType()
Emit = Callable[..., Any]
Vector = Any  # in Python, where vectors have no values


def intrinsic(function: Emit) -> Emit:
    """A function of kernels that says in LLVM's words what it does; callers leave out `typing`."""
    return cast(Emit, numba_intrinsic(function))


@register_model(_VectorType)
class _VectorModel(PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: types.Type) -> None:
        super().__init__(manager, kind, _FLOATS)


def _operator(function: Any, emit: Emit) -> None:
    """Let an operator work on two vectors."""

    @infer_global(function)
    class _Template(ConcreteTemplate):  # type: ignore[misc]
        cases = [signature(VECTOR, VECTOR, VECTOR)]  # noqa: RUF012

    def lower(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return emit(builder)(*arguments, flags=("contract",))

    lower_builtin(function, VECTOR, VECTOR)(lower)


_operator(operator.add, lambda builder: builder.fadd)
_operator(operator.sub, lambda builder: builder.fsub)
_operator(operator.mul, lambda builder: builder.fmul)
_operator(operator.truediv, lambda builder: builder.fdiv)


def _constant(value: float) -> ir.Constant:
    return ir.Constant(_FLOATS, [value] * LANES)


def _integers(value: int) -> ir.Constant:
    return ir.Constant(_INTS, [value] * LANES)


def _call(builder: Any, name: str, *arguments: Any) -> Any:
    """One of LLVM's functions on vectors."""
    kind = ir.FunctionType(_FLOATS, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f32"), arguments)


def place_of(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Pointer to an element of a contiguous array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index], source_etype=context.get_data_type(array_type.dtype))


def _spread(builder: Any, number: Any) -> Any:
    """A number in every lane."""
    single = builder.insert_element(ir.Constant(_FLOATS, ir.Undefined), number, ir.Constant(_INT, 0))
    return builder.shuffle_vector(single, ir.Constant(_FLOATS, ir.Undefined), _integers(0))


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Elements index to index + 7."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return builder.load(builder.bitcast(place, _FLOATS.as_pointer()), align=4, typ=_FLOATS)

    return VECTOR(array, types.intp), emit


@intrinsic
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to elements index to index + 7."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(place, _FLOATS.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, VECTOR), emit


@intrinsic
def spread(typing: Any, array: Any, index: Any) -> Any:
    """One element in every lane."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return _spread(builder, builder.load(place, typ=_FLOAT))

    return VECTOR(array, types.intp), emit


@intrinsic
def number(typing: Any, array: Any, index: Any) -> Any:
    """One element, of any type, without a check of bounds or signs."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return builder.load(place, typ=context.get_data_type(sig.args[0].dtype))

    return array.dtype(array, types.intp), emit


@intrinsic
def vector(typing: Any, value: Any) -> Any:
    """A number in every lane."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0])

    return VECTOR(types.float32), emit


@intrinsic
def fma(typing: Any, factor: Any, other: Any, added: Any) -> Any:
    """factor * other + added, in one rounding where the processor can."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _call(builder, "llvm.fmuladd", *arguments)

    return VECTOR(VECTOR, VECTOR, VECTOR), emit


@intrinsic
def square_root(typing: Any, values: Any) -> Any:
    """Square roots."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _call(builder, "llvm.sqrt", *arguments)

    return VECTOR(VECTOR), emit


@intrinsic
def absolute(typing: Any, values: Any) -> Any:
    """Values without their sign."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _call(builder, "llvm.fabs", *arguments)

    return VECTOR(VECTOR), emit


@intrinsic
def with_sign(typing: Any, values: Any, signs: Any) -> Any:
    """Values with the signs of others."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _call(builder, "llvm.copysign", *arguments)

    return VECTOR(VECTOR, VECTOR), emit


@intrinsic
def floor(typing: Any, values: Any) -> Any:
    """The whole numbers below."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return _call(builder, "llvm.floor", *arguments)

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
        inside = builder.fcmp_ordered("<=", _call(builder, "llvm.fabs", arguments[0]), _spread(builder, arguments[1]))
        mask = builder.bitcast(inside, ir.IntType(LANES))
        return builder.icmp_unsigned("==", mask, ir.Constant(ir.IntType(LANES), (1 << LANES) - 1))

    return types.boolean(VECTOR, types.float32), emit


@intrinsic
def lane_sum(typing: Any, values: Any) -> Any:
    """The sum of all lanes, always in the same order."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        total = arguments[0]
        for width in (4, 2, 1):
            halves = [ir.Constant(ir.VectorType(_INT, width), list(range(at, at + width))) for at in (0, width)]
            low, high = (builder.shuffle_vector(total, total, half) for half in halves)
            total = builder.fadd(low, high)
        return builder.extract_element(total, ir.Constant(_INT, 0))

    return types.float32(VECTOR), emit


@intrinsic
def add_sums(typing: Any, array: Any, index: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Add the sums of the lanes of four vectors to elements index to index + 3, always in the same order."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        def paired(one: Any, other: Any) -> Any:
            """Sums of neighbors, those of `one` and those of `other` within each half: one instruction on x86."""
            even, odd = (
                builder.shuffle_vector(
                    one, other, ir.Constant(_INTS, [start + step for start in (0, 2, 8, 10, 4, 6, 12, 14)])
                )
                for step in (0, 1)
            )
            return builder.fadd(even, odd)

        sums = paired(paired(*arguments[2:4]), paired(*arguments[4:6]))
        four = ir.VectorType(_INT, 4)
        low, high = (builder.shuffle_vector(sums, sums, ir.Constant(four, list(range(at, at + 4)))) for at in (0, 4))
        target = ir.VectorType(_FLOAT, 4)
        place = builder.bitcast(place_of(context, builder, sig.args[0], *arguments[:2]), target.as_pointer())
        known = builder.load(place, align=4, typ=target)
        builder.store(builder.fadd(known, builder.fadd(low, high)), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, VECTOR, VECTOR, VECTOR, VECTOR), emit


@intrinsic
def flipped(typing: Any, values: Any, turns: Any) -> Any:
    """Values with the opposite sign where the lowest bit of `turns` is set: an odd whole number plus 1.5 * 2**23."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        bits, odd = (builder.bitcast(argument, _INTS) for argument in arguments)
        return builder.bitcast(builder.xor(bits, builder.shl(odd, _integers(31))), _FLOATS)

    return VECTOR(VECTOR, VECTOR), emit


@intrinsic
def power_of_two(typing: Any, exponents: Any) -> Any:
    """2**n for whole numbers n from -126 to 127 that 1.5 * 2**23 was added to."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        bits = builder.shl(builder.bitcast(arguments[0], _INTS), _integers(23))
        return builder.bitcast(builder.add(bits, _integers(127 << 23)), _FLOATS)

    return VECTOR(VECTOR), emit


@intrinsic
def exponent(typing: Any, values: Any) -> Any:
    """n of positive values that are a mantissa from 0.7 to 1.4 times 2**n; `mantissa` has the rest."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        shifted = builder.ashr(_above_root(builder, arguments[0]), _integers(23))
        return builder.sitofp(shifted, _FLOATS)

    return VECTOR(VECTOR), emit


@intrinsic
def mantissa(typing: Any, values: Any) -> Any:
    """See `exponent`."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        whole = builder.and_(_above_root(builder, arguments[0]), _integers(-1 << 23))
        return builder.bitcast(builder.sub(builder.bitcast(arguments[0], _INTS), whole), _FLOATS)

    return VECTOR(VECTOR), emit


def _above_root(builder: Any, values: Any) -> Any:
    """Bits of values less those of the square root of one half."""
    return builder.sub(builder.bitcast(values, _INTS), _integers(0x3F3504F3))


@intrinsic
def uniform(typing: Any, first_key: Any, second_key: Any, counter: Any) -> Any:
    """Numbers from -1/2 to 1/2 that only depend on two keys and, lane by lane, on counter to counter + 7.

    Two rounds of a 32-bit mixing function (Chris Wellons, "Prospecting for hash functions", 2018), the second keyed
    anew: a generator without a state, so any worker finds the same noise.
    """

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        def everywhere(number: Any) -> Any:
            single = builder.insert_element(ir.Constant(_INTS, ir.Undefined), number, ir.Constant(_INT, 0))
            return builder.shuffle_vector(single, ir.Constant(_INTS, ir.Undefined), _integers(0))

        def mixed(bits: Any) -> Any:
            for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
                bits = builder.mul(builder.xor(bits, builder.lshr(bits, _integers(shift))), _integers(factor))
            return builder.xor(bits, builder.lshr(bits, _integers(15)))

        first, second, start = arguments
        lanes = builder.add(everywhere(start), ir.Constant(_INTS, list(range(LANES))))
        bits = mixed(builder.add(mixed(builder.xor(lanes, everywhere(first))), everywhere(second)))
        whole = builder.sitofp(builder.ashr(bits, _integers(8)), _FLOATS)  # 24 bits and a sign fit a float32
        return builder.fmul(whole, _constant(2.0**-24))

    return VECTOR(types.uint32, types.uint32, types.uint32), emit


@intrinsic
def add_first(typing: Any, array: Any, index: Any, count: Any, values: Any) -> Any:
    """Add the first `count` lanes of a vector to elements from index on; the others keep their values."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        array, index, count, values = arguments
        place = builder.bitcast(place_of(context, builder, sig.args[0], array, index), _FLOATS.as_pointer())
        short = builder.trunc(count, _INT)
        single = builder.insert_element(ir.Constant(_INTS, ir.Undefined), short, ir.Constant(_INT, 0))
        counts = builder.shuffle_vector(single, ir.Constant(_INTS, ir.Undefined), _integers(0))
        counted = builder.icmp_signed("<", ir.Constant(_INTS, list(range(LANES))), counts)
        known = builder.load(place, align=4, typ=_FLOATS)
        builder.store(builder.select(counted, builder.fadd(known, values), known), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, VECTOR), emit


@intrinsic
def load_converted(typing: Any, array: Any, index: Any) -> Any:
    """Elements index to index + 7 of float32 or uint8 as float32."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        if sig.args[0].dtype == types.float32:
            return builder.load(builder.bitcast(place, _FLOATS.as_pointer()), align=4, typ=_FLOATS)
        octets = ir.VectorType(ir.IntType(8), LANES)
        return builder.uitofp(builder.load(builder.bitcast(place, octets.as_pointer()), align=1, typ=octets), _FLOATS)

    return VECTOR(array, types.intp), emit


def _picked(picks: list[int]) -> Any:
    def pick(typing: Any, first: Any, second: Any) -> Any:
        def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            return builder.shuffle_vector(*arguments, ir.Constant(_INTS, picks))

        return VECTOR(VECTOR, VECTOR), emit

    return pick


evens = intrinsic(_picked([0, 2, 4, 6, 8, 10, 12, 14]))  # of two vectors, one behind the other
odds = intrinsic(_picked([1, 3, 5, 7, 9, 11, 13, 15]))
low_doubled = intrinsic(_picked([0, 0, 1, 1, 2, 2, 3, 3]))  # of the first vector, every lane twice
high_doubled = intrinsic(_picked([4, 4, 5, 5, 6, 6, 7, 7]))
