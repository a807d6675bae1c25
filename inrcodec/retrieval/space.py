"""What `neighbors` and `pairs` rest on: images of an archive as vectors, and the table that tells which to trust."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np

from inrcodec.archive import AnyArchive, Archive, ArchivedImage
from inrcodec.bitstream.escaping import from_cell, typed
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import load_pictures
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.descriptor import descriptor, descriptors_in_poses
from inrcodec.retrieval.index import StoredSpace, stored_space
from inrcodec.retrieval.outside import DESCRIPTOR_SIDE, Outside, on_white
from inrcodec.retrieval.scores import Interval, RetrievalScores, interval, mean_scores, query_scores
from inrcodec.retrieval.similarity import Metric, centered, similarities, unit

By = Literal["joined", "descriptor", "code", "last-hidden"]
CHOICES: tuple[By, ...] = ("joined", "descriptor", "code", "last-hidden")
JOINED: tuple[By, ...] = ("descriptor", "last-hidden")
LAST_HIDDEN_WEIGHT = 0.25  # of its cosine, the descriptor's being 1: docs/results.md
COMPONENTS = 32  # of the PCA that the others are compared with
COMMON_SIDE = 48  # pixels, where pictures of different sizes are compared pixel by pixel
OnImage = Callable[[int, int], None]


@dataclass(frozen=True)
class Space:
    """Vectors of all images (n, values) with the set's mean taken away, and that mean (values,)."""

    by: By
    vectors: FloatArray
    mean: FloatArray

    def similarity(self, number: int, metric: Metric) -> FloatArray:
        """How alike an image is to every image of the set, (n,)."""
        found: FloatArray = self.similarities([number], metric)[0]
        return found

    def similarities(self, numbers: Sequence[int], metric: Metric) -> FloatArray:
        """The same of several, (numbers, n)."""
        found: FloatArray = similarities(self.vectors[list(numbers)], self.vectors, metric)
        return found

    def similarity_of(self, outside: Outside, metric: Metric) -> FloatArray:
        """The same for a picture from outside: its best pose counts."""
        return outside.best(similarities(outside.poses - self.mean, self.vectors, metric), metric)


AnySpace = Space | StoredSpace  # what is searched


@dataclass(frozen=True)
class Judged:
    """One way to compare images, and how well it finds images of the same label; interval: bounds of 95 %."""

    by: str
    quality: RetrievalScores
    interval: Interval


def describe(archive: AnyArchive, by: By = "descriptor", on_image: OnImage = lambda done, all: None) -> AnySpace:
    """The images as vectors: descriptors, their own codes, or the field's last sine layer (the study's choice).

    Joined are descriptors and last layers, so that cosines add up by their weights. Of a collection, descriptors that
    are stored are not made again.
    """
    by = comparable(archive, by)
    if not isinstance(archive, Archive):
        return stored_space(archive, on_image)
    if by != "code":
        side = DESCRIPTOR_SIDE
        archive.check_work([(one.number, (min(side, one.width), min(side, one.height))) for one in archive])
    parts = JOINED if by == "joined" else (by,)
    rows: list[list[FloatArray]] = [[] for _ in parts]
    for done, image in enumerate(archive):
        on_image(done, len(archive))
        for part, found in zip(parts, rows, strict=True):
            found.append(_vector(image, part))
    spaces = [_space(part, np.stack(found)) for part, found in zip(parts, rows, strict=True)]
    if by != "joined":
        return spaces[0]
    vectors = joined(*(space.vectors for space in spaces))
    return Space("joined", vectors, np.zeros(vectors.shape[1], np.float32))


def comparable(archive: AnyArchive, by: By) -> By:
    """What images of a set can be compared by: in a collection descriptors alone, as its shards share no network."""
    if isinstance(archive, Archive) or by == "descriptor":
        return by
    if by != "joined":
        raise UsageError(
            Parameter("by", by), ": shards of a collection share no network; use ", Parameter("by", "descriptor")
        )
    return "descriptor"


def joined(descriptors: FloatArray, last_hidden: FloatArray) -> FloatArray:
    """One vector for each image of two, both less their means."""
    weighted = math.sqrt(LAST_HIDDEN_WEIGHT) * unit(last_hidden)
    return np.concatenate([unit(descriptors), weighted], axis=1, dtype=np.float32)


