"""What a fit takes of its process: cores, torch's threads, the allocator; taken for its time and put back after it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from inrcodec.errors import Parameter, UsageError
from inrcodec.fitting.devices import Device
from inrcodec.numerics.cores import available_cores
from inrcodec.settings import FitSettings

PIXELS_FOR_WORKERS = 4000  # per step; below, they would wait for each other longer than they work
MOST_WORKERS = 4  # unless more are asked for
# Parameters of glibc's allocator: number in malloc.h, name in the environment, value during a fit, usual value.
ALLOCATOR = (
    (-3, "MMAP_THRESHOLD", 32 << 20, 128 << 10),
    (-1, "TRIM_THRESHOLD", 512 << 20, 128 << 10),
    (-2, "TOP_PAD", 64 << 20, 0),
)


@dataclass(frozen=True)
class Allotment:
    """What a fit gets of this machine."""

    workers: int = 1  # processes that share a step
    threads: int | None = None  # of torch in each of them; None: as many as were found
    precision: str | None = "highest"  # of float32 products; None: nothing of torch is touched, or loaded
    keep_memory: bool = False  # whether the allocator keeps what is freed

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Set this process so; at the end everything is as it was found."""
        with _kept_memory(self.keep_memory), _tuned_torch(self.threads, self.precision):
            yield


def allotted(settings: FitSettings, device: Device, pixels: int, *, kernels: bool = False) -> Allotment:
    """For steps of that many pixels: as many workers as asked, or one per available core up to MOST_WORKERS.

    Where processes cannot share memory, torch gets the threads and there is one worker; small steps have one anyway. If
    the process is not to be tuned, nobody forks it and torch keeps its threads. Kernels take threads of their own.
    """
    if settings.threads is not None and settings.threads < 1:
        raise UsageError(Parameter("threads", settings.threads), ": at least 1 is needed")
    available = available_cores()
    wanted = settings.threads or (min(MOST_WORKERS, available) if pixels >= PIXELS_FOR_WORKERS else 1)
    if kernels:
        return Allotment(wanted, precision=None, keep_memory=settings.tune_process)
    if not settings.tune_process:
        return Allotment(precision=None)
    if device.forked_workers and can_fork():
        return Allotment(wanted, 1, device.precision, keep_memory=True)
    return Allotment(1, wanted, device.precision, keep_memory=True)


def load_autograd() -> None:
    """Take a first gradient from a gradient: torch loads more of itself then, half a second that is no step's work."""
    import torch

    scalar = torch.zeros((), requires_grad=True)
    torch.autograd.grad(scalar * scalar, scalar, torch.ones(()))


def can_fork() -> bool:
    """Whether processes can share memory by forking; elsewhere than on Linux, system libraries do not survive it."""
    return sys.platform == "linux"


@contextmanager
def one_torch_thread(wanted: bool = True) -> Iterator[None]:
    """Let torch do every operation by one thread, where that is wanted.

    Threads of ours that each start torch's own wait for each other more than they work: on two busy cores small
    operations took thirteen times as long.
    """
    import torch

    threads = torch.get_num_threads()
    if wanted:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if wanted:
            torch.set_num_threads(threads)


@contextmanager
def _tuned_torch(wanted: int | None, wanted_precision: str | None) -> Iterator[None]:
    """Torch's threads and the precision of its products, where it is wanted at all."""
    if wanted_precision is None:
        yield
        return
    import torch

    threads, precision = torch.get_num_threads(), torch.get_float32_matmul_precision()
    if wanted is not None:
        torch.set_num_threads(wanted)
    torch.set_float32_matmul_precision(wanted_precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(precision)
        torch.set_num_threads(threads)


@contextmanager
def _kept_memory(wanted: bool) -> Iterator[None]:
    """Let glibc keep freed memory: the fit frees and takes the same few buffers thousands of times a second.

    Giving them back to the system each time costs a third of the whole fit in page faults. glibc does not tell what is
    set: what the environment sets stays as it is, and the rest goes back to its usual value. Elsewhere, do nothing.
    """
    try:
        library = ctypes.CDLL(None)
        tune, trim = library.mallopt, library.malloc_trim
    except (OSError, AttributeError, TypeError):
        wanted = False
    if not wanted:
        yield
        return
    tunables = os.environ.get("GLIBC_TUNABLES", "")
    free = [
        (number, during, usual)
        for number, name, during, usual in ALLOCATOR
        if f"MALLOC_{name}_" not in os.environ and f"glibc.malloc.{name.lower()}=" not in tunables
    ]
    for number, during, _ in free:
        tune(number, during)
    try:
        yield
    finally:
        for number, _, usual in free:
            tune(number, usual)
        trim(0)
