"""RetrievalScores measures against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.retrieval.scores import interval, query_scores, retrieval_scores


def test_measures_of_a_ranking_worked_out_by_hand() -> None:
    """Image 0 sees 1 (other), 2 (same), 3 (other), 4 (same); only images of label 0 have company."""
    similarity = np.eye(5, dtype=np.float32)
    similarity[0] = [1, 0.9, 0.8, 0.7, 0.6]
    similarity[2] = [0.9, 0.1, 1, 0.2, 0.8]
    similarity[4] = [0.9, 0.1, 0.8, 0.2, 1]
    found = retrieval_scores(similarity, np.array([0, 1, 0, 2, 0]))
    assert found.precision_at_1 == pytest.approx(2 / 3)
    assert found.precision_at_5 == pytest.approx(0.5)
    assert found.mean_average_precision == pytest.approx(((1 / 2 + 2 / 4) / 2 + 1 + 1) / 3)
    first = (1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3))
    assert found.ndcg_at_10 == pytest.approx((first + 1 + 1) / 3)


def test_images_without_a_label_are_no_queries_and_no_answers() -> None:
    similarity = np.eye(3, dtype=np.float32)
    similarity[0] = [1, 0.9, 0.1]
    assert retrieval_scores(similarity, np.array([0, -1, 0])).precision_at_1 == 1.0
    with pytest.raises(ValueError, match="label"):
        retrieval_scores(similarity, np.array([0, -1, 1]))


def test_intervals_are_those_of_the_mean_of_so_many_queries() -> None:
    """Of 400 that hit or miss by half, the mean has a deviation of a fortieth; a difference of nothing has none."""
    hits = np.repeat(np.random.default_rng(1).permutation([0.0, 1.0] * 200)[:, None], 4, axis=1)
    found = interval(hits)
    assert found.low.precision_at_1 == pytest.approx(0.5 - 1.96 / 40, abs=0.006)
    assert found.high.mean_average_precision == pytest.approx(0.5 + 1.96 / 40, abs=0.006)
    assert interval(hits - hits).high.ndcg_at_10 == 0.0


def test_the_mean_of_queries_is_the_score() -> None:
    rng = np.random.default_rng(0)
    similarity, labels = rng.random((12, 12)).astype(np.float32), rng.integers(0, 3, 12)
    means = query_scores(similarity, labels).mean(axis=0)
    assert means[2] == pytest.approx(retrieval_scores(similarity, labels).mean_average_precision)
