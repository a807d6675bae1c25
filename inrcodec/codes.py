"""Neighbours and pairs among vectors: arrays in, arrays out; exact, as 100,000 vectors take milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import UsageError

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Metric = Literal["cosine", "euclidean", "dot"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "dot")
CANDIDATES = 32  # partners of each vector that greedy pairing looks at in one go
MOST_FOR_OPTIMAL = 200  # the exact matching takes the cube of it


def similarities(queries: Floats, vectors: Floats, metric: Metric = "cosine") -> Floats:
    """How alike queries (m, values) and vectors (n, values) are, (m, n); distances are negative, so more is nearer."""
    if metric == "cosine":
        return np.asarray(_unit(queries) @ _unit(vectors).T, dtype=np.float32)
    products = queries @ vectors.T
    if metric == "dot":
        return np.asarray(products, dtype=np.float32)
    squares = (queries**2).sum(axis=1)[:, None] + (vectors**2).sum(axis=1) - 2 * products
    return np.asarray(-np.sqrt(np.maximum(squares, 0)), dtype=np.float32)


def ranked(likeness: Floats, count: int, *, farthest: bool = False, without: int | None = None) -> Numbers:
    """Numbers of the `count` most alike (or least, with `farthest`) of likeness (n,), best first; ties by number."""
    order = np.argsort(likeness if farthest else -likeness, kind="stable")
    if without is not None:
        order = order[order != without]
    return np.asarray(order[:count], dtype=np.int64)


def centred(vectors: Floats) -> tuple[Floats, Floats]:
    """Vectors (n, values) less their mean, and that mean (values,)."""
    mean = vectors.mean(axis=0)
    return vectors - mean, mean


def greedy_pairs(
    vectors: Floats, count: int, metric: Metric = "cosine", *, dissimilar: bool = False
) -> list[tuple[int, int, float]]:
    """Up to `count` pairs (first, second, similarity), best first, each vector at most once.

    The best pair is taken and its two members leave, again and again: the study's greedy suppression.
    """
    pairs: list[tuple[int, int, float]] = []
    left = np.arange(len(vectors))
    while len(pairs) < count and len(left) > 1:
        used: set[int] = set()
        for first, second, likeness in _best(vectors[left], metric, dissimilar):
            if first in used or second in used:
                continue
            used |= {first, second}
            pairs.append((*sorted((int(left[first]), int(left[second]))), likeness))  # type: ignore[arg-type]
            if len(pairs) == count:
                break
        left = np.delete(left, sorted(used))
    return pairs


def _best(vectors: Floats, metric: Metric, dissimilar: bool) -> Iterator[tuple[int, int, float]]:
    """Pairs of these vectors, best first, until one could be missing because a vector's candidates ran out."""
    sign, count = (-1.0 if dissimilar else 1.0), min(CANDIDATES, len(vectors) - 1)
    firsts, seconds, values = [], [], []
    bound = -np.inf  # no pair outside the candidates is better than this
    for start in range(0, len(vectors), 1024):
        rows = sign * similarities(vectors[start : start + 1024], vectors, metric)
        rows[np.arange(len(rows)), np.arange(start, start + len(rows))] = -np.inf
        chosen = np.argpartition(-rows, count - 1, axis=1)[:, :count]
        likeness = np.take_along_axis(rows, chosen, axis=1)
        if count < len(vectors) - 1:
            bound = max(bound, float(likeness.min(axis=1).max()))
        firsts.append(np.repeat(np.arange(start, start + len(rows)), count))
        seconds.append(chosen.reshape(-1))
        values.append(likeness.reshape(-1))
    first, second, value = (np.concatenate(parts) for parts in (firsts, seconds, values))
    order = np.lexsort((np.maximum(first, second), np.minimum(first, second), -value))
    for place, index in enumerate(order):
        if place and value[index] < bound:
            return
        yield int(first[index]), int(second[index]), float(sign * value[index])


def optimal_pairs(
    vectors: Floats, count: int, metric: Metric = "cosine", *, dissimilar: bool = False
) -> list[tuple[int, int, float]]:
    """The `count` disjoint pairs with the greatest (or least) sum of similarities, best first.

    Edmonds' blossom algorithm on the vectors and n - 2 count idle partners, each of which takes one vector out.
    """
    import networkx

    if len(vectors) > MOST_FOR_OPTIMAL:
        raise UsageError(f"exact matching is for up to {MOST_FOR_OPTIMAL} images; leave --optimal out")
    likeness = similarities(vectors, vectors, metric)
    worth = -likeness if dissimilar else likeness
    images, count = len(vectors), min(count, len(vectors) // 2)
    graph = networkx.Graph()
    graph.add_weighted_edges_from((i, j, float(worth[i, j])) for i in range(images) for j in range(i + 1, images))
    idle = range(images, 2 * images - 2 * count)
    graph.add_weighted_edges_from((i, j, 0.0) for i in range(images) for j in idle)
    matched = networkx.max_weight_matching(graph, maxcardinality=True)
    pairs = [(min(pair), max(pair)) for pair in matched if max(pair) < images]
    found = [(first, second, float(likeness[first, second])) for first, second in pairs]
    return sorted(found, key=lambda pair: (pair[2] if dissimilar else -pair[2], pair[:2]))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12), dtype=np.float32)
