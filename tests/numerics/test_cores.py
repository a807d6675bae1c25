"""Work shared among threads."""

from __future__ import annotations

import threading

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


@pytest.mark.parametrize(
    ("told", "asked", "expected"),
    [
        ({}, None, 1),
        ({"OPENBLAS_NUM_THREADS": "1"}, None, 3),
        ({"OMP_NUM_THREADS": "1"}, 2, 2),
        ({"OPENBLAS_NUM_THREADS": "8", "OMP_NUM_THREADS": "1"}, None, 1),  # OpenBLAS looks at its own first
        ({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "8"}, None, 3),
        ({"OPENBLAS_NUM_THREADS": "0", "GOTO_NUM_THREADS": "many", "OMP_NUM_THREADS": "1"}, None, 3),
    ],
)
def test_products_are_shared_where_each_takes_one_thread(
    told: dict[str, str], asked: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 3)
    for name in cores.OF_PRODUCTS:
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert cores.threads_for_products(asked) == expected


def test_no_more_threads_than_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available_cores", lambda: 3)
    seen: set[int] = set()
    cores.each(lambda part: seen.add(threading.get_ident()), range(9), most=1)
    assert seen == {threading.get_ident()}
