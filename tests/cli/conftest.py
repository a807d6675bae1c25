"""What tests of commands share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection that may be broken, with a relative path."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(small_collection, "copied.inrs")
    return Path("copied.inrs")
