"""What kernels look at, and what they let go of when nobody needs it anymore."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.fitting.run import start
from inrcodec.settings import FitSettings, ModelSettings

pytest.importorskip("numba")


def test_moments_are_let_go_of_once_and_latents_stay_where_they_are() -> None:
    from inrcodec.fitting.kernel_looks import Looks

    rng = np.random.default_rng(0)
    pictures = [rng.random((8, 8, 3), dtype=np.float32) for _ in range(3)]
    run = start(pictures, ModelSettings(), FitSettings(device="cpu"))
    group, looks = run.groups[0], Looks(run)
    looks.prepare()
    group.latents[:] = np.arange(group.latents.size).reshape(group.latents.shape) % 5 - 2.0
    before, moving = group.latents.copy(), group.latents
    run.latents_frozen = True
    looks.prepare()
    frozen = group.latents
    assert frozen is not moving
    assert np.array_equal(frozen, before)
    looks.prepare()  # as every step does
    assert group.latents is frozen
    assert not any(moments.any() for moments in group.adam.state()[1:3])
