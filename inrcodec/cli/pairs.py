"""`inrcodec pairs`: the pairs of images that are most, or least, alike, each image at most once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrcodec.cli.console import Console, print_json, print_table
from inrcodec.cli.neighbors import ByOption, MetricOption, described, score_of
from inrcodec.cli.opening import open_any
from inrcodec.cli.options import Force, Json, Quiet, Set, Trust, epilog
from inrcodec.cli.rows import Shown, check_sheet, draw_rows
from inrcodec.errors import UsageError

EPILOG = epilog(
    (
        "inrcodec pairs set.inr --similar 5",
        "inrcodec pairs set.inr --dissimilar 5 --sheet pairs.png",
        "inrcodec pairs set.inr --similar 20 --optimal --json",
    ),
    (
        "file, by, metric, dissimilar, optimal, pairs (first, first_name, second, second_name, similarity, or distance "
        "where it is one)",
    ),
)


def pairs(
    file: Set,
    similar: Annotated[
        int | None, typer.Option("--similar", metavar="N", min=1, help="The N most alike.", show_default=False)
    ] = None,
    dissimilar: Annotated[
        int | None, typer.Option("--dissimilar", metavar="N", min=1, help="The N least alike.", show_default=False)
    ] = None,
    optimal: Annotated[
        bool, typer.Option("--optimal", help="The best sum of all pairs, by exact matching, instead of one by one.")
    ] = False,
    by: ByOption = "joined",
    metric: MetricOption = "cosine",
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE", help="Draw a row for each pair.", show_default=False)
    ] = None,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """List pairs of images with variety: each image appears once at most."""
    if (similar is None) == (dissimilar is None):
        raise UsageError("give either --similar N or --dissimilar N")
    from inrcodec.retrieval.similarity import greedy_pairs, optimal_pairs
    from inrcodec.retrieval.space import comparable

    console = Console(quiet)
    archive = open_any(file, trust=trust)
    by = comparable(archive, by)
    if len(archive) < 2:
        raise UsageError(f"{file}: has one image only; a pair needs two")
    if sheet is not None:
        check_sheet(sheet, force=force)
    match = optimal_pairs if optimal else greedy_pairs
    wanted, unlike = similar or dissimilar or 1, dissimilar is not None
    found = match(described(archive, by, console).vectors, wanted, metric, dissimilar=unlike)
    if len(found) < wanted:
        console.say(f"{file} has no more than {len(found)} pairs in which no image comes twice")
    if sheet is not None:
        rows_shown = [
            [Shown(number, archive.names[number], score_of(metric, value)[1]) for number in (first, second)]
            for first, second, value in found
        ]
        draw_rows(archive, rows_shown, sheet, force=force, console=console)
    names = archive.names
    if json:
        keys = ("first", "first_name", "second", "second_name", score_of(metric, 0.0)[0])
        rows = [
            dict(zip(keys, (a, names[a], b, names[b], score_of(metric, value)[1]), strict=True))
            for a, b, value in found
        ]
        answer = {"file": file, "by": by, "metric": metric, "dissimilar": unlike, "optimal": optimal, "pairs": rows}
        print_json(answer)
        return
    table = ((str(a), names[a], str(b), names[b], f"{score_of(metric, value)[1]:.4f}") for a, b, value in found)
    print_table(("number", "name", "number", "name", metric), table, left=(1, 3))