def _space(by: By, rows: FloatArray) -> Space:
    vectors, mean = centered(rows)
    if by == "code":  # channels differ in size by orders of magnitude
        vectors = vectors / np.maximum(vectors.std(axis=0), 1e-6)
    return Space(by, vectors, mean)


def describe_file(path: Path, space: AnySpace) -> Outside:
    """A picture that is not in the set; only its descriptor can be known without a fit."""
    if space.by != "descriptor":
        raise UsageError(
            f"{path}: a picture from outside has no {space.by} in this set; use ", Parameter("by", "descriptor")
        )
    (picture,) = load_pictures([path], max_size=DESCRIPTOR_SIDE, background="white").pictures
    return Outside(picture.pixels, *descriptors_in_poses(picture.pixels))


def judge(
    archive: AnyArchive,
    labels: Path,
    metric: Metric = "cosine",
    on_image: OnImage = lambda done, all: None,
    *,
    column: str = "label",
) -> list[Judged]:
    """Every choice beside pixels and their principal components, by the labels of a CSV.

    labels: a table with the columns name and `column`.
    """
    known = _labels(archive, labels, column)
    pixels = centered(np.stack([_thumbnail(image) for image in archive]))[0]
    directions = np.linalg.svd(pixels, full_matrices=False)[2][:COMPONENTS]
    choices: tuple[By, ...] = CHOICES if isinstance(archive, Archive) else ("descriptor",)
    described: dict[By, FloatArray] = {by: describe(archive, by, on_image).vectors for by in choices if by != "joined"}
    if "joined" in choices:
        described["joined"] = joined(*(described[by] for by in JOINED))
    spaces: list[tuple[str, FloatArray]] = [(by, described[by]) for by in choices]
    spaces += [("pixels", pixels), (f"PCA of pixels, {len(directions)}", pixels @ directions.T)]
    scored = [(name, query_scores(similarities(rows, rows, metric), known)) for name, rows in spaces]
    return [Judged(name, mean_scores(scores), interval(scores)) for name, scores in scored]


def _vector(image: ArchivedImage, by: By) -> FloatArray:
    if by == "descriptor":
        return descriptor(on_white(image))
    return image.code if by == "code" else image.last_hidden()


def _thumbnail(image: ArchivedImage) -> FloatArray:
    """The picture at a common size, as a vector."""
    pixels = image.render_stored((COMMON_SIDE, COMMON_SIDE))
    return np.asarray(pixels.reshape(-1), dtype=np.float32)


def _labels(archive: AnyArchive, path: Path, column: str = "label") -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A number for each image's label, -1 where the file names none; names match with or without folder and suffix."""
    found = _labels_of(archive.names, _label_table(path, column))
    kinds = {label: number for number, label in enumerate(sorted({label for label in found if label}))}
    numbers = np.array([kinds.get(label, -1) if label else -1 for label in found], dtype=np.int64)
    if not kinds or max(np.bincount(numbers[numbers >= 0])) < 2:
        raise UsageError(f"{path}: gives no two images one label; its names must be those of the images")
    return numbers


def _label_table(path: Path, column: str) -> dict[str, str]:
    """Labels by name; names as they are typed, in whichever form a spreadsheet kept them."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
        return {typed(from_cell(row["name"])): from_cell(row[column] or "") for row in rows}
    except OSError as failure:
        raise UsageError(f"{path}: cannot be read as labels: {failure.strerror}") from failure
    except (UnicodeError, csv.Error) as failure:
        raise UsageError(f"{path}: not a table of labels; it takes CSV in UTF-8, columns name and label") from failure
    except KeyError as failure:
        there = ", ".join(reader.fieldnames or ()) or "none"
        raise UsageError(
            f"{path}: labels are a CSV file with the columns name and {column} (",
            Parameter("label_column"),
            f" chooses another); it has {there}",
        ) from failure


def _labels_of(names: Sequence[str], known: dict[str, str]) -> list[str | None]:
    return [_label(known, name) for name in names]


def _label(known: dict[str, str], name: str) -> str | None:
    path = PurePosixPath(typed(name))
    return next((known[spelling] for spelling in (str(path), path.name, path.stem) if known.get(spelling)), None)
