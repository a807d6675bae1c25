"""The encode path: nothing is worked out twice, and what fails at the very end costs no fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import inrcodec
from inrcodec.bitstream import packing, stored
from inrcodec.encoding import encode as path
from inrcodec.errors import InrError
from inrcodec.fitting import checkpoint
from inrcodec.numerics import poses

QUICK = {"passes": 3, "threads": 1, "device": "cpu", "seed": 1, "record": False}


def full(*_: object, **__: object) -> None:
    raise InrError("set.inr: cannot be written: No space left on device")


def counted(calls: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which notes that it was called."""

    def called(*arguments: Any, **named: Any) -> Any:
        calls[name] += 1
        return function(*arguments, **named)

    return called


def test_a_fit_goes_on_from_a_full_disk(small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inrcodec.encode(small_images, tmp_path / "whole.inr", **QUICK)
    with monkeypatch.context() as patched:
        patched.setattr(path, "write_atomically", full)
        with pytest.raises(InrError, match="No space left"):
            inrcodec.encode(small_images, tmp_path / "set.inr", **QUICK)
    seen: list[str] = []
    inrcodec.encode(
        small_images, tmp_path / "set.inr", resume=True, on_progress=lambda news: seen.append(news.phase), **QUICK
    )
    assert seen == ["measure", "write"]
    assert (tmp_path / "set.inr").read_bytes() == (tmp_path / "whole.inr").read_bytes()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["set.inr", "whole.inr"]


def test_a_disk_without_room_for_a_checkpoint_is_named_as_well(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(path, "write_atomically", full)
    monkeypatch.setattr(checkpoint.np, "savez", no_room)
    with pytest.raises(InrError, match=r"set\.inr: cannot be written: .*; .*checkpoint: .*cannot be written: No space"):
        inrcodec.encode(small_images, tmp_path / "set.inr", **QUICK)
    assert not list(tmp_path.iterdir())


def test_nothing_is_worked_out_twice(small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    for room, name in ((poses, "pose_of"), (packing, "encode_against"), (stored, "decode_against")):
        monkeypatch.setattr(room, name, counted(calls, name, getattr(room, name)))
    made = inrcodec.encode(small_images, tmp_path / "set.inr", conditioning="latent", space="smooth", **QUICK)
    assert calls == {"pose_of": len(made.archive), "encode_against": 1, "decode_against": 1}
    again = inrcodec.open(tmp_path / "set.inr")
    assert made.archive.means == again.means
    assert made.archive.parts == again.parts
    assert (made.archive[2].render() == again[2].render()).all()


def test_nothing_is_worked_out_twice_for_newcomers(
    small_set: Path, tmp_path: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(stored, "decode_against", counted(calls, "decode_against", stored.decode_against))
    made = inrcodec.add(small_set, newcomers, tmp_path / "more.inr", steps=2, threads=1, device="cpu")
    assert calls["decode_against"] == 2  # the file, and the longer one
    again = inrcodec.open(tmp_path / "more.inr")
    assert made.archive.means == again.means
    assert made.archive.parts == again.parts
