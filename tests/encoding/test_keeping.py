"""Fits that end too early go on to the same bytes, wherever their checkpoints lie and whatever became of one."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import inrcodec
from inrcodec.encoding import checkpoints, room, target
from inrcodec.encoding.checkpoints import checkpoint_path, place_of_last_resort, waiting
from inrcodec.errors import InrError, UsageError
from inrcodec.fitting import checkpoint
from inrcodec.fitting.checkpoint import elder
from tests.encoding.stopped import QUICK, Stop, stop_at, timeless

DESIGNS: dict[str, dict[str, Any]] = {
    "kernel": {},
    "kernel, areas": {"footprint": 2},
    "kernel, a target": {"target_psnr": 18.0},
    "kernel, a target, guesses": {"target_size": 5_000, "start": "guess"},
    "torch": {"engine": "torch", "passes": 8},
    "torch, subsamples": {"conditioning": "latent", "code": 4, "passes": 8},
}


@pytest.mark.parametrize(
    "design", [pytest.param(design, marks=[pytest.mark.slow] * ("target" in design)) for design in DESIGNS]
)
def test_a_fit_stopped_twice_ends_with_the_same_bytes(
    design: str, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "MOST_CORRECTIONS", 1)
    options = QUICK | DESIGNS[design]
    whole, path = tmp_path / "whole.inr", tmp_path / "set.inr"
    inrcodec.encode(small_images, whole, **options)
    for number, share in enumerate((0.3, 0.78)):
        with pytest.raises(Stop):
            inrcodec.encode(small_images, path, resume=number > 0, on_progress=stop_at(share), **options)
    inrcodec.encode(small_images, path, resume=True, **options)
    assert timeless(path) == timeless(whole)
    assert sorted(tmp_path.iterdir()) == [path, whole]


def test_steps_taken_many_at_once_go_on_to_the_same_bytes(small_images: Path, tmp_path: Path) -> None:
    """Pictures of one size: how many steps kernels take together is a matter of time."""
    sources, options = [small_images / "one.png", small_images / "two.png"], QUICK | {"passes": 90, "record": False}
    inrcodec.encode(sources, tmp_path / "whole.inr", **options)
    for number, share in enumerate((0.2, 0.55, 0.8)):
        with pytest.raises(Stop):
            inrcodec.encode(sources, tmp_path / "set.inr", resume=number > 0, on_progress=stop_at(share), **options)
    inrcodec.encode(sources, tmp_path / "set.inr", resume=True, **options)
    assert (tmp_path / "set.inr").read_bytes() == (tmp_path / "whole.inr").read_bytes()


def test_what_a_record_says_is_kept_too(small_images: Path, tmp_path: Path) -> None:
    with pytest.raises(Stop):
        inrcodec.encode(small_images, tmp_path / "set.inr", on_progress=stop_at(0.5), **QUICK)
    record = inrcodec.encode(small_images, tmp_path / "set.inr", resume=True, **QUICK).archive.record
    assert record is not None
    assert np.isfinite(record.columns[0].values[:20]).any()


@pytest.mark.usefixtures("often")
def test_two_generations_are_kept_and_the_older_one_helps_out(small_images: Path, tmp_path: Path) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.6), **QUICK)
    latest = checkpoint_path(path)
    assert waiting(path) == [latest, elder(latest)]
    damaged = bytearray(latest.read_bytes())
    damaged[len(damaged) // 2] ^= 4
    latest.write_bytes(damaged)
    os.utime(latest)
    inrcodec.encode(small_images, path, resume=True, on_notice=said.append, **QUICK)
    assert said == [f"the latest checkpoint is damaged; going on from the one before it, {elder(latest)}"]
    inrcodec.encode(small_images, tmp_path / "whole.inr", **QUICK)
    assert timeless(path) == timeless(tmp_path / "whole.inr")
    assert not waiting(path)


@pytest.mark.usefixtures("often")
def test_every_bit_of_a_checkpoint_that_matters_is_checked(small_images: Path, tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.1), **QUICK)
    latest = checkpoint_path(path)
    facts, arrays = checkpoint.read(latest)
    blob, random = latest.read_bytes(), np.random.default_rng(0)
    for place in random.integers(len(blob), size=200).tolist():
        latest.write_bytes(blob[:place] + bytes([blob[place] ^ 1 << int(random.integers(8))]) + blob[place + 1 :])
        try:
            found, others = checkpoint.read(latest)
        except InrError:
            continue
        assert repr(found) == repr(facts)  # the change was in what nobody reads, such as a date
        assert all((others[name] == arrays[name]).all() for name in arrays)


def test_how_a_fit_began_takes_no_memory_to_read(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "set.inr", checkpoint.NpzFile.__getitem__
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.5), **QUICK)

    def short_of_memory(contents: checkpoint.NpzFile, name: str) -> object:
        if name != checkpoint.FACTS:
            raise MemoryError
        return read(contents, name)

    monkeypatch.setattr(checkpoint.NpzFile, "__getitem__", short_of_memory)
    assert checkpoints.told_to(path)["beginning"]["steps"] is True
    with pytest.raises(InrError, match="too little memory for the checkpoint"):
        inrcodec.encode(small_images, path, resume=True, **QUICK)


def test_a_full_disk_sends_checkpoints_to_the_state_folder(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    write = checkpoint.Snapshot.write

    def full(snapshot: checkpoint.Snapshot, where: Path) -> None:
        if where.parent == tmp_path:
            raise InrError(f"{where}: the checkpoint cannot be written: No space left on device")
        write(snapshot, where)

    monkeypatch.setattr(checkpoint.Snapshot, "write", full)
    with pytest.raises(Stop):
        inrcodec.encode(small_images, path, on_progress=stop_at(0.5), on_notice=said.append, **QUICK)
    other = place_of_last_resort(path)
    assert waiting(path) == [other]
    assert said == [f"{tmp_path}: no room for the checkpoint, which is in {other}"]
    with pytest.raises(UsageError, match="waits there"):
        inrcodec.encode(small_images, path, **QUICK)
    inrcodec.encode(small_images, path, resume=True, **QUICK)
    inrcodec.encode(small_images, tmp_path / "whole.inr", **QUICK)
    assert timeless(path) == timeless(tmp_path / "whole.inr")
    assert not waiting(path)


def test_too_little_room_is_said_before_the_fit(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = tmp_path / "set.inr", list[str]()
    monkeypatch.setattr(room, "free_bytes", lambda folder: 1000)
    with pytest.raises(InrError, match=r"may take .* bytes, and .* has room for 1,000; free some"):
        inrcodec.encode(small_images, path, **QUICK)
    monkeypatch.setattr(room, "free_bytes", lambda folder: 100_000)
    inrcodec.encode(small_images, path, on_notice=said.append, **QUICK)
    assert len(said) == 1
    assert said[0].startswith(f"neither {tmp_path} nor ")


def test_room_is_held_without_a_name_and_let_go(tmp_path: Path) -> None:
    held = room.Room(tmp_path / "set.inr", 1 << 20)
    assert not list(tmp_path.iterdir())
    held.release()
    held.release()


def test_a_disk_that_fails_without_a_checkpoint_elsewhere_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(checkpoint.np, "savez", failing)
    with pytest.raises(InrError, match=r"set\.inr\.checkpoint: the checkpoint cannot be written: Input/output error"):
        checkpoints.write(checkpoint.Snapshot({}, {}), tmp_path / "set.inr")
