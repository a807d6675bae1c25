"""Messages know their parameters: Python's spelling by default, another face's where it asks."""

from __future__ import annotations

import pickle

import pytest

from inrcodec.errors import InrError, Message, Parameter, UsageError

OVERWRITE = Parameter("overwrite", True)


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (OVERWRITE, "overwrite=True"),
        (Parameter("seed"), "seed"),
        (Parameter("threads", 1), "threads=1"),
        (Parameter("background", "white"), 'background="white"'),
    ],
)
def test_a_caller_in_python_reads_python(parameter: Parameter, text: str) -> None:
    assert str(UsageError("use ", parameter, " here")) == f"use {text} here"


def test_a_face_puts_its_own_words_and_nothing_else_is_touched() -> None:
    inner = UsageError("overwrite=True: exists; use ", OVERWRITE)  # a file may be called like an option
    outer = InrError("set.inr: ", inner.message, "!")
    assert outer.message.spelled(lambda one: f"<{one.name}>") == "set.inr: overwrite=True: exists; use <overwrite>!"
    assert str(outer) == "set.inr: overwrite=True: exists; use overwrite=True!"


def test_errors_and_messages_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(UsageError("use ", OVERWRITE)))  # noqa: S301
    assert isinstance(error, UsageError)
    assert error.message.parts == ("use ", OVERWRITE)
    message = pickle.loads(pickle.dumps(Message("use ", OVERWRITE)))  # noqa: S301
    assert message == "use overwrite=True"
    assert message.parts == ("use ", OVERWRITE)
