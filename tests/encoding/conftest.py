"""What tests of several files here ask for."""

from __future__ import annotations

import pytest

from inrcodec.encoding import keeping


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint between any two steps that no thread is at work in."""
    for name in ("EVERY", "SHARE"):
        monkeypatch.setattr(keeping, name, 0.0)
    monkeypatch.setattr(keeping, "COST", 1e9)
