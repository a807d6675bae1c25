"""What images are worth that join a file later: every sixth picture of a folder is left out of a fit and added to it.

    python tools/measure_adding.py samples/48

prints, for each design, PSNR of the fitted pictures and of those added with so many steps, the bytes that each of these
takes, and beside them the same pictures in a file of the whole folder.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import inrcodec
from inrcodec.archive import Archive
from inrcodec.images import load_pictures

EVERY = 6
DESIGNS: dict[str, dict[str, Any]] = {
    "pyramid": {"passes": 330},
    "latent": {"conditioning": "latent", "passes": 90},
    "hypernetwork": {"conditioning": "hypernetwork", "passes": 90},
    "latent, encoder": {"conditioning": "latent", "keep_encoder": True, "passes": 90},
    "hypernetwork, encoder": {"conditioning": "hypernetwork", "keep_encoder": True, "passes": 90},
}
STEPS = (0, 100, 400)


def main() -> None:
    """Fit, add and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS))
    asked = parser.parse_args()
    names = [picture.name for picture in load_pictures([asked.folder]).pictures]
    later = names[EVERY - 1 :: EVERY]
    sources = {
        "first": [asked.folder / name for name in names if name not in later],
        "later": [asked.folder / name for name in later],
        "all": [asked.folder / name for name in names],
    }
    print(f"{len(names) - len(later)} pictures fitted, {len(later)} added")
    with tempfile.TemporaryDirectory() as folder:
        for design in asked.designs:
            compare(design, sources, Path(folder))


def compare(design: str, sources: dict[str, list[Path]], folder: Path) -> None:
    """The rows of a design."""
    how = {"background": "white", "holdout": 0, "overwrite": True, **DESIGNS[design]}
    first = inrcodec.encode(sources["first"], folder / "first.inr", **how).archive
    print(f"{design:<24}fitted without them   {first.means['psnr']:6.2f} dB", flush=True)
    for steps in STEPS if first.encoder is not None else STEPS[1:]:
        added = inrcodec.add(
            folder / "first.inr",
            sources["later"],
            folder / "more.inr",
            steps=steps,
            background="white",
            overwrite=True,
        )
        grown = (added.archive.file_size - added.size_before) / len(sources["later"])
        print(
            f"{'':<24}added, {steps:>3} steps      {told(added.archive, sources)}  {grown:6.0f} bytes each", flush=True
        )
    together = inrcodec.encode(sources["all"], folder / "all.inr", **how).archive
    print(f"{'':<24}fitted with the rest  {told(together, sources)}", flush=True)


def told(archive: Archive, sources: dict[str, list[Path]]) -> str:
    """Mean PSNR of the pictures that came later."""
    numbers = [archive[path.name].number for path in sources["later"]]
    return f"{float(np.mean(archive.figures['psnr'][numbers])):6.2f} dB"


if __name__ == "__main__":
    main()
