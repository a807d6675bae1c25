"""Which files a request means, in which order, and under which names."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.errors import UsageError
from inrcodec.images.packed import find_packed
from inrcodec.images.scan import find_files, natural_key, numbered, short_enough


def put(*paths: Path) -> None:
    """A tiny image at every path."""
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2), "red").save(path, "PNG")


def names(*sources: str | Path) -> list[str]:
    return [found.name for found in find_files(sources)[0]]


def test_natural_order_counts_instead_of_spelling() -> None:
    mixed = ["a10.png", "a2.png", "B1.png", "a2b10.png", "a2b9.png", "b/2.png", "b/10.png", "010.png", "9.png"]
    expected = ["9.png", "010.png", "a2.png", "a2b9.png", "a2b10.png", "a10.png", "b/2.png", "b/10.png", "B1.png"]
    assert sorted(mixed, key=natural_key) == expected


def test_a_folder_is_walked_in_natural_order_with_relative_names(tmp_path: Path) -> None:
    put(*(tmp_path / name for name in ("10.png", "9.png", "deep/er/1.JPG", "deep/2.webp")))
    assert names(tmp_path) == ["9.png", "10.png", "deep/2.webp", "deep/er/1.JPG"]


def test_a_folder_given_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a" / "1.png")
    monkeypatch.chdir(tmp_path / "a")
    assert names(".") == ["1.png"]
    assert names("..") == ["a/1.png"]


def test_hidden_things_links_and_other_files_are_passed_over_silently(tmp_path: Path) -> None:
    put(
        tmp_path / "seen.png",
        tmp_path / ".hidden.png",
        tmp_path / ".git" / "deep.png",
        tmp_path / "elsewhere" / "x.png",
    )
    inside = tmp_path / "inside"
    put(inside / "only.png", inside / ".no.png", inside / ".nor" / "this.png")
    (inside / "notes.txt").write_text("no image")
    (inside / "folder.png").mkdir()
    (inside / "link.png").symlink_to(tmp_path / "seen.png")
    (inside / "linked").symlink_to(tmp_path / "elsewhere")
    (inside / "broken.png").symlink_to(tmp_path / "nothing.png")
    found, skipped = find_files([inside])
    assert [file.name for file in found] == ["only.png"]
    assert skipped == ()


def test_what_is_spelled_out_is_taken_even_if_hidden_or_a_link_or_oddly_named(tmp_path: Path) -> None:
    put(tmp_path / ".hidden.png", tmp_path / "plain.png", tmp_path / "no_suffix", tmp_path / "folder" / "in.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "plain.png")
    (tmp_path / "linked").symlink_to(tmp_path / "folder")
    assert names(tmp_path / ".hidden.png", tmp_path / "no_suffix") == [".hidden.png", "no_suffix"]
    assert names(tmp_path / "link.png", tmp_path / "linked") == ["link.png", "in.png"]


def test_globs_take_what_a_folder_would(tmp_path: Path) -> None:
    put(*(tmp_path / name for name in ("b10.png", "b9.png", "c.png", ".b.png", "deep/b1.png")))
    (tmp_path / "b.txt").write_text("")
    (tmp_path / "b11.png").symlink_to(tmp_path / "c.png")
    put(tmp_path / ".aside" / "b2.png")
    (tmp_path / "dlinked").symlink_to(tmp_path / ".aside")
    assert names(str(tmp_path / "*" / "b?.png")) == ["b1.png"]
    assert names(str(tmp_path / "dlinked" / "b*")) == ["b2.png"]
    assert names(str(tmp_path / "b*")) == ["b9.png", "b10.png"]
    assert names(str(tmp_path / "**" / "b?.png")) == ["b1.png", "b9.png"]
    assert names(str(tmp_path / "d*")) == ["b1.png"]


def test_a_name_with_brackets_that_exists_is_a_file_and_not_a_glob(tmp_path: Path) -> None:
    put(tmp_path / "a[1].png", tmp_path / "a1.png")
    assert names(tmp_path / "a[1].png") == ["a[1].png"]


def test_sources_keep_their_order_and_a_shells_list_of_files_is_put_in_natural_order(tmp_path: Path) -> None:
    put(*(tmp_path / "z" / name for name in ("1.png", "10.png", "2.png")), tmp_path / "a" / "a.png")
    files = [tmp_path / "z" / name for name in ("1.png", "10.png", "2.png")]
    assert names(*files, tmp_path / "a") == ["1.png", "2.png", "10.png", "a.png"]


def test_a_file_given_twice_counts_once(tmp_path: Path) -> None:
    put(tmp_path / "a.png", tmp_path / "b.png")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names(tmp_path / "b.png", tmp_path, str(tmp_path / "*.png"), tmp_path / "again") == ["b.png", "a.png"]


def test_equal_names_take_parent_folders_until_they_differ(tmp_path: Path) -> None:
    put(*(tmp_path / name for name in ("one/set/a.png", "two/set/a.png", "two/set/b.png", "three/a.png")))
    found = names(tmp_path / "one" / "set", tmp_path / "two" / "set", tmp_path / "three")
    assert found == ["one/set/a.png", "two/set/a.png", "b.png", "three/a.png"]


def test_a_lengthened_name_that_meets_another_grows_on(tmp_path: Path) -> None:
    put(tmp_path / "p" / "x" / "a.png", tmp_path / "q" / "a.png", tmp_path / "r" / "x" / "a.png")
    found = names(tmp_path / "p" / "x", tmp_path / "q", tmp_path / "r")
    assert len(set(found)) == 3
    assert found[0] == "p/x/a.png"


def test_file_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    try:
        for name in (b"\xff.png", b"\xfe.png"):
            Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes no such names")
    found = names(tmp_path)
    assert len(set(found)) == 2
    assert all(name.encode("utf-8") for name in found)


def test_what_is_not_there_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.png: no such file or folder"):
        find_files([tmp_path / "gone.png"])
    with pytest.raises(UsageError, match="matches no file"):
        find_files([str(tmp_path / "*.png")])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert find_files([tmp_path]) == ((), ())
    found, skipped = find_files([tmp_path / "pipe.png"])
    assert not found
    assert skipped[0].reason == "not a regular file"


def test_thousands_of_one_name_are_numbered_in_one_go() -> None:
    alike = numbered(["a"] * 20_000 + ["a (2)"])
    assert alike[:3] == ["a", "a (2)", "a (3)"]
    assert alike[-1] == "a (2) (2)"
    assert len(set(alike)) == 20_001


def test_names_are_no_longer_than_a_file_holds() -> None:
    assert short_enough("some/folder/" + "é" * 1999 + ".png") == "é" * 1998 + ".png"
    assert short_enough("some/folder/" + "é" * 1997 + ".png") == "é" * 1997 + ".png"


@pytest.mark.parametrize("address", ["https://example.org/a.png", "s3://bucket/set/*.png", "file:///tmp/a?.png"])
def test_addresses_are_to_be_downloaded_first(address: str) -> None:
    told = rf"{re.escape(address)}: pictures are read from files; download them first, then give their folder"
    for look in (lambda: find_files([address]), lambda: find_packed([address], "tar")):
        with pytest.raises(UsageError, match=told):
            look()
