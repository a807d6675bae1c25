"""How good neighbors are, where labels say what belongs together: arrays in, floats out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RetrievalScores:
    """Means over all queries that have at least one relevant image."""

    precision_at_1: float
    precision_at_5: float
    mean_average_precision: float
    ndcg_at_10: float


def retrieval_scores(similarity: NDArray[np.float32], labels: NDArray[np.int64]) -> RetrievalScores:
    """Every image as a query among all others; similarity (n, n), labels (n,), negative where unknown.

    Manning, Raghavan and Schuetze, "Introduction to Information Retrieval" (2008), chapter 8: precision@k = relevant
    among the first k / k; average precision = mean of the precisions at each relevant place; nDCG@k with gains 0 and 1.
    """
    queries = [query for query in range(len(labels)) if labels[query] >= 0 and (labels == labels[query]).sum() > 1]
    if not queries:
        raise ValueError("no two images share a label")
    return RetrievalScores(
        *(float(mean) for mean in np.mean([_query(similarity, labels, query) for query in queries], axis=0))
    )


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
