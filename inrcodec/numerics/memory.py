"""How much memory this process can have."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

USUAL = 4 << 30  # bytes, where nobody tells
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container


def memory_bytes() -> int:
    """Of the machine, or what a container or a limit on the process leaves of it."""
    found = []
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for limit in LIMITS:
        with contextlib.suppress(OSError, ValueError):  # "max" is no number
            found.append(int(Path(limit).read_text("ascii")))
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limits = (resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_DATA)[0])
        found += [limit for limit in limits if limit != resource.RLIM_INFINITY]
    return min((one for one in found if one > 0), default=USUAL)
