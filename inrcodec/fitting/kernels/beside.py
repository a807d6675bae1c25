"""Kernels that the first steps do without, compiled by another process meanwhile: numba compiles one at a time in each.

`python -m inrcodec.fitting.kernels.beside` does it; what it compiles lies in the cache folder then.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from inrcodec.fitting.kernels.compiling import cache_folder
from inrcodec.numerics.cores import available_cores

LONGEST = 300.0  # seconds that the other process is waited for; what it has not done by then is done here


def compile_first() -> None:
    """Compile what the first steps need; it is the same for all designs."""
    from inrcodec.fitting.kernels.engine import KernelStep
    from inrcodec.settings import ModelSettings

    KernelStep(ModelSettings(), 3).compile()


def compile_last() -> None:
    """Compile what the end of a fit needs, likewise."""
    from inrcodec.fitting.kernels.coding import KernelCoder
    from inrcodec.fitting.kernels.engine import KernelStep
    from inrcodec.settings import ModelSettings

    KernelCoder().compile()
    KernelStep(ModelSettings(), 3).compile_decisions()


@contextlib.contextmanager
def compiled_beside() -> Iterator[None]:
    """In here, another process compiles what the end of a fit needs, where there is a core for it; then it is done.

    Where that fails, what is missing is compiled when it is first called.
    """
    if available_cores() < 2:
        yield
        return
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    surroundings.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],  # -P: nothing in the folder where one works is run
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        yield
        return
    try:
        yield
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LONGEST)
    finally:  # an interrupt, too
        process.kill()
        process.wait()


if __name__ == "__main__":
    compile_last()
