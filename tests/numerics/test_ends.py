"""Pixels near an end of the scale are drawn at it."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.numerics.ends import met


@pytest.mark.parametrize(
    ("levels", "tolerance", "wanted"),
    [
        ([250, 249, 251], 6, [255, 255, 255]),
        ([250, 248, 251], 6, [250, 248, 251]),  # one channel is not near: no white
        ([255, 255, 0], 6, [255, 255, 0]),
        ([3, 2, 0], 6, [3, 2, 0]),  # black is no flat ground more than others
        ([250, 249, 251], 0, [250, 249, 251]),
        ([40, 3, 2, 4], 4, [0, 0, 0, 0]),
        ([40, 3, 2, 5], 4, [40, 3, 2, 5]),
        ([40, 3, 2, 251], 4, [40, 3, 2, 255]),
        ([251, 252, 253, 251], 4, [255, 255, 255, 255]),
    ],
)
def test_pixels_near_an_end_are_moved_to_it(levels: list[int], tolerance: int, wanted: list[int]) -> None:
    pixels = np.array([[levels]], np.float32) / 255
    np.testing.assert_array_equal(np.rint(met(pixels, tolerance) * 255), [[wanted]])
    np.testing.assert_array_equal(np.rint(pixels * 255), [[levels]])


def test_nearly_white_stays_where_it_is_asked_to() -> None:
    pixels = np.array([[[251, 252, 253, 251], [40, 3, 2, 4]]], np.float32) / 255
    kept = np.rint(met(pixels, 4, white=False) * 255)
    np.testing.assert_array_equal(kept, [[[251, 252, 253, 255], [0, 0, 0, 0]]])
