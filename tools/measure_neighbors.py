"""Which way to compare images finds those of the same label, on several labelled sets, with intervals.

    python tools/measure_neighbors.py --set emoji EMOJI EMOJI.csv --save fits --json fits/table.json

Without --set, the sets that packages ship and the samples are measured: digits and parts of textures and photographs
(which one is it from?), faces among patches of backgrounds, and the families of samples/. Every set is encoded once
(kept with --save), every image is a query among the others; brackets are 95 % intervals, by drawing the queries again.
"from descriptor" is the difference of the mAP to the default, query by query, and its interval: where that leaves out
0, the difference is beyond chance. Joined ways add cosines; "joined, chosen" has weights that are the best, by the mean
of mAP, on all other sets but the one of the row, of all or of those without the code. Pip: scikit-image, scikit-learn.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from measurement_sets import LABELLED, write_labelled
from numpy.typing import NDArray

import inrcodec
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.scores import interval, mean_scores, query_scores
from inrcodec.retrieval.similarity import centered, similarities
from inrcodec.retrieval.space import CHOICES, COMPONENTS, _labels, _thumbnail, describe

DEFAULT, CHOSEN = "descriptor", "joined, chosen"
WEIGHTS = (0.0, 0.125, 0.25, 0.5, 1.0)  # of code and of last-hidden, beside the descriptor's 1
FIXED = ((0.25, 0.0), (0.5, 0.0), (0.0, 0.25), (0.25, 0.25))  # of these, rows of their own
MAP = 2  # the column that weights are chosen by
HEADINGS = ("set", "by", "precision@1", "precision@5", "mAP", "mAP from descriptor")

Scores = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class LabelledSet:
    """What was encoded, and the cosines (n, n) of every way to compare."""

    name: str
    labels: NDArray[np.int64]
    cosines: dict[str, FloatArray]

    def scores(self, by: str) -> Scores:
        """Of every query (queries, 4)."""
        return query_scores(self.cosines[by], self.labels)

    def joined(self, code: float, hidden: float) -> Scores:
        """The same of a sum of cosines."""
        summed = self.cosines[DEFAULT] + np.float32(code) * self.cosines["code"]
        return query_scores(summed + np.float32(hidden) * self.cosines["last-hidden"], self.labels)


def compared(name: str, file: Path, table: Path) -> LabelledSet:
    """Every way to compare the images of a file."""
    archive = inrcodec.open(file)
    pixels = centered(np.stack([_thumbnail(image) for image in archive]))[0]
    vectors = {by: describe(archive, by).vectors for by in CHOICES if by != "joined"}
    vectors |= {
        "pixels": pixels,
        "PCA of pixels": pixels @ np.linalg.svd(pixels, full_matrices=False)[2][:COMPONENTS].T,
    }
    cosines = {by: similarities(rows, rows) for by, rows in vectors.items()}
    return LabelledSet(name, _labels(archive, table), cosines)


def rows(sets: list[LabelledSet]) -> Iterator[tuple[str, str, Scores, Scores]]:
    """Set, way, its scores and the default's."""
    pairs = list(itertools.product(WEIGHTS, WEIGHTS))
    joined = {one.name: {pair: one.joined(*pair) for pair in pairs} for one in sets}
    for one in sets:
        usual = one.scores(DEFAULT)
        for by in one.cosines:
            yield one.name, by, one.scores(by), usual
        for code, hidden in FIXED:
            yield one.name, f"+ {code:g} code + {hidden:g} last-hidden", joined[one.name][code, hidden], usual
        others = [joined[other.name] for other in sets if other is not one]
        for among in (pairs, [pair for pair in pairs if pair[0] == 0.0]) if others else ():
            best = max(among, key=lambda pair: np.mean([scores[pair][:, MAP].mean() for scores in others]))
            yield one.name, f"{CHOSEN} of {len(among)} ({best[0]:g}, {best[1]:g})", joined[one.name][best], usual


def shown(name: str, by: str, found: Scores, usual: Scores) -> tuple[str, ...]:
    """A row of the table."""
    mean, within = (dataclasses.astuple(mean_scores(found)), interval(found))
    bounds = zip(mean, dataclasses.astuple(within.low), dataclasses.astuple(within.high), strict=True)
    figures = [f"{value:.3f} [{low:.2f}, {high:.2f}]" for value, low, high in bounds][:3]
    apart = interval(found - usual)
    low, high = (dataclasses.astuple(side)[MAP] for side in (apart.low, apart.high))
    difference = f"{(found - usual)[:, MAP].mean():+.3f} [{low:+.3f}, {high:+.3f}]" if by != DEFAULT else ""
    return (name, by, *figures, f"**{difference}**" if by != DEFAULT and not low <= 0 <= high else difference)


def told(name: str, by: str, found: Scores, usual: Scores) -> dict[str, Any]:
    """The same for programs."""
    apart = dataclasses.asdict(interval(found - usual))
    return {"set": name, "by": by, **dataclasses.asdict(mean_scores(found)), "queries": len(found),
            "interval": dataclasses.asdict(interval(found)), "difference": apart}  # fmt: skip


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=3, action="append", default=[], metavar=("NAME", "FOLDER", "CSV"))
    parser.add_argument("--only", nargs="*", default=list(LABELLED), choices=list(LABELLED), help="of the shipped ones")
    parser.add_argument("--passes", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save", type=Path, help="a folder for the files, which are taken from there next time")
    parser.add_argument("--json", type=Path, help="write the table there, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.save or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        sources = [(name, Path(place), Path(table)) for name, place, table in asked.set]
        sources += [(name, *write_labelled(name, Path(folder))) for name in asked.only]
        sets = []
        for name, place, table in sources:
            file = kept / f"{name}.inr"
            if not file.exists():
                inrcodec.encode(
                    [place], file, passes=asked.passes, threads=asked.threads, background="white", holdout=0
                )
            sets.append(compared(name, file, table))
    found = list(rows(sets))
    print("|", " | ".join(HEADINGS), "|")
    print("|---" * len(HEADINGS) + "|")
    for row in found:
        print("|", " | ".join(shown(*row)), "|")
    if asked.json:
        asked.json.write_text(json.dumps([told(*row) for row in found], indent=1), "utf-8")


if __name__ == "__main__":
    main()
