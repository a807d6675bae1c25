"""Neighbors and pairs among vectors, against what exhaustive search finds."""

from __future__ import annotations

from itertools import combinations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inrcodec.errors import UsageError
from inrcodec.retrieval import similarity


def cloud(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)


@pytest.mark.parametrize("metric", similarity.METRICS)
def test_similarities_are_their_formulas(metric: similarity.Metric) -> None:
    queries, vectors = cloud(3), cloud(7, 1)
    found = similarity.similarities(queries, vectors, metric)
    for i, j in np.ndindex(found.shape):
        a, b = queries[i].astype(float), vectors[j].astype(float)
        expected = {
            "cosine": a @ b / np.linalg.norm(a) / np.linalg.norm(b),
            "euclidean": -np.linalg.norm(a - b),
            "dot": a @ b,
        }
        assert found[i, j] == pytest.approx(expected[metric], abs=1e-4)


def test_a_zero_vector_is_like_nothing() -> None:
    assert np.isfinite(similarity.similarities(np.zeros((1, 5), np.float32), cloud(4))).all()


def test_ranked_leaves_out_the_query_and_turns_round() -> None:
    alike = np.array([0.5, 1.0, -1.0, 0.5], np.float32)
    assert similarity.ranked(alike, 9, without=1).tolist() == [0, 3, 2]
    assert similarity.ranked(alike, 2, farthest=True).tolist() == [2, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.integers(1, 25), st.integers(0, 99), st.booleans())
def test_greedy_pairs_are_greedy(count: int, wanted: int, seed: int, dissimilar: bool) -> None:
    """Also when the candidates of a vector run out and the rest has to be searched again."""
    vectors = cloud(count, seed)
    alike = similarity.similarities(vectors, vectors)
    order = sorted(combinations(range(count), 2), key=lambda p: alike[p] if dissimilar else -alike[p])
    used: set[int] = set()
    expected = []
    for pair in order:
        if not used & set(pair) and len(expected) < wanted:
            expected.append(pair)
            used |= set(pair)
    kept, similarity.CANDIDATES = similarity.CANDIDATES, 3
    try:
        found = similarity.greedy_pairs(vectors, wanted, dissimilar=dissimilar)
    finally:
        similarity.CANDIDATES = kept
    assert [pair[:2] for pair in found] == expected


@pytest.mark.parametrize("dissimilar", [False, True])
def test_optimal_pairs_have_the_best_sum(dissimilar: bool) -> None:
    vectors = cloud(7, 4)
    alike = similarity.similarities(vectors, vectors)
    best = max(
        (-1 if dissimilar else 1) * float(alike[a] + alike[b])
        for a, b in combinations(combinations(range(7), 2), 2)
        if not set(a) & set(b)
    )
    found = similarity.optimal_pairs(vectors, 2, dissimilar=dissimilar)
    assert len({number for pair in found for number in pair[:2]}) == 4
    assert sum(pair[2] for pair in found) * (-1 if dissimilar else 1) == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("dissimilar", [False, True])
def test_leaving_out_hopeless_pairs_costs_nothing(dissimilar: bool) -> None:
    """A few pairs among many vectors, some of them alike to the last bit, against the matching among all."""
    vectors = np.concatenate([cloud(30, 5), cloud(6, 5)])
    alike = similarity.similarities(vectors, vectors) * (-1 if dissimilar else 1)
    graph = networkx.Graph()
    graph.add_weighted_edges_from((a, b, float(alike[a, b])) for a, b in combinations(range(36), 2))
    graph.add_weighted_edges_from((a, idle, 0.0) for a in range(36) for idle in range(36, 66))
    matched = networkx.max_weight_matching(graph, maxcardinality=True)
    best = sum(float(alike[pair]) for pair in matched if max(pair) < 36)
    found = similarity.optimal_pairs(vectors, 3, dissimilar=dissimilar)
    assert sum(pair[2] for pair in found) * (-1 if dissimilar else 1) == pytest.approx(best, abs=1e-5)


def test_the_exact_matching_refuses_what_it_cannot_do_in_time() -> None:
    vectors = cloud(similarity.MOST_FOR_OPTIMAL + 60)
    assert len(similarity.optimal_pairs(vectors, 3)) == 3
    with pytest.raises(UsageError, match="one by one"):
        similarity.optimal_pairs(vectors, 120)
