"""Where images lie on the map: by their two principal components, each in a cell of its own."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.tui.places import NEAR, NOWHERE, own_cells, principal_places


@pytest.mark.parametrize(("images", "values"), [(200, 20), (20, 200), (3, 3)])
def test_places_follow_the_principal_components(images: int, values: int) -> None:
    rng = np.random.default_rng(1)
    vectors = (rng.normal(size=(images, values)) * np.linspace(9, 1, values)).astype(np.float32)
    left, spread, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    places = principal_places(vectors)
    assert places.min() >= 0
    assert places.max() <= 1
    for axis in range(2):
        along = left[:, axis] * spread[axis]
        order = np.argsort(places[:, axis], kind="stable")
        assert (np.diff(along[order]) >= -1e-4).all() or (np.diff(along[order]) <= 1e-4).all()


@pytest.mark.parametrize("images", [1, 2])
def test_few_images_have_places_too(images: int) -> None:
    assert principal_places(np.ones((images, 4), np.float32)).shape == (images, 2)


def test_every_image_has_a_cell_of_its_own_or_none() -> None:
    rng = np.random.default_rng(2)
    places = np.concatenate([rng.random((300, 2)), np.full((60, 2), 0.5)])
    cells = own_cells(places, (24, 12))
    placed = cells[cells[:, 0] != NOWHERE]
    assert len(np.unique(placed, axis=0)) == len(placed) > 200
    assert (placed >= 0).all()
    assert (placed < (24, 12)).all()
    exact = places[cells[:, 0] != NOWHERE] * (23, 11)
    assert np.abs(placed - exact).max() <= NEAR + 0.5
    assert (own_cells(places[:1], (1, 1)) == [[0, 0]]).all()
