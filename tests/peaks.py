"""What a piece of a program takes of memory at most, in a process of its own: elsewhere others' peaks would hide it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
def peak():
    told = open("/proc/self/status", encoding="utf-8").read()
    return int(told.split("VmHWM:")[1].split()[0]) * 1024
{before}
start = peak()
{work}
print(peak() - start)
"""


def peak_of(before: str, work: str) -> float:
    """Bytes by which memory grows at most while Python does some work, `before` done; skips where nobody tells."""
    if sys.platform != "linux":
        pytest.skip("peaks of memory are read from /proc")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    told = MEASURED.format(before=before, work=work)
    ended = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return float(ended.stdout)
