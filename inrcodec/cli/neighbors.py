"""`inrcodec neighbors`: which images of a set are alike, or unlike, one of them or a picture from outside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inrcodec.cli.console import Console, print_json, print_table
from inrcodec.cli.opening import open_any
from inrcodec.cli.options import Force, Json, LabelColumn, Quiet, Set, Trust, epilog
from inrcodec.cli.rows import Shown, check_sheet, draw_rows
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive
    from inrcodec.numerics.arrays import FloatArray
    from inrcodec.retrieval.similarity import Metric
    from inrcodec.retrieval.space import AnySpace, By, Judged

EPILOG = epilog(
    (
        "inrcodec neighbors set.inr 3",
        "inrcodec neighbors set.inr cat.png -k 12 --sheet cats.png",
        "inrcodec neighbors set.inr ./elsewhere/dog.jpg",
        "inrcodec neighbors set.inr 3 --farthest --by code",
        "inrcodec neighbors set.inr --all --json",
        "inrcodec neighbors set.inr --labels labels.csv --label-column kind",
    ),
    (
        "file, by, metric, farthest, queries (query, neighbors (number, name, similarity, or distance "
        "where it is one)); with --labels: file, table (by, four scores, interval: low and high of 95 %)",
    ),
)
TOGETHER = 64  # images that are compared with all others in one go
CHOICES = ("joined", "descriptor", "code", "last-hidden")
FORMER_NAMES = {"look": "descriptor"}  # what scripts may still say


def parse_by(value: str) -> str:
    """A value of --by; BadParameter names the ones there are."""
    chosen = FORMER_NAMES.get(value, value)
    if chosen not in CHOICES:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(map(repr, CHOICES))}.")
    return chosen


ByOption = Annotated[
    Any,
    typer.Option(
        "--by",
        parser=parse_by,
        metavar=f"[{'|'.join(CHOICES)}]",
        help="descriptor: edges and colours of the decoded image; last-hidden: the network's last sine layer; joined: "
        "both, best by measurement (see --labels; of a picture from outside, its descriptor); code: moments of the "
        "image's latents, by place.",
    ),
]
MetricOption = Annotated[Literal["cosine", "euclidean", "dot"], typer.Option("--metric", help="How vectors compare.")]


@dataclass(frozen=True)
class Query:
    """What is asked for: its similarity to every image (n,), and its number in the set, or its picture from outside."""

    name: str
    similarity: FloatArray
    number: int | None = None
    picture: FloatArray | None = None


def neighbors(
    file: Set,
    image: Annotated[
        str | None, typer.Argument(metavar="IMAGE", help="A number, a name, or a picture file.", show_default=False)
    ] = None,
    count: Annotated[int, typer.Option("-k", "--count", min=1, help="Neighbours to list.")] = 8,
    by: ByOption = "joined",
    metric: MetricOption = "cosine",
    farthest: Annotated[bool, typer.Option("--farthest", help="The least alike instead.")] = False,
    every: Annotated[bool, typer.Option("--all", help="The neighbours of every image.")] = False,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="CSV", help="Judge every choice by labels.", show_default=False),
    ] = None,
    label_column: LabelColumn = "label",
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE", help="Draw the rows as one picture.", show_default=False)
    ] = None,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """List the images nearest to one of the set, or to a picture that is not in it; the search is exact."""
    console = Console(quiet)
    _check_choice(image, every, labels, sheet)
    from inrcodec.retrieval.space import comparable

    archive = open_any(file, trust=trust)
    if labels is not None:
        _judge(archive, file, labels, label_column, metric, json, console)
        return
    if sheet is not None:
        check_sheet(sheet, force=force)
    by = comparable(archive, by)
    if by == "joined" and image is not None and _is_outside(archive, image):
        by = "descriptor"
    answer, shown = list[dict[str, Any]](), list[Shown]()
    for query in _queries(archive, described(archive, by, console), image, metric):
        answer.append({"query": query.name, "neighbors": _found(archive, query, count, farthest, metric)})
        shown.append(_shown_query(query))
    if (there := len(answer[0]["neighbors"])) < count:
        console.say(f"{file} has no more than {there} to list")
    if sheet is not None:
        rows = [
            [first, *(Shown(one["number"], one["name"], _score(one, metric)) for one in row["neighbors"])]
            for first, row in zip(shown, answer, strict=True)
        ]
        draw_rows(archive, rows, sheet, force=force, console=console)
    if json:
        print_json({"file": file, "by": by, "metric": metric, "farthest": farthest, "queries": answer})
    elif every:
        heads = ("query", *(f"{place}." for place in range(1, min(count, len(archive) - 1) + 1)))
        rows_of_text = ((row["query"], *(_short(one, metric) for one in row["neighbors"])) for row in answer)
        print_table(heads, rows_of_text, left=(0,))
    else:
        print_table(("number", "name", metric), (_row(one, metric) for one in answer[0]["neighbors"]))


def _check_choice(image: str | None, every: bool, labels: Path | None, sheet: Path | None) -> None:
    asked = {"an image": image is not None, "--all": every, "--labels": labels is not None}
    given = [name for name, one in asked.items() if one]
    if not given:
        raise UsageError("name one image (number, name or picture file), or use --all, or --labels CSV")
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} are different questions; ask one of them")
    if labels is not None and sheet is not None:
        raise UsageError("--labels prints a table; for a sheet, name an image or use --all")


def _queries(archive: AnyArchive, space: AnySpace, image: str | None, metric: Metric) -> Iterator[Query]:
    """One image of the set, a picture that is not in it, or all images, some at a time."""
    if image is None:
        for start in range(0, len(archive), TOGETHER):
            yield from _members(archive, space, range(start, min(start + TOGETHER, len(archive))), metric)
        return
    if _is_outside(archive, image):
        from inrcodec.retrieval.space import describe_file

        outside = describe_file(Path(image), space)
        yield Query(image, space.similarity_of(outside, metric), picture=outside.picture)
        return
    if image not in archive and Path(image).suffix and not Path(image).is_file():
        raise UsageError(f"{image}: neither an image of {archive.called} nor a picture file; report lists the images")
    numbers = archive.select(image)
    if len(numbers) != 1:
        raise UsageError(f"{image!r} names {len(numbers)} images; name one, or use --all")
    yield from _members(archive, space, numbers, metric)


def _is_outside(archive: AnyArchive, image: str) -> bool:
    """Whether it is a picture file, and no image of the set."""
    return image not in archive and not image.isdigit() and Path(image).is_file()


def _members(archive: AnyArchive, space: AnySpace, numbers: Sequence[int], metric: Metric) -> Iterator[Query]:
    for number, similarity in zip(numbers, space.similarities(numbers, metric), strict=True):
        yield Query(archive.names[number], similarity, number)


def score_of(metric: Metric, similarity: float) -> tuple[str, float]:
    """What a figure is called, and the figure: a distance is positive, and less is nearer."""
    return ("distance", max(0.0, -similarity)) if metric == "euclidean" else ("similarity", similarity)


def _found(archive: AnyArchive, query: Query, count: int, farthest: bool, metric: Metric) -> list[dict[str, Any]]:
    from inrcodec.retrieval.similarity import ranked

    order = ranked(query.similarity, count, farthest=farthest, without=query.number).tolist()
    return [
        {"number": one, "name": archive.names[one], **dict([score_of(metric, float(query.similarity[one]))])}
        for one in order
    ]


def _score(found: dict[str, Any], metric: Metric) -> float:
    return float(found[score_of(metric, 0.0)[0]])


def _row(found: dict[str, Any], metric: Metric) -> tuple[str, str, str]:
    return str(found["number"]), found["name"], f"{_score(found, metric):.4f}"


def _short(found: dict[str, Any], metric: Metric) -> str:
    return f"{found['name']} {_score(found, metric):.3f}"


def _shown_query(query: Query) -> Shown:
    return Shown(query.number, query.name, None, query.picture)


def described(archive: AnyArchive, by: By, console: Console) -> AnySpace:
    """The images as vectors; large sets show progress, as 1,000 images take some eight seconds."""
    from inrcodec.retrieval.space import describe

    with _image_progress(console) as on_image:
        return describe(archive, by, on_image)


@contextmanager
def _image_progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    from inrcodec.cli.progress import step_progress

    with step_progress(console) as step:
        yield lambda done, total: step("compare", done, total, f"{done} of {total} images")


def _judge(
    archive: AnyArchive, file: str, labels: Path, column: str, metric: Metric, json: bool, console: Console
) -> None:
    from inrcodec.retrieval.space import judge

    with _image_progress(console) as on_image:
        table = judge(archive, labels, metric, on_image, column=column)
    if json:
        rows = [
            {"by": row.by, **dataclasses.asdict(row.quality), "interval": dataclasses.asdict(row.interval)}
            for row in table
        ]
        print_json({"file": file, "labels": str(labels), "metric": metric, "table": rows})
        return
    heads = ("by", "precision@1", "precision@5", "mAP", "nDCG@10")
    print_table(heads, ((row.by, *_scores(row)) for row in table), left=(0,))
    console.say("in brackets: 95 % intervals, by drawing the queries again")


def _scores(row: Judged) -> Iterator[str]:
    bounds = zip(*map(dataclasses.astuple, (row.quality, row.interval.low, row.interval.high)), strict=True)
    yield from (f"{value:.3f} [{low:.2f}, {high:.2f}]" for value, low, high in bounds)
