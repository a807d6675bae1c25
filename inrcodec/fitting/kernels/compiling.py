"""How kernels are compiled: without the interpreter's lock, once per machine, and kept in the user's cache folder."""

from __future__ import annotations

from numba import njit

# No fast-math: vectors say themselves what may be contracted, and a diverging fit must show as not a number.
inlined = njit(
    nogil=True, error_model="numpy", boundscheck=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
helper = njit(nogil=True, error_model="numpy", boundscheck=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
compiled = njit(nogil=True, error_model="numpy", boundscheck=False, cache=True)
