"""Work shared among threads."""

from __future__ import annotations

import pytest

from inrcodec.numerics import cores


@pytest.mark.parametrize("available", [1, 3])
def test_every_part_is_done(available: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: available)
    done: list[int] = []
    cores.each(done.append, range(7))
    assert sorted(done) == list(range(7))


@pytest.mark.parametrize("available", [1, 3])
def test_a_failure_is_raised(available: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: available)

    def refused(part: int) -> None:
        raise ValueError(part)

    with pytest.raises(ValueError, match="0"):
        cores.each(refused, range(3))


def test_there_is_a_core() -> None:
    assert cores.available_cores() >= 1
