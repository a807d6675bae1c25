"""What a fit takes of its process is put back, and a caller may say no."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from inrcodec.errors import UsageError
from inrcodec.fitting import process
from inrcodec.fitting.devices import parse_device
from inrcodec.fitting.engine import Fit
from inrcodec.fitting.process import allotted, can_fork
from inrcodec.settings import FitSettings, ModelSettings


class Allocator:
    """In place of the C library: notes what is asked of it."""

    def __init__(self) -> None:
        self.set: dict[int, int] = {}
        self.calls = 0

    def mallopt(self, number: int, value: int) -> None:
        self.set[number] = value
        self.calls += 1

    def malloc_trim(self, padding: int) -> None:
        self.calls += 1


@pytest.fixture
def allocator(monkeypatch: pytest.MonkeyPatch) -> Allocator:
    found = Allocator()
    monkeypatch.setattr(process.ctypes, "CDLL", lambda name: found)
    return found


@pytest.fixture
def unusual() -> Iterator[tuple[int, str]]:
    """A host that has its own mind on threads and precision."""
    threads, precision = torch.get_num_threads(), torch.get_float32_matmul_precision()
    torch.set_num_threads(3)
    torch.set_float32_matmul_precision("medium")
    yield 3, "medium"
    torch.set_num_threads(threads)
    torch.set_float32_matmul_precision(precision)


def now() -> tuple[int, str]:
    return torch.get_num_threads(), torch.get_float32_matmul_precision()


def fit(**settings: object) -> Fit:
    pictures = [np.random.default_rng(1).random((12, 12, 3)).astype(np.float32)] * 3
    return Fit(pictures, ModelSettings(), FitSettings(passes=3, engine="torch", **settings))  # type: ignore[arg-type]


def test_everything_is_put_back(unusual: tuple[int, str], allocator: Allocator) -> None:
    made = fit(threads=2)
    assert now() == unusual
    list(made.steps())
    assert now() == unusual
    made.finish()
    assert now() == unusual
    assert allocator.set == {number: usual for number, _, _, usual in process.ALLOCATOR}
    assert not multiprocessing.active_children()


def test_a_fit_that_is_left_early_puts_everything_back(unusual: tuple[int, str], allocator: Allocator) -> None:
    steps = fit(threads=2).steps()
    next(steps)
    assert now() != unusual
    assert allocator.set == {number: during for number, _, during, _ in process.ALLOCATOR}
    steps.close()
    assert now() == unusual
    assert allocator.set == {number: usual for number, _, _, usual in process.ALLOCATOR}


def test_a_caller_may_say_no(unusual: tuple[int, str], allocator: Allocator) -> None:
    made = fit(threads=2, tune_process=False)
    for _ in made.steps():
        assert now() == unusual
        assert not multiprocessing.active_children()
    made.finish()
    assert not allocator.calls


def test_what_the_environment_sets_stays(allocator: Allocator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_TOP_PAD_", "4096")
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=65536")
    list(fit(threads=1).steps())
    assert set(allocator.set) == {number for number, name, _, _ in process.ALLOCATOR if name == "MMAP_THRESHOLD"}


def test_small_steps_have_one_worker() -> None:
    cpu = parse_device("cpu")
    assert cpu is not None
    assert allotted(FitSettings(), cpu[0], 10).workers == 1
    if can_fork() and len(os.sched_getaffinity(0)) > 1:
        assert allotted(FitSettings(), cpu[0], 100_000).workers > 1
    with pytest.raises(UsageError, match="threads=0"):
        allotted(FitSettings(threads=0), cpu[0], 10)
