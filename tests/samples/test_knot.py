"""The sample shape is what its script draws, and its true distances are distances."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

SAMPLES = Path(__file__).parents[2] / "samples"


def test_the_script_draws_what_is_committed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(SAMPLES)
    import draw_knot

    draw_knot.write_points(tmp_path / "knot.ply", *draw_knot.tube(draw_knot.POINTS))
    drawn, committed = (
        np.frombuffer(path.read_bytes().partition(b"end_header\n")[2], "<f4")
        for path in (tmp_path / "knot.ply", SAMPLES / "knot.ply")
    )
    np.testing.assert_allclose(drawn, committed, atol=1e-5)


def test_distances_are_those_of_a_tube(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    monkeypatch.syspath_prepend(SAMPLES)
    import draw_knot

    points, normals = draw_knot.tube(500)
    assert np.abs(points).max() == pytest.approx(1, abs=0.02)
    for move in (-0.1, -0.05, 0.0, 0.08):
        np.testing.assert_allclose(draw_knot.distances(points + move * normals), move, atol=1e-6)
