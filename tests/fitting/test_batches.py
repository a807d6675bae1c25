"""How many pictures a step looks at."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.fitting.engines import engine_named
from inrcodec.fitting.run import start
from inrcodec.settings import FitSettings, ModelSettings


@pytest.mark.parametrize(("side", "most"), [(32, 9), (48, 4), (64, 4), (80, 3)])
def test_kernels_take_few_pictures_at_a_time_but_several(side: int, most: int) -> None:
    pytest.importorskip("numba")
    run = start([np.zeros((side, side, 3), np.float32)] * 80, ModelSettings(), FitSettings(device="cpu"))
    engine = engine_named("kernel", run, 1)
    counts = [batch.images for batch in engine.batches()]
    assert sum(counts) == 80
    assert max(counts) == most
