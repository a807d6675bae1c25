"""Where the fit runs."""

from __future__ import annotations

import ctypes
import os
import sys

import torch

from inrcodec.errors import Parameter, UsageError

PIXELS_FOR_WORKERS = 4000  # per step; below, they would wait for each other longer than they work
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # from malloc.h


def device_named(name: str) -> torch.device:
    """The device for auto, cpu, cuda or mps; UsageError when it is not there."""
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device("cuda" if present["cuda"] else "cpu")
    if name not in present:
        raise UsageError(f"unknown device {name!r}; there are: auto, {', '.join(present)}")
    if not present[name]:
        raise UsageError(
            f"this machine has no usable {name} device; use ",
            Parameter("device", "auto"),
            " or ",
            Parameter("device", "cpu"),
        )
    return torch.device(name)


def keep_memory() -> None:
    """Let glibc keep freed memory: the fit frees and takes the same few buffers thousands of times a second.

    Giving them back to the system each time costs a third of the whole fit in page faults. Elsewhere, do nothing.
    """
    try:
        tune = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for parameter, value in ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 512 << 20), (M_TOP_PAD, 64 << 20)):
        tune(parameter, value)


def can_fork() -> bool:
    """Whether processes can share memory by forking; elsewhere than on Linux, system libraries do not survive it."""
    return sys.platform == "linux"


def workers_for(threads: int | None, device: str, pixels: int) -> int:
    """Processes that share a step of that many pixels: as asked, or one per available core up to 4.

    Where processes cannot share memory, torch gets the threads and there is one process; small steps have one anyway.
    """
    if threads is not None and threads < 1:
        raise UsageError(Parameter("threads", threads), ": at least 1 is needed")
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = threads or (min(4, available) if pixels >= PIXELS_FOR_WORKERS else 1)
    if device == "cpu" and can_fork():
        torch.set_num_threads(1)
        return wanted
    torch.set_num_threads(wanted)
    return 1
