"""Importing this does once what commands do, so that processes forked from here have loaded and compiled it all."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from inrcodec.cli.app import main

QUICK = ("--threads", "1", "--device", "cpu")

with tempfile.TemporaryDirectory() as _name, contextlib.redirect_stdout(io.StringIO()):
    _folder, _noise = Path(_name), np.random.default_rng(0)
    for _number in range(3):
        Image.fromarray(_noise.integers(0, 256, (16, 16, 3), np.uint8)).save(_folder / f"{_number}.png")
    _set = str(_folder / "set.inr")
    for _words in (
        ["encode", str(_folder / "0.png"), str(_folder / "1.png"), "-o", _set, "--passes", "20", *QUICK],
        ["add", _set, str(_folder / "2.png"), "--refine", "5", *QUICK],
        ["decode", _set, "--size", "32", "-o", str(_folder / "stills")],
        ["morph", _set, "0", "1", "--frames", "2", "--size", "16", "-o", str(_folder / "moving.gif")],
    ):
        if _code := main(_words):
            raise RuntimeError(f"{' '.join(_words)}: exit code {_code}")
