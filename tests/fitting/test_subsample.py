"""Subsamples: together they see every pixel once, at the place where it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inrcodec.fitting.subsample import LEAST_POINTS, Subsample, stride_for, subsamples
from inrcodec.numerics.coordinates import Axis


@pytest.mark.parametrize(("stride", "height", "width"), [(1, 5, 7), (2, 5, 8), (4, 9, 6), (8, 16, 11)])
def test_every_pixel_is_seen_once_where_it_lies(stride: int, height: int, width: int) -> None:
    y, x = (torch.from_numpy(Axis(count).centers()) for count in (height, width))
    seen = torch.zeros(3, height, width)
    for subsample in subsamples(stride, np.random.default_rng(1)):
        subsample.pick(seen).add_(1)
        rows, columns = subsample.axes(height, width)
        np.testing.assert_allclose(rows.centers(), subsample.pick(y[:, None].expand(height, width))[:, 0], atol=1e-6)
        np.testing.assert_allclose(columns.centers(), subsample.pick(x.expand(height, width))[0], atol=1e-6)
    assert (seen == 1).all()


def test_the_order_is_random_but_repeatable() -> None:
    first, again, other = (list(subsamples(4, np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert first == again != other
    assert set(first) == set(other) == {Subsample(4, row, column) for row in range(4) for column in range(4)}


def test_strides_leave_enough_points() -> None:
    assert stride_for([(48, 48)] * 100, 230_400) == 8
    assert stride_for([(256, 256)], 65_536) == 8
    assert stride_for([(48, 48)] * 100 + [(3, 48)], 230_544) == 2  # the smallest image has a point in every subsample
    assert stride_for([(30, 30)], 900) == 1
    assert stride_for([(64, 64)], 4 * LEAST_POINTS) == 2
