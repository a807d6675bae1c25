"""Parts that are linked and not made code of each compute what numba's own way computes."""

from __future__ import annotations

from typing import Any

import numba
import pytest
from numba import njit

from inrcodec.fitting.kernels import compiling

FITS = numba.__version__.startswith(compiling.LINKED)


@pytest.mark.parametrize(
    "linked", [pytest.param(True, marks=pytest.mark.skipif(not FITS, reason="another numba")), False]
)
def test_parts_that_call_parts_compute_the_same(linked: bool) -> None:
    options = dict(compiling._PART)
    if not linked:  # as with versions of numba that nobody has tried yet
        options.pop("pipeline_class", None)
    inner: Any = njit(**compiling._OPTIONS, **options)(lambda number: 2.0 * number + 1.0)
    outer: Any = njit(**compiling._OPTIONS, **options)(lambda number: inner(number) * inner(number + 1.0))
    kernel: Any = njit(lambda first, second: outer(first) + inner(second))
    assert kernel(2.0, 3.0) == 5.0 * 7.0 + 7.0
    assert kernel(0.5, -1.0) == 2.0 * 4.0 - 1.0
