"""Where the threads of a kernel wait for each other, without the interpreter and, on a free core, without sleeping.

To be put to sleep and woken takes a thread a tenth of a millisecond, and a step one: so whoever waits looks again and
again, and offers its core to others in between.
"""

from __future__ import annotations

import os
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import signature

from inrcodec.fitting.kernels.compiling import helper
from inrcodec.fitting.kernels.vectors import Emit, intrinsic, place_of

WORDS, GIVEN_UP = 3, 2  # that a barrier is: how many have come, how often all had, and whether nobody is to wait
PATIENCE = 2000  # looks, some ten microseconds, before others may have the core
_WORD, _ALIGNMENT = ir.IntType(64), 8


@intrinsic
def _seen(typing: Any, words: Any, index: Any) -> tuple[Any, Emit]:
    """A word as it is now, with all that was written before it."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return builder.load_atomic(place, "acquire", _ALIGNMENT, typ=_WORD)

    return signature(types.int64, words, types.intp), emit


@intrinsic
def _tell(typing: Any, words: Any, index: Any, value: Any) -> tuple[Any, Emit]:
    """Write a word, behind all that was written before it."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        *place, value = arguments
        builder.store_atomic(value, place_of(context, builder, sig.args[0], *place), "release", _ALIGNMENT)
        return context.get_dummy_value()

    return signature(types.void, words, types.intp, types.int64), emit


@intrinsic
def _count_up(typing: Any, words: Any, index: Any) -> tuple[Any, Emit]:
    """Add one to a word; what it was before."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        place = place_of(context, builder, sig.args[0], *arguments)
        return builder.atomic_rmw("add", place, ir.Constant(_WORD, 1), "acq_rel")

    return signature(types.int64, words, types.intp), emit


@intrinsic
def _offer_core(typing: Any) -> tuple[Any, Emit]:
    """Let the system run others on this core, where it has a call for that."""

    def emit(context: Any, builder: Any, sig: Any, arguments: Any) -> Any:
        if os.name == "posix":
            kind = ir.FunctionType(ir.IntType(32), [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
        return context.get_dummy_value()

    return signature(types.void), emit


@helper
def wait_for_all(words: Any, workers: int) -> bool:
    """Return when all workers are here, and see all that they wrote before; false when they do not come any more.

    words: WORDS of int64, zeros at first. Who sets words[GIVEN_UP] lets everybody go.
    """
    if workers == 1:
        return True
    times = _seen(words, 1)
    if _count_up(words, 0) == workers - 1:
        _tell(words, 0, 0)
        _tell(words, 1, times + 1)
        return True
    looks = 0
    while _seen(words, 1) == times:
        if _seen(words, GIVEN_UP):
            return False
        looks += 1
        if looks > PATIENCE:
            _offer_core()
    return True
