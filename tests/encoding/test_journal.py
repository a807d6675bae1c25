"""Changes of a collection that are ended on the way: nothing is done twice, nothing stays that no manifest lists."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inrcodec.archive import Collection
from inrcodec.encoding.shards import adding, removing
from inrcodec.encoding.shards.adding import Adding, add_to_collection
from inrcodec.encoding.shards.removing import remove_from_collection
from inrcodec.encoding.shards.task import RECORDS
from inrcodec.errors import UsageError
from tests.encoding.stopped import Stop

pytest.importorskip("pyarrow")
QUICK = Adding(steps=4, device="cpu", threads=1)


@pytest.fixture
def copied(small_collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In which the first new picture joins the first shard, the second the second one."""
    monkeypatch.setattr(adding, "nearest_shards", lambda _, files, *more: {at: [one] for at, one in enumerate(files)})
    return shutil.copytree(small_collection, tmp_path / "copied.inrs")


def ended(where: ModuleType, name: str, call: Callable[[], object], *, after: bool) -> None:
    """What is called ends when a function of a module is, or after it."""

    def ending(*given: Any, **named: Any) -> None:
        if after:
            plain(*given, **named)
        raise Stop

    plain = getattr(where, name)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(where, name, ending)
        with pytest.raises(Stop):
            call()


def there(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.inr")}


def listed(folder: Path) -> set[str]:
    return {shard.file for shard in Collection.open(folder).manifest.shards}


def test_shards_that_had_grown_are_not_fitted_again(
    copied: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shutil.copytree(copied, tmp_path / "whole.inrs")
    add_to_collection(whole, newcomers, QUICK)
    ended(adding, "write_manifest", lambda: add_to_collection(copied, newcomers, QUICK), after=False)
    grown = sorted(there(copied) - listed(copied))
    assert len(grown) == 2
    (copied / grown[1]).unlink()  # as if it had been killed between the two
    times, fitted, fit = (copied / grown[0]).stat().st_mtime_ns, list[Path](), adding.add
    monkeypatch.setattr(adding, "add", lambda file, *more, **how: fitted.append(file) or fit(file, *more, **how))
    result = add_to_collection(copied, newcomers, QUICK)
    assert (len(fitted), result.changed, sorted(result.names)) == (1, 2, ["five.png", "six.png"])
    assert (copied / grown[0]).stat().st_mtime_ns == times
    assert {path.name: path.read_bytes() for path in copied.glob("*.inr")} == {
        path.name: path.read_bytes() for path in whole.glob("*.inr")
    }
    assert not (copied / RECORDS).exists()
    result.collection.verify()


def test_what_was_made_for_nothing_goes_with_the_next_change(copied: Path, newcomers: Path) -> None:
    five, six = newcomers / "five.png", newcomers / "six.png"
    ended(adding, "write_manifest", lambda: add_to_collection(copied, five, QUICK), after=False)
    assert len(there(copied)) == 3
    add_to_collection(copied, six, replace(QUICK, steps=5))
    assert there(copied) == listed(copied)
    assert not (copied / RECORDS).exists()


def test_other_steps_make_another_shard(copied: Path, newcomers: Path, tmp_path: Path) -> None:
    other = shutil.copytree(copied, tmp_path / "other.inrs")
    add_to_collection(copied, newcomers / "five.png", QUICK)
    add_to_collection(other, newcomers / "five.png", replace(QUICK, steps=5))
    assert len(listed(copied) & listed(other)) == 1


def test_a_grown_shard_that_is_damaged_is_made_anew(copied: Path, newcomers: Path) -> None:
    five = newcomers / "five.png"
    ended(adding, "write_manifest", lambda: add_to_collection(copied, five, QUICK), after=False)
    (grown,) = there(copied) - listed(copied)
    (copied / grown).write_bytes((copied / grown).read_bytes()[:-9])
    add_to_collection(copied, five, QUICK).collection.verify()
    assert there(copied) == listed(copied)


def test_shards_of_before_go_with_the_next_change(copied: Path, newcomers: Path) -> None:
    """It is killed when the new manifest is there: what was removed must not stay in a file that nobody knows of."""
    ended(removing, "write_manifest", lambda: remove_from_collection(copied, "0"), after=True)
    (left,) = there(copied) - listed(copied)
    with pytest.raises(UsageError):
        add_to_collection(copied, newcomers / "none.png", QUICK)
    with pytest.raises(UsageError):
        remove_from_collection(copied, "0-99")
    (copied / "mine.inr").write_bytes(b"mine")
    remove_from_collection(copied, "0")
    assert left not in there(copied)
    assert there(copied) == {*listed(copied), "mine.inr"}
    assert not (copied / RECORDS).exists()


@pytest.mark.parametrize("told", [b"", b"{", b'{"made":[1]}', b'{"made":["../mine.inr","mine.inr"],"replaced":["/x"]}'])
def test_a_journal_that_anybody_wrote_removes_nothing_else(copied: Path, newcomers: Path, told: bytes) -> None:
    for mine in (copied / "mine.inr", copied.parent / "mine.inr"):
        mine.write_bytes(b"mine")
    (copied / RECORDS).mkdir()
    (copied / RECORDS / "changed.json").write_bytes(told)
    remove_from_collection(copied, "0")
    assert (copied / "mine.inr").exists()
    assert (copied.parent / "mine.inr").exists()
    assert there(copied) == {*listed(copied), "mine.inr"}


def test_what_fails_leaves_no_trace(copied: Path, newcomers: Path, tmp_path: Path) -> None:
    (tmp_path / "none.png").write_bytes(b"no picture")
    before = sorted(copied.rglob("*"))
    with pytest.raises(Exception, match="no image could be added"):
        add_to_collection(copied, tmp_path / "none.png", QUICK)
    assert sorted(copied.rglob("*")) == before
