"""Words below pictures: they fit, and hostile ones are escaped."""

from __future__ import annotations

import numpy as np
import pytest

from inrcodec.exporters.captions import LEAST_SIDE, caption_height, caption_size, captioned


def test_small_pictures_are_drawn_large() -> None:
    assert caption_size(16, 8) == (LEAST_SIDE, LEAST_SIDE // 2)
    assert caption_size(300, 200) == (300, 200)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("name", ["a", "a" * 5000, "日本語.png", "\u202egnp.exe", ""])
def test_words_stand_below_the_picture(name: str, channels: int) -> None:
    picture = np.full((20, 60, channels), 0.5, np.float32)
    drawn = captioned(picture, (name, "0.912"), 80)
    assert drawn.shape == (20 + caption_height(2), 80, 3)
    assert drawn[:20, :10].min() == 255  # in the middle
    assert drawn[20:].min() < 160
