"""Checkpoints that cannot be read or written: each says what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
import pytest

from inrcodec.errors import InrError, UsageError
from inrcodec.fitting import checkpoint
from inrcodec.fitting.engine import Fit
from inrcodec.settings import FitSettings, ModelSettings


def fit(seed: int = 0) -> Fit:
    pictures = [np.random.default_rng(1).random((6, 6, 3)).astype(np.float32)] * 2
    return Fit(pictures, ModelSettings(), FitSettings(passes=2, threads=1, device="cpu", seed=seed))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    made = fit()
    next(made.steps())
    made.save(tmp_path / "checkpoint")
    return tmp_path / "checkpoint"


def changed(path: Path, **entries: object) -> Path:
    """With other facts or arrays; None: without them."""
    with np.load(path) as contents:
        arrays = dict(contents)
    facts = msgspec.msgpack.decode(arrays["facts"].tobytes())
    arrays = {name: values for name, values in arrays.items() if entries.get(name, 0) is not None}
    facts = {name: value for name, value in {**facts, **entries}.items() if value is not None}
    arrays["facts"] = np.frombuffer(msgspec.msgpack.encode(facts), np.uint8)
    with path.open("wb") as target:
        np.savez(target, **arrays)
    return path


def test_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such checkpoint"):
        fit().restore(tmp_path / "checkpoint")


def test_one_of_other_settings(saved: Path) -> None:
    with pytest.raises(UsageError, match="other images or settings"):
        fit(seed=1).restore(saved)


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_one_that_is_cut_short(keep: int, saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(InrError, match="damaged"):
        fit().restore(saved)


@pytest.mark.parametrize("part", ["weights", "meter", "order", "rows-0-1"])
def test_one_with_a_part_missing(part: str, saved: Path) -> None:
    with pytest.raises(InrError, match="damaged"):
        fit().restore(changed(saved, **{part: None}))


def test_one_that_another_version_made(saved: Path) -> None:
    with pytest.raises(UsageError, match=r"made by inrcodec 99\.0, and this is"):
        fit().restore(changed(saved, version="99.0", format=99))
    with pytest.raises(UsageError, match="made by an older inrcodec"):
        fit().restore(changed(saved, version=None, format=None))


def test_one_that_may_not_be_read(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(InrError, match="Permission denied"):
        fit().restore(saved)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    with pytest.raises(InrError, match="directory"):
        fit().restore(tmp_path / "checkpoint")


def test_a_full_disk(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(target: BinaryIO, **_: object) -> None:
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.np, "savez", full)
    with pytest.raises(InrError, match="cannot be written: No space left"):
        fit().save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]
