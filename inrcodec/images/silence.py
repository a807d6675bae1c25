"""Keeping the image libraries' own chatter from the user: what matters comes back as a reason."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

logging.getLogger("PIL").addHandler(logging.NullHandler())  # without a handler its complaints would go to stderr


@contextmanager
def no_warnings() -> Iterator[None]:
    """Python warnings are dropped inside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def no_stderr(when: bool) -> Iterator[None]:
    """What C code writes to stderr is dropped inside: libtiff prints there and Pillow gives no say in it."""
    saved = None
    if when:
        with suppress(OSError):  # a process without stderr has nothing to keep quiet
            saved = os.dup(2)
    if saved is None:
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
