"""Codes between codes: a straight line for grids, an arc for a vector of the whole image."""

from __future__ import annotations

import numpy as np

from inrcodec.morph.interpolators import latents_between


def test_a_global_code_keeps_its_length_on_the_way() -> None:
    first, second = (np.array(one, np.float32).reshape(2, 1, 1, 1) for one in ([3, 0], [0, 3]))
    middle = latents_between(first, second, 0.5)
    np.testing.assert_allclose(middle.ravel(), 3 * np.sqrt([0.5, 0.5]), atol=1e-5)
    np.testing.assert_allclose(latents_between(first, second, 1.0), second, atol=1e-5)


def test_grids_and_opposite_codes_go_straight() -> None:
    first, second = np.zeros((1, 1, 2, 2), np.float32), np.ones((1, 1, 2, 2), np.float32)
    np.testing.assert_allclose(latents_between(first, second, 0.25), 0.25)
    code = np.array([1.0, 2.0], np.float32).reshape(2, 1, 1, 1)
    np.testing.assert_allclose(latents_between(code, -code, 0.5), 0, atol=1e-6)
