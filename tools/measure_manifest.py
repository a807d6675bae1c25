"""How many bytes the manifest of a collection takes: python tools/measure_manifest.py

Made-up rows: names that count up, PSNR of 30 dB and bytes an image, both normally spread, by 3 dB and a sixth of the
bytes. Real sets differ by how widely theirs are spread.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from inrcodec.archive.collection import Rows, Shard, write_manifest
from inrcodec.archive.collection.manifest import About
from inrcodec.bitstream.collection import MANIFEST


def manifest_bytes(images: int, shards: int, each: int, hashed: bool) -> int:
    """Of so many images of so many bytes, whose names are as hashes are, or count up."""
    dice, own = np.random.default_rng(0), images // shards
    listed = [
        Shard(file=f"{dice.bytes(10).hex()}.inr", images=own, bytes=each * own, blake2b=dice.bytes(32).hex(),
              channels=3, base="1", seconds=60.0, head=4000, blocks=[64 * each] * (own // 64))
        for _ in range(shards)
    ]  # fmt: skip
    rows = [
        Rows(names=[dice.bytes(8).hex() + ".png" if hashed else f"{shard:04}/{number:07}.png" for number in range(own)],
             heights=[32] * own, widths=[32] * own, psnr=dice.normal(30, 3, own).tolist(),
             bytes=dice.normal(each, each / 6, own).tolist())
        for shard in range(shards)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        write_manifest(Path(folder), listed, rows, About(software="measure_manifest"), overwrite=False)
        return (Path(folder) / MANIFEST).stat().st_size


def main() -> None:
    """Print a row for each kind of set."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.parse_args()
    print("| images | shards | bytes an image | names | bytes of manifest | an image | of the shards |")
    print("|---|---|---|---|---|---|---|")
    for images, shards, each, hashed in (
        (8_000, 2, 161, False),
        (100_000, 25, 161, False),
        (100_000, 25, 161, True),
        (1_000_000, 250, 161, False),
        (1_000_000, 250, 1100, False),
    ):
        size = manifest_bytes(images, shards, each, hashed)
        names = "hashes" if hashed else "count up"
        print(
            f"| {images:,} | {shards} | {each:,} | {names} | {size:,} | {size / images:.2f} "
            f"| {100 * size / images / each:.2f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
