"""What an exact search among stored descriptors takes, by made-up ones: seconds of processor time, and memory.

    python tools/measure_search.py 100000 1000000

They lie in files, a shard's each, as `inrcodec index` writes them, and were read before ("warm"): a million are 2.1 GB,
which the system keeps in memory if it has so much. Threads share a search, so on an idle machine it takes less time.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from inrcodec.retrieval.descriptor import LENGTH
from inrcodec.retrieval.index import StoredSpace
from inrcodec.retrieval.similarity import ranked

SHARD = 4096
TIMES = 3


def written(folder: Path, count: int) -> StoredSpace:
    """So many descriptors in files that are mapped into memory."""
    parts, members, dice = [], [], np.random.default_rng(0)
    for first in range(0, count, SHARD):
        here = min(SHARD, count - first)
        rows = dice.standard_normal((here + 1, LENGTH), np.float32) ** 2
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        rows[-1] = rows[:-1].mean(axis=0)
        np.save(folder / f"{first}.npy", rows.astype(np.float16))
        parts.append(np.load(folder / f"{first}.npy", mmap_mode="r"))
        members.append(np.arange(first, first + here))
    return StoredSpace(parts, members)


def main() -> None:
    """A line for every number of images."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=int, nargs="+")
    for count in parser.parse_args().counts:
        with tempfile.TemporaryDirectory() as folder:
            space = written(Path(folder), count)
            space.similarity(0, "cosine")
            begun, spent = time.perf_counter(), time.process_time()
            for number in range(TIMES):
                ranked(space.similarity(number, "cosine"), 9, without=number)
            wall, processor = time.perf_counter() - begun, time.process_time() - spent
            begun = time.process_time()
            space.similarities(range(64), "cosine")
            together = time.process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{count:>9,} images: {wall / TIMES:.3f} s, of processor time {processor / TIMES:.3f} s a query, "
                f"{together / 64:.4f} s where 64 are asked at once; {peak:.0f} MiB, mapped files included"
            )


if __name__ == "__main__":
    main()
