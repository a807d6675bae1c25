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
from inrcodec.encoding import checkpoints, keeping
from inrcodec.encoding.checkpoints import waiting
from inrcodec.encoding.shards import adding, division, removing
from inrcodec.encoding.shards.adding import Adding, add_to_collection
from inrcodec.encoding.shards.collect import encode_collection
from inrcodec.encoding.shards.records import RECORDS
from inrcodec.encoding.shards.removing import remove_from_collection
from inrcodec.errors import InputError, UsageError
from inrcodec.fitting.checkpoint import elder
from tests.encoding.stopped import Stop, stop_at

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


def fails(folder: Path) -> None:
    """A change that comes to nothing."""
    (bad := folder.parent / "none.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match="no image could be added"):
        add_to_collection(folder, bad, QUICK)


def test_a_stop_while_old_shards_are_removed_loses_none_of_them(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, removing_of = Collection.open(copied).manifest.shards[0].file, Path.unlink

    def unlink(path: Path, *how: bool, **named: bool) -> None:
        if path.name == old:
            raise Stop
        removing_of(path, *how, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        with pytest.raises(Stop):
            remove_from_collection(copied, "0")
    assert old in there(copied) - listed(copied)
    fails(copied)
    assert there(copied) == listed(copied)
    assert not (copied / RECORDS).exists()


def test_a_whole_shard_that_left_goes_with_the_next_change(copied: Path) -> None:
    """Nothing is made for such a removal; what it removes has to go all the same."""
    ended(removing, "write_manifest", lambda: remove_from_collection(copied, "0-2"), after=True)
    assert len(there(copied) - listed(copied)) == 1
    fails(copied)
    assert there(copied) == listed(copied)
    assert not (copied / RECORDS).exists()


def test_what_could_not_be_removed_is_tried_again_each_time(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, removing_of = Collection.open(copied).manifest.shards[0].file, Path.unlink

    def unlink(path: Path, *how: bool, **named: bool) -> None:
        if path.name == old:
            raise PermissionError
        removing_of(path, *how, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        for _ in range(2):  # the second has files of its own to remove
            assert remove_from_collection(copied, "0").left_behind == (copied / old,)
    assert there(copied) == {*listed(copied), old}
    remove_from_collection(copied, "0")
    assert there(copied) == listed(copied)
    assert not (copied / RECORDS).exists()


def test_shards_of_their_own_that_were_made_for_nothing_go_with_the_next_change(
    copied: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where many pictures were added, and the killed call is not made again."""
    before = {path.name for path in copied.iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr(adding, "OWN", 2)
        patched.setattr(division, "SHARD_IMAGES", 1)
        ended(adding, "write_manifest", lambda: add_to_collection(copied, newcomers, QUICK), after=False)
    made = there(copied) - listed(copied)
    assert len(made) == 2
    assert {path.stem for path in (copied / RECORDS).iterdir()} == {"changed", *(Path(file).stem for file in made)}
    for file in made:
        for lock in (f".{file}.lock", f".{Path(file).stem}.task.lock"):  # as kill -9 leaves them
            (copied / lock).touch()
    left = {path.name for path in copied.iterdir()} - before - made
    assert len(left) == 5
    remove_from_collection(copied, "0-2")
    assert {path.name for path in copied.iterdir()} == {"manifest.parquet", *listed(copied)}


@pytest.mark.parametrize("own", [1, 256])
@pytest.mark.parametrize("beside", [True, False])
def test_checkpoints_of_what_was_given_up_go_with_it(
    copied: Path, newcomers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: int, beside: bool
) -> None:
    """Both generations, beside the shard or, where there was no room, in the folder for state."""
    five, state = newcomers / "five.png", tmp_path / "state"
    monkeypatch.setattr(checkpoints, "user_state_path", lambda *_, **__: state)
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "UNSAVED", -1.0)
        patched.setattr(adding, "OWN", own)
        with pytest.raises(Stop):
            add_to_collection(copied, five, Adding(steps=20, device="cpu", threads=1, on_progress=stop_at(0.5)))
    (kept,) = copied.glob("*.checkpoint")
    output = kept.with_suffix("")
    assert not output.exists()
    if not beside:
        (kept := kept.replace(_made(checkpoints.place_of_last_resort(output)))).touch()
    shutil.copy(kept, elder(kept))
    assert len(waiting(output)) == 2
    fails(copied)  # it changes nothing, so this is still to go on
    assert len(waiting(output)) == 2
    remove_from_collection(copied, "0")
    assert not waiting(output)
    assert {path.name for path in copied.iterdir()} == {"manifest.parquet", *listed(copied)}


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    return path


def test_links_of_a_collection_lead_nowhere(copied: Path, newcomers: Path, tmp_path: Path) -> None:
    """It may be somebody else's: a change writes to no file that a link in it points at."""
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    (copied / RECORDS).mkdir()
    (copied / RECORDS / "changed.json").symlink_to(mine)
    whole = shutil.copytree(copied, tmp_path / "whole.inrs", symlinks=True)
    made = add_to_collection(whole, newcomers / "five.png", QUICK).collection.manifest.shards[0].file
    (copied / made).symlink_to(mine)
    (copied / "manifest.parquet").rename(tmp_path / "manifest")
    (copied / "manifest.parquet").symlink_to(tmp_path / "manifest")
    manifest = (tmp_path / "manifest").read_bytes()
    add_to_collection(copied, newcomers / "five.png", QUICK).collection.verify()
    remove_from_collection(copied, "0").collection.verify()
    assert mine.read_bytes() == b"mine"
    assert (tmp_path / "manifest").read_bytes() == manifest
    assert not any(path.is_symlink() for path in copied.rglob("*"))


def test_records_in_another_place_are_refused(copied: Path, newcomers: Path, tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (elsewhere / "changed.json").write_bytes(b"mine")
    (copied / RECORDS).symlink_to(elsewhere)
    before = sorted(copied.iterdir())
    for change in (
        lambda: add_to_collection(copied, newcomers, QUICK),
        lambda: remove_from_collection(copied, "0"),
        lambda: encode_collection(newcomers, copied, passes=2, device="cpu", threads=1, overwrite=True),
    ):
        with pytest.raises(UsageError, match="is a link to another place"):
            change()
    assert sorted(copied.iterdir()) == before
    assert [path.read_bytes() for path in elsewhere.iterdir()] == [b"mine"]


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


def test_what_fails_leaves_no_trace(copied: Path) -> None:
    before = sorted(copied.rglob("*"))
    fails(copied)
    assert sorted(copied.rglob("*")) == before
