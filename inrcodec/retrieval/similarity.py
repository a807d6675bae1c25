"""Latents as vectors, neighbors and pairs among these: arrays in, arrays out; exact, as 100,000 take milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inrcodec.errors import UsageError
from inrcodec.numerics.arrays import FloatArray

Numbers = NDArray[np.int64]
Metric = Literal["cosine", "euclidean", "dot"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "dot")
CANDIDATES = 32  # partners of each vector that greedy pairing looks at in one go
MOST_FOR_OPTIMAL = 200  # vectors that may be part of a pair: the exact matching takes the cube of it


def similarities(queries: FloatArray, vectors: FloatArray, metric: Metric = "cosine") -> FloatArray:
    """How alike queries (m, values) and vectors (n, values) are, (m, n); distances are negative, so more is nearer."""
    if metric == "cosine":
        lengths = np.sqrt(np.einsum("nv,nv->n", vectors, vectors))  # no copy of them all, as of unit vectors
        return np.asarray(unit(queries) @ vectors.T / np.maximum(lengths, 1e-12), dtype=np.float32)
    products = queries @ vectors.T
    if metric == "dot":
        return np.asarray(products, dtype=np.float32)
    squares = (queries**2).sum(axis=1)[:, None] + (vectors**2).sum(axis=1) - 2 * products
    return np.asarray(-np.sqrt(np.maximum(squares, 0)), dtype=np.float32)


def unit(vectors: FloatArray) -> FloatArray:
    """Vectors (..., values) of length 1; those of none stay."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12), dtype=np.float32)


def ranked(similarity: FloatArray, count: int, *, farthest: bool = False, without: int | None = None) -> Numbers:
    """Numbers of the `count` most alike (or least, with `farthest`) of similarity (n,), best first; ties by number."""
    order = np.argsort(similarity if farthest else -similarity, kind="stable")
    if without is not None:
        order = order[order != without]
    return np.asarray(order[:count], dtype=np.int64)


def centered(vectors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Vectors (n, values) less their mean, and that mean (values,)."""
    mean = vectors.mean(axis=0)
    return vectors - mean, mean


def greedy_pairs(
    vectors: FloatArray, count: int, metric: Metric = "cosine", *, dissimilar: bool = False
) -> list[tuple[int, int, float]]:
    """Up to `count` pairs (first, second, similarity), best first, each vector at most once.

    The best pair is taken and its two members leave, again and again: the study's greedy suppression.
    """
    pairs: list[tuple[int, int, float]] = []
    left = np.arange(len(vectors))
    while len(pairs) < count and len(left) > 1:
        used: set[int] = set()
        for first, second, similarity in _best(vectors[left], metric, dissimilar):
            if first in used or second in used:
                continue
            used |= {first, second}
            pairs.append((*sorted((int(left[first]), int(left[second]))), similarity))  # type: ignore[arg-type]
            if len(pairs) == count:
                break
        left = np.delete(left, sorted(used))
    return pairs


def _best(vectors: FloatArray, metric: Metric, dissimilar: bool) -> Iterator[tuple[int, int, float]]:
    """Pairs of these vectors, best first, until one could be missing because a vector's candidates ran out."""
    sign, count = (-1.0 if dissimilar else 1.0), min(CANDIDATES, len(vectors) - 1)
    firsts, seconds, values = [], [], []
    bound = -np.inf  # no pair outside the candidates is better than this
    for start in range(0, len(vectors), 1024):
        rows = sign * similarities(vectors[start : start + 1024], vectors, metric)
        rows[np.arange(len(rows)), np.arange(start, start + len(rows))] = -np.inf
        chosen = np.argpartition(-rows, count - 1, axis=1)[:, :count]
        similarity = np.take_along_axis(rows, chosen, axis=1)
        if count < len(vectors) - 1:
            bound = max(bound, float(similarity.min(axis=1).max()))
        firsts.append(np.repeat(np.arange(start, start + len(rows)), count))
        seconds.append(chosen.reshape(-1))
        values.append(similarity.reshape(-1))
    first, second, value = (np.concatenate(parts) for parts in (firsts, seconds, values))
    order = np.lexsort((np.maximum(first, second), np.minimum(first, second), -value))
    for place, index in enumerate(order):
        if place and value[index] < bound:
            return
        yield int(first[index]), int(second[index]), float(sign * value[index])


def optimal_pairs(
    vectors: FloatArray, count: int, metric: Metric = "cosine", *, dissimilar: bool = False
) -> list[tuple[int, int, float]]:
    """The `count` disjoint pairs with the greatest (or least) sum of similarities, best first.

    Edmonds' blossom algorithm on the vectors that matter and idle partners, each of which takes one vector out.
    """
    import networkx

    count, sign = min(count, len(vectors) // 2), (-1.0 if dissimilar else 1.0)
    worth = _worthwhile(vectors, count, metric, sign)
    members = sorted({member for pair in worth for member in pair})
    if len(members) > MOST_FOR_OPTIMAL:
        raise UsageError(
            f"exact matching of {count} pairs among {len(vectors)} images takes too long; "
            "ask for fewer pairs, or pair them one by one"
        )
    graph = networkx.Graph()
    graph.add_weighted_edges_from((*pair, value) for pair, value in worth.items())
    idle = range(len(vectors), len(vectors) + len(members) - 2 * count)
    graph.add_weighted_edges_from((member, partner, 0.0) for member in members for partner in idle)
    matched = networkx.max_weight_matching(graph, maxcardinality=True)
    pairs = [(min(pair), max(pair)) for pair in matched if max(pair) < len(vectors)]
    return [(*pair, sign * worth[pair]) for pair in sorted(pairs, key=lambda pair: (-worth[pair], pair))]


def _worthwhile(vectors: FloatArray, count: int, metric: Metric, sign: float) -> dict[tuple[int, int], float]:
    """Pairs (first < second) that the best `count` are among, with signed similarities.

    The other pairs of a best choice touch 2 count - 2 vectors. A member of the last pair would rather have any free one
    of its 2 count - 1 best partners; and any better pair that touches none of those vectors could take its place.
    """
    seen: dict[tuple[int, int], float] = {}
    mutual: dict[tuple[int, int], float] = {}
    for start in range(0, len(vectors), 256):
        rows = sign * similarities(vectors[start : start + 256], vectors, metric)
        for first, row in enumerate(rows, start):
            for second in ranked(row, 2 * count - 1, without=first).tolist():
                pair = (min(first, second), max(first, second))
                if pair in seen:
                    mutual[pair] = seen[pair]
                seen[pair] = float(row[second])
    best = sorted(mutual, key=lambda pair: (-mutual[pair], pair))[: (2 * count - 2) * (2 * count - 1) + 1]
    least = _least(best, mutual, count)
    return {pair: mutual[pair] for pair in best if mutual[pair] >= least}


def _least(ordered: list[tuple[int, int]], worth: dict[tuple[int, int], float], count: int) -> float:
    """What a pair must be worth for it and the count - 1 best of all to be as good as what greed finds."""
    used: set[int] = set()
    greedy: list[float] = []
    for pair in ordered:
        if len(greedy) < count and not used & set(pair):
            used |= set(pair)
            greedy.append(worth[pair])
    if len(greedy) < count:
        return -np.inf
    return sum(greedy) - sum(worth[pair] for pair in ordered[: count - 1]) - 1e-5
