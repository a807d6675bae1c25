"""How long commands take on a large collection: python tools/measure_large.py set.inr --shards 25

The collection has so many shards, each of them that file with names of its own (a file of 4,000 images gives 100,000).
An index of made-up descriptors stands beside them, as what is in them does not matter to the time. Each command is a
fresh process: seconds on the clock and of a processor, the least of RUNS; of `browse`, until the terminal shows the
first frame. Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from measure_browse import SMALL, Screen, shown

from inrcodec.archive import Archive
from inrcodec.archive.collection import write_manifest
from inrcodec.archive.collection.manifest import About
from inrcodec.bitstream.container import read_chunks, write_chunks
from inrcodec.bitstream.names import encode_names
from inrcodec.encoding.shards.task import described
from inrcodec.retrieval.descriptor import LENGTH
from inrcodec.retrieval.index import FOLDER, name_of

RUNS = 5


def collected(source: Path, folder: Path, shards: int) -> int:
    """Write the collection with its index; how many images it has."""
    chunks, images = read_chunks(source.read_bytes()), len(Archive.open(source))
    folder.mkdir()
    (folder / FOLDER).mkdir()
    listed, rows, dice = [], [], np.random.default_rng(0)
    for shard in range(shards):
        names = encode_names([f"{shard:04}/{number:07}.png" for number in range(images)])
        path = folder / f"{shard:020x}.inr"
        path.write_bytes(write_chunks([replace(one, payload=names) if one.kind == b"nAME" else one for one in chunks]))
        one, told = described(Archive.open(path), 0.0)
        listed.append(one)
        rows.append(told)
        vectors = dice.standard_normal((images + 1, LENGTH), np.float32) ** 2
        np.save(folder / name_of(one.blake2b), vectors.astype(np.float16))
    write_manifest(folder, listed, rows, About(software="measure_large"), overwrite=False)
    return images * shards


def command(words: list[str]) -> str:
    """The least seconds of a few runs of the program."""
    times = []
    for _ in range(RUNS):
        begun, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, "-m", "inrcodec", *words], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        spent = after.children_user + after.children_system - before.children_user - before.children_system
        times.append((time.perf_counter() - begun, spent))
    return _least(times)


def browse(folder: Path) -> str:
    """The same until the first frame, and until all thumbnails on the screen are drawn."""
    frames, full = [], []
    with tempfile.TemporaryDirectory() as cache:
        for _ in range(RUNS):
            with shown(folder, SMALL, Path(cache)) as screen:
                screen.until(lambda screen: "images by number" in screen.text())
                frames.append((time.monotonic() - screen.started, screen.cpu()))
                with contextlib.suppress(TimeoutError):
                    screen.until(Screen.full)
                    full.append((time.monotonic() - screen.started, screen.cpu()))
    return f"{_least(frames)}; all thumbnails of the screen {_least(full)}"


def _least(times: list[tuple[float, float]]) -> str:
    wall, spent = (min(column) for column in zip(*times, strict=True))
    return f"{wall:.2f} s, of a processor {spent:.2f} s"


def main() -> None:
    """A line for every command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--shards", type=int, default=25)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "large.inrs"
        count = collected(asked.file, folder, asked.shards)
        print(f"{count:,} images", flush=True)
        middle = str(count // 2)
        print("version:", command(["--version"]), flush=True)
        print("info:", command(["info", str(folder)]), flush=True)
        output = str(Path(place) / "one.png")
        print(
            "decode of one image:", command(["decode", str(folder), "--index", middle, "-o", output, "-f"]), flush=True
        )
        print("neighbors:", command(["neighbors", str(folder), middle]), flush=True)
        print("browse, first frame:", browse(folder), flush=True)


if __name__ == "__main__":
    main()
