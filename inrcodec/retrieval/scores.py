"""How good neighbors are, where labels say what belongs together: arrays in, floats out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float64]
RESAMPLES = 2000
OUTSIDE = 2.5  # percent of the resamples, on either side of an interval


@dataclass(frozen=True)
class RetrievalScores:
    """Means over all queries that have at least one relevant image."""

    precision_at_1: float
    precision_at_5: float
    mean_average_precision: float
    ndcg_at_10: float


@dataclass(frozen=True)
class Interval:
    """What scores would be, for 95 of 100 sets of such queries: a bootstrap over queries."""

    low: RetrievalScores
    high: RetrievalScores


def retrieval_scores(similarity: NDArray[np.float32], labels: NDArray[np.int64]) -> RetrievalScores:
    """Every image as a query among all others; similarity (n, n), labels (n,), negative where unknown.

    Manning, Raghavan and Schuetze, "Introduction to Information Retrieval" (2008), chapter 8: precision@k = relevant
    among the first k / k; average precision = mean of the precisions at each relevant place; nDCG@k with gains 0 and 1.
    """
    return mean_scores(query_scores(similarity, labels))


def query_scores(similarity: NDArray[np.float32], labels: NDArray[np.int64]) -> Figures:
    """The four scores of each query (queries, 4), in the order of `RetrievalScores`; queries are those of any way."""
    queries = [query for query in range(len(labels)) if labels[query] >= 0 and (labels == labels[query]).sum() > 1]
    if not queries:
        raise ValueError("no two images share a label")
    return np.array([_query(similarity, labels, query) for query in queries])


def mean_scores(scores: Figures) -> RetrievalScores:
    """Of scores of queries (queries, 4)."""
    return RetrievalScores(*map(float, scores.mean(axis=0)))


def interval(scores: Figures, seed: int = 0) -> Interval:
    """Around the means of scores (queries, 4), or of what they differ by: queries are drawn again, with replacement.

    Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13: percentiles.
    """
    count = len(scores)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    low, high = np.percentile(drawn @ scores / count, (OUTSIDE, 100 - OUTSIDE), axis=0)
    return Interval(RetrievalScores(*map(float, low)), RetrievalScores(*map(float, high)))


def _query(similarity: NDArray[np.float32], labels: NDArray[np.int64], query: int) -> tuple[float, ...]:
    order = np.argsort(-similarity[query], kind="stable")
    order = order[(order != query) & (labels[order] >= 0)]
    relevant = (labels[order] == labels[query]).astype(np.float64)
    places = np.arange(1, len(relevant) + 1)
    precisions = np.cumsum(relevant) / places
    discounts = 1 / np.log2(places[:10] + 1)
    ideal = discounts[: int(relevant.sum())].sum()
    return (
        relevant[0],
        float(relevant[:5].mean()),
        float((precisions * relevant).sum() / relevant.sum()),
        float((relevant[:10] * discounts).sum() / ideal),
    )
