"""What a limit leaves for optional work, by a clock that is only pretended."""

from __future__ import annotations

from inrcodec.encoding.allowance import Allowance


def test_without_a_limit_there_is_time_for_everything() -> None:
    assert Allowance().for_looking(1 << 40)
    assert Allowance().but(1e9).for_more()


def test_what_must_be_done_keeps_its_time() -> None:
    left = 10.0
    allowance = Allowance(lambda: left, needed=4.0)
    assert allowance.for_more()
    assert not allowance.but(6.0).for_more()
    left = 4.0
    assert not allowance.for_more()


def test_looks_end_before_one_would_take_too_long() -> None:
    """Each takes 2 seconds for 100 pixels: three are through when 4 of the 11 seconds are needed."""
    left, looks = 11.0, 0
    allowance = Allowance(lambda: left, needed=4.0)
    while allowance.for_looking(100):
        looks += 1
        left -= 2.0
    assert (looks, left) == (3, 5.0)
    assert allowance.for_looking(20)  # a smaller one goes in
