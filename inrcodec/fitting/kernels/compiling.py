"""How kernels are compiled: without the interpreter's lock, once per machine, and kept in the user's cache folder."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit
from platformdirs import user_cache_dir

from inrcodec.version import __version__

# Nothing is compiled of these, or of what lays out.
PLAIN = ("__init__", "beside", "coding", "engine", "images", "packing", "parts", "trying", "view")
KERNELS = ("take_steps", "decide_images", "code_block", "count_alike")  # that Python calls
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}
_PART: dict[str, Any] = {  # without what callers in Python want, and without counts of who holds an array
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
LINKED = (
    "0.68.",
)  # versions of numba whose insides `lowering` is known to fit; with others compiling takes twice as long
if numba.__version__.startswith(LINKED):
    from inrcodec.fitting.kernels.lowering import PartCompiler

    _PART["pipeline_class"] = PartCompiler


@cache
def cache_folder() -> Path:
    """Where compiled kernels are kept: a folder of its own for each installation and each state of its sources.

    numba looks at the source of the outermost function alone, and would go on with kernels that are out of date. Where
    the user's cache folder cannot be written, a private one serves until the process ends: what numba keeps is code,
    and must not lie where others can put theirs.
    """
    here = Path(__file__).parent
    state = hashlib.sha256(f"{numba.__version__} {__version__}".encode())
    for source in sorted(here.glob("*.py")):
        if source.stem not in PLAIN and not source.stem.startswith("lay_"):
            state.update(source.read_bytes())
    place = f"kernels-{hashlib.sha256(os.fsencode(here)).hexdigest()[:8]}-"
    folder = Path(user_cache_dir("inrcodec")) / f"{place}{state.hexdigest()[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        private = tempfile.mkdtemp(prefix="inrcodec-")
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        return Path(private)
    for earlier in folder.parent.glob(f"{place}*"):
        if earlier != folder:  # of this installation before it changed
            shutil.rmtree(earlier, ignore_errors=True)
    return folder


def compiled_before() -> bool:
    """Whether all kernels are in the cache folder already."""
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder())
    return all(any(folder.rglob(f"*.{kernel}-*.nbc")) for kernel in KERNELS)


def compiled(function: Kernel) -> Kernel:
    """A kernel that Python calls, compiled at its first call and kept; NUMBA_CACHE_DIR decides where, if it is set."""
    known = numba.config.CACHE_DIR
    if not os.environ.get("NUMBA_CACHE_DIR"):
        numba.config.CACHE_DIR = str(cache_folder())
    try:
        return cast(Kernel, njit(**_OPTIONS, cache=True)(function))
    finally:
        numba.config.CACHE_DIR = known


def helper(function: Kernel) -> Kernel:
    """A part of a kernel, which nobody else calls.

    There is no fast-math: vectors say themselves what may be contracted, and a fit that diverges must show it.
    """
    return cast(Kernel, njit(**_OPTIONS, **_PART)(function))


def inlined(function: Kernel) -> Kernel:
    """A part whose values are to stay in registers."""
    return cast(Kernel, njit(**_OPTIONS, **_PART, forceinline=True)(function))
