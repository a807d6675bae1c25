"""What an encode takes of memory: a part that is always there, and so much for every pixel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.images.bombs import FIT_BYTES

ALWAYS, A_PIXEL = 300e6, 60.0  # bytes; of a set of 4 million pixels, as they are measured here
SIDE = 128
MEASURED = (
    "import resource, sys\n"
    "from inrcodec.encoding import keeping\n"
    "keeping.UNSAVED = 0.0\n"  # as in any fit that is longer
    "from inrcodec.cli.app import main\n"
    "code = main(sys.argv[1:])\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=sys.stderr)\n"
    "sys.exit(code)\n"
)


@pytest.mark.slow  # half a minute
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has other units elsewhere")
def test_memory_grows_with_the_pixels_as_promised(tmp_path: Path) -> None:
    draw, took = np.random.default_rng(0), {}
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
    for images in (8, 60, 240):
        folder = tmp_path / f"{images}"
        folder.mkdir()
        for number in range(images):
            coarse = Image.fromarray(draw.integers(0, 256, (8, 8, 3), np.uint8))
            coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
        words = ["encode", str(folder), "-o", str(tmp_path / f"{images}.inr"), "--passes", "2", "--threads", "1"]
        run = [sys.executable, "-c", MEASURED, *words, "--device", "cpu"]
        ended = subprocess.run(run, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        took[images * SIDE**2] = float(ended.stderr.splitlines()[-1])
    told = {f"{pixels / 1e6:.2f} million pixels": f"{size / 1e6:.0f} MB" for pixels, size in took.items()}
    print(told)
    assert all(size < ALWAYS + A_PIXEL * pixels for pixels, size in took.items()), told
    (few, first), *_, (many, last) = took.items()
    assert (last - first) / (many - few) < FIT_BYTES  # by which sets are refused
