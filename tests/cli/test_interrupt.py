"""Signals between steps: the first waits for the step to end, the second does what it did before."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from inrcodec.cli.interrupt import Terminated, between_steps, signals


@pytest.fixture
def seen() -> Iterator[list[int]]:
    """Signals that met who would end the process at once."""
    met = list[int]()
    before = {one: signal.signal(one, lambda number, _: met.append(number)) for one in signals()}
    yield met
    for one, handler in before.items():
        signal.signal(one, handler)


@pytest.mark.parametrize("number", signals())
def test_the_first_waits_and_the_second_ends_at_once(number: signal.Signals, seen: list[int]) -> None:
    with between_steps() as check:
        check()  # nothing has come
        signal.raise_signal(number)
        assert not seen
        signal.raise_signal(number)
        assert seen == [number]
        with pytest.raises(KeyboardInterrupt if number == signal.SIGINT else Terminated) as ended:
            check()
    if number != signal.SIGINT:
        assert ended.value.args == (128 + number,)
    signal.raise_signal(number)
    assert seen == [number] * 2


def test_another_signal_after_the_first_ends_at_once_as_well(seen: list[int]) -> None:
    first, *_, second = signals()
    with between_steps():
        signal.raise_signal(first)
        signal.raise_signal(second)
        assert seen == [second]


def test_it_is_answered_at_once_where_nothing_can_be_torn(seen: list[int]) -> None:
    with between_steps() as check:
        check.at_once = True
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")
def test_a_terminal_that_goes_means_nothing_under_nohup(seen: list[int]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with between_steps() as check:
        signal.raise_signal(signal.SIGHUP)
        check()
