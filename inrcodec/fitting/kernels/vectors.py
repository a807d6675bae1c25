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
FLOAT, INT, BIT = ir.FloatType(), ir.IntType(32), ir.IntType(1)
FLOATS, INTS, BITS = (ir.VectorType(kind, LANES) for kind in (FLOAT, INT, BIT))


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
        super().__init__(manager, kind, FLOATS)


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


def constant(value: float) -> ir.Constant:
    return ir.Constant(FLOATS, [value] * LANES)


def integers(value: int) -> ir.Constant:
    return ir.Constant(INTS, [value] * LANES)


def call(builder: Any, name: str, *arguments: Any) -> Any:
    """One of LLVM's functions on vectors."""
    kind = ir.FunctionType(FLOATS, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f32"), arguments)


def place_of(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Pointer to an element of a contiguous array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index], source_etype=context.get_data_type(array_type.dtype))


def everywhere(builder: Any, number: Any) -> Any:
    """A number in every lane."""
    single = builder.insert_element(ir.Constant(FLOATS, ir.Undefined), number, ir.Constant(INT, 0))
    return builder.shuffle_vector(single, ir.Constant(FLOATS, ir.Undefined), integers(0))


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Elements index to index + 7."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return builder.load(builder.bitcast(place, FLOATS.as_pointer()), align=4, typ=FLOATS)

    return VECTOR(array, types.intp), emit


@intrinsic
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to elements index to index + 7."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(place, FLOATS.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, VECTOR), emit


@intrinsic
def spread(typing: Any, array: Any, index: Any) -> Any:
    """One element in every lane."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return everywhere(builder, builder.load(place, typ=FLOAT))

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
        return everywhere(builder, arguments[0])

    return VECTOR(types.float32), emit


@intrinsic
def fma(typing: Any, factor: Any, other: Any, added: Any) -> Any:
    """factor * other + added, in one rounding where the processor can."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        return call(builder, "llvm.fmuladd", *arguments)

    return VECTOR(VECTOR, VECTOR, VECTOR), emit


@intrinsic
def add_sums(typing: Any, array: Any, index: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Add the sums of the lanes of four vectors to elements index to index + 3, always in the same order."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        def paired(one: Any, other: Any) -> Any:
            """Sums of neighbors, those of `one` and those of `other` within each half: one instruction on x86."""
            even, odd = (
                builder.shuffle_vector(
                    one, other, ir.Constant(INTS, [start + step for start in (0, 2, 8, 10, 4, 6, 12, 14)])
                )
                for step in (0, 1)
            )
            return builder.fadd(even, odd)

        sums = paired(paired(*arguments[2:4]), paired(*arguments[4:6]))
        four = ir.VectorType(INT, 4)
        low, high = (builder.shuffle_vector(sums, sums, ir.Constant(four, list(range(at, at + 4)))) for at in (0, 4))
        target = ir.VectorType(FLOAT, 4)
        place = builder.bitcast(place_of(context, builder, sig.args[0], *arguments[:2]), target.as_pointer())
        known = builder.load(place, align=4, typ=target)
        builder.store(builder.fadd(known, builder.fadd(low, high)), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, VECTOR, VECTOR, VECTOR, VECTOR), emit


@intrinsic
def add_first(typing: Any, array: Any, index: Any, count: Any, values: Any) -> Any:
    """Add the first `count` lanes of a vector to elements from index on; the others keep their values."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        array, index, count, values = arguments
        place = builder.bitcast(place_of(context, builder, sig.args[0], array, index), FLOATS.as_pointer())
        short = builder.trunc(count, INT)
        single = builder.insert_element(ir.Constant(INTS, ir.Undefined), short, ir.Constant(INT, 0))
        counts = builder.shuffle_vector(single, ir.Constant(INTS, ir.Undefined), integers(0))
        counted = builder.icmp_signed("<", ir.Constant(INTS, list(range(LANES))), counts)
        known = builder.load(place, align=4, typ=FLOATS)
        builder.store(builder.select(counted, builder.fadd(known, values), known), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, VECTOR), emit


@intrinsic
def load_octets(typing: Any, array: Any, index: Any) -> Any:
    """Elements index to index + 7 of uint8 as float32."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        octets = ir.VectorType(ir.IntType(8), LANES)
        return builder.uitofp(builder.load(builder.bitcast(place, octets.as_pointer()), align=1, typ=octets), FLOATS)

    return VECTOR(array, types.intp), emit


def _picked(picks: list[int]) -> Any:
    def pick(typing: Any, first: Any, second: Any) -> Any:
        def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
            return builder.shuffle_vector(*arguments, ir.Constant(INTS, picks))

        return VECTOR(VECTOR, VECTOR), emit

    return pick


evens = intrinsic(_picked([0, 2, 4, 6, 8, 10, 12, 14]))  # of two vectors, one behind the other
odds = intrinsic(_picked([1, 3, 5, 7, 9, 11, 13, 15]))
low_doubled = intrinsic(_picked([0, 0, 1, 1, 2, 2, 3, 3]))  # of the first vector, every lane twice
high_doubled = intrinsic(_picked([4, 4, 5, 5, 6, 6, 7, 7]))
