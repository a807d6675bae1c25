"""The loader: newest first, each key once, and long jobs that let others in."""

from __future__ import annotations

import threading

from inrcodec.tui.loader import Loader, Urgency


def test_the_newest_request_comes_first_and_a_key_is_done_once() -> None:
    loader, gate, order, finished = Loader(), threading.Event(), [], threading.Event()
    loader.ask("first", lambda: gate.wait(5), lambda _: None)
    for key in ("a", "b", "c", "a"):
        loader.ask(key, lambda key=key: key, order.append)
    loader.ask("urgent", lambda: "urgent", order.append, Urgency.LOOKED_AT)
    loader.ask("d", lambda: "d", order.append)
    loader.ask("ahead", lambda: "ahead", order.append, Urgency.AHEAD)
    loader.forget("b")
    gate.set()
    while len(order) < 5:
        finished.wait(0.01)
    loader.close()
    assert order == ["urgent", "d", "a", "c", "ahead"]


def test_failures_are_handed_over() -> None:
    loader, done, answers = Loader(), threading.Event(), []

    def fail() -> None:
        raise ValueError("broken")

    loader.ask("x", fail, lambda answer: (answers.append(answer), done.set()))
    assert done.wait(5)
    loader.close()
    assert isinstance(answers[0], ValueError)


def test_a_long_job_serves_more_urgent_ones_between_its_parts() -> None:
    loader, started, asked, done, order = Loader(), threading.Event(), threading.Event(), threading.Event(), []

    def long() -> None:
        started.set()
        asked.wait(5)
        loader.serve()
        order.append("long")

    loader.ask("long", long, lambda _: None)
    assert started.wait(5)
    loader.ask("short", lambda: order.append("short"), lambda _: None, Urgency.SEEN)
    loader.ask("other", lambda: order.append("other"), lambda _: done.set())
    asked.set()
    assert done.wait(5)
    loader.close()
    assert order == ["short", "long", "other"]


class Panic(BaseException):
    """What a decoder in native code raises: no `Exception`."""


def test_nothing_that_is_raised_ends_the_thread() -> None:
    told: list[BaseException] = []
    loader, answers, done = Loader(told.append), [], threading.Event()

    def fail(kind: type[BaseException]) -> None:
        raise kind("gone")

    for kind in (ValueError, Panic, SystemExit, KeyboardInterrupt):
        loader.ask(("job", kind), lambda kind=kind: fail(kind), answers.append)
        loader.ask(("callback", kind), lambda: None, lambda _, kind=kind: fail(kind))
    loader.ask("last", lambda: None, lambda _: None)
    while not loader.idle:
        done.wait(0.01)
    assert loader.alive
    assert {type(answer) for answer in answers} == {type(failure) for failure in told}
    assert len(told) == 4
    loader.close()


def test_who_is_told_may_fail_as_well() -> None:
    def deaf(failure: BaseException) -> None:
        raise failure

    loader, done = Loader(deaf), threading.Event()
    loader.ask("a", lambda: 1, lambda _: 1 / 0)
    loader.ask("b", lambda: 1, lambda _: done.set())
    assert done.wait(5)
    while not loader.idle:
        done.wait(0.01)
    assert loader.alive
    loader.close()
