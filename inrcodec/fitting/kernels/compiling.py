"""How kernels are compiled: without the interpreter's lock, once per machine, and kept in the user's cache folder."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit
from platformdirs import user_cache_dir


def cache_folder() -> Path:
    """Where compiled kernels are kept: a folder of its own for each state of their sources.

    numba looks at the source of the outermost function alone, and would go on with kernels that are out of date. Where
    the user's cache folder cannot be written, a private one serves until the process ends: what numba keeps is code,
    and must not lie where others can put theirs.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    folder = Path(user_cache_dir("inrcodec")) / f"kernels-{digest.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        private = tempfile.mkdtemp(prefix="inrcodec-")
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        return Path(private)


def compiled(function: Callable[..., Any]) -> Any:
    """A kernel that Python calls, compiled at its first call and kept; NUMBA_CACHE_DIR decides where, if it is set."""
    known = numba.config.CACHE_DIR
    if not os.environ.get("NUMBA_CACHE_DIR"):
        numba.config.CACHE_DIR = str(cache_folder())
    try:
        return njit(nogil=True, error_model="numpy", boundscheck=False, cache=True)(function)
    finally:
        numba.config.CACHE_DIR = known


# No fast-math: vectors say themselves what may be contracted, and a diverging fit must show as not a number. Helpers
# have no wrappers for callers in Python: these would take a third of the time that compiling takes.
inlined = njit(
    nogil=True, error_model="numpy", boundscheck=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)
helper = njit(nogil=True, error_model="numpy", boundscheck=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
