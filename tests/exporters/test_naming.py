"""Hostile names: what is shown moves no cursor, what is written never leaves its folder."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.exporters.naming import DEVICES, INVISIBLE, displayed, file_names, safe_stem


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cat.png", "cat.png"),
        ("a/b.png", "a_b.png"),
        ("photo.JPEG", "photo.png"),
        ("v1.2 final.webp", "v1.2 final.png"),
        ("v1.2", "v1.2.png"),
        ("../../etc/passwd", "_.._etc_passwd.png"),
        ("..", "image.png"),
        ("", "image.png"),
        (".hidden.png", "hidden.png"),
        ("con.png", "_con.png"),
        ("COM1.tar.png", "_COM1.tar.png"),
        ("-rf.png", "_rf.png"),
        ("C:\\x.png", "C__x.png"),
        ("a\u202egnp.exe", "a_gnp.exe.png"),
        ("tab\there\x1b[31m.png", "tab_here_[31m.png"),
        ("trailing. .png", "trailing.png"),
        ("über.png", "über.png"),
    ],
)
def test_safe_names(name: str, expected: str) -> None:
    assert file_names([name], ".png") == (expected,)


def test_collisions_are_numbered_as_a_case_blind_file_system_sees_them() -> None:
    names = ["a/b.png", "a_b.png", "A_B.jpg", "a_b-2.png"]
    assert file_names(names, ".webp") == ("a_b.webp", "a_b-2.webp", "A_B-3.webp", "a_b-2-2.webp")


def test_many_equal_names_cost_no_quadratic_search() -> None:
    names = file_names(["x"] * 20_000, ".png")
    assert len(set(names)) == 20_000


@given(st.lists(st.text(max_size=300), min_size=1, max_size=8))
def test_any_name_becomes_a_plain_unique_file_name(names: list[str]) -> None:
    made = file_names(names, ".png")
    folder = Path("/folder")
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in made}) == len(names)
    for name in made:
        assert os.path.normpath(folder / name) == str(folder / name)
        assert (folder / name).parent == folder
        assert name.endswith(".png")
        assert not name.startswith((".", "-", " "))
        assert len(name.encode("utf-8")) <= 255
        assert not any(unicodedata.category(character) in INVISIBLE for character in name)


@given(st.text())
def test_shown_text_holds_nothing_invisible(text: str) -> None:
    assert not any(unicodedata.category(character) in INVISIBLE for character in displayed(text))


def test_shown_text_stays_readable() -> None:
    assert displayed("größe 5.png") == "größe 5.png"
    assert displayed("a\x1b[2Jb\u202ec\udc80") == "a\\x1b[2Jb\\u202ec\\udc80"


@pytest.mark.parametrize("device", sorted(DEVICES))
def test_device_names_are_never_written(device: str) -> None:
    assert safe_stem(device.upper() + ".png").startswith("_")
