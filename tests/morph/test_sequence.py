"""Tours: how many frames, at which times, and that every mode begins and ends at its images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.errors import UsageError
from inrcodec.morph import MODES, FrameSequence, Mode, frames, measured


def test_times_hold_ease_and_bounce() -> None:
    sequence = FrameSequence((0, 1, 2), (8, 8), frames=2, hold=1, ease="linear")
    assert sequence.times() == [(0, 0.0)] * 2 + [(0, 0.5), (0, 1.0), (0, 1.0), (1, 0.5), (1, 1.0), (1, 1.0)]
    back = FrameSequence((0, 1), (8, 8), frames=4, ease="linear", bounce=True).times()
    assert [t for _, t in back] == [0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25]
    eased = [t for _, t in FrameSequence((0, 1), (8, 8), frames=4).times()]
    assert eased == sorted(eased)
    assert eased[1] < 0.25 < 0.75 < eased[3]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_starts_and_ends_at_its_images(mode: Mode, small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    first, second = (archive[name] for name in ("one.png", "two.png"))
    made = list(frames(archive, FrameSequence((first.number, second.number), (24, 24), mode, frames=3)))
    assert len(made) == 4
    assert all(frame.shape == (24, 24, archive.channels) and np.isfinite(frame).all() for frame in made)
    for frame, image in ((made[0], first), (made[-1], second)):
        assert np.abs(frame - np.clip(image.render_stored((24, 24)), 0, 1)).mean() < 0.03


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(7, 7), (12, 12), (13, 12)])
def test_frames_have_the_size_that_is_asked_for(mode: Mode, size: tuple[int, int], small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    numbers = tuple(archive[name].number for name in ("one.png", "two.png"))
    for frame in frames(archive, FrameSequence(numbers, size, mode, frames=2)):
        assert frame.shape == (size[1], size[0], archive.channels)


def test_only_moves_can_be_refined() -> None:
    assert FrameSequence((0, 1), (8, 8), "move", refine=True).refine
    with pytest.raises(UsageError, match="only morphs by move"):
        FrameSequence((0, 1), (8, 8), "code", refine=True)


def test_images_of_other_proportions_are_refused(small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    numbers = tuple(archive[name].number for name in ("one.png", "three.png"))
    with pytest.raises(UsageError, match="differ in shape"):
        next(frames(archive, FrameSequence(numbers, (12, 12))))


def test_a_fade_is_measured_as_one(small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    found = measured(archive, archive["one.png"].number, archive["two.png"].number, "blend")
    assert np.isnan(found.r2) or found.r2 == pytest.approx(1.0, abs=1e-3)  # a hasty fit may hardly tell them apart
    assert found.path_length == pytest.approx(1.0, abs=1e-2)
    assert found.concentration == pytest.approx(1.25 / 24, abs=1e-2)  # a smooth ease is at most that much faster
