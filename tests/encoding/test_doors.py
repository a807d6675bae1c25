"""The library's doors as a caller in Python meets them: signatures, docstrings, mistakes, and a run that goes on."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import inrcodec
from inrcodec.benchmark.compare import compare
from inrcodec.benchmark.study import study
from inrcodec.encoding.options import EncodeKeywords, EncodeOptions
from inrcodec.encoding.plan import plan_with
from inrcodec.errors import InrError
from inrcodec.fitting.progress import Progress

DOORS = (
    inrcodec.encode,
    inrcodec.encode_collection,
    inrcodec.add,
    inrcodec.plan,
    inrcodec.remove,
    inrcodec.replace,
    compare,
    study,
)
NAMED = ("file", "sources", "output", "images", "image", "picture")  # what a door may take by position
QUICK = {"threads": 1, "device": "cpu", "seed": 1}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: str(door.__name__))
def test_every_parameter_has_a_name_a_type_and_a_line_with_its_default(door: Callable[..., object]) -> None:
    text = inspect.getdoc(door) or ""
    for name, one in inspect.signature(door).parameters.items():
        assert one.annotation is not inspect.Parameter.empty, name
        if name in NAMED:
            assert one.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            assert f"{name}: " in text or f"{name} (" in text
        else:
            assert one.kind is inspect.Parameter.KEYWORD_ONLY, name
            said = re.search(rf"^\s*{name} \([^\n]+\): .*?\bDefault\b", text, re.MULTILINE | re.DOTALL)
            assert said, f"{door.__name__}: nothing is said of {name}"


def test_defaults_are_those_that_the_docstring_says() -> None:
    text = " ".join((inspect.getdoc(inrcodec.encode) or "").split())
    for name, one in inspect.signature(EncodeKeywords).parameters.items():
        found = re.search(rf" {name} \([^:]+\): .*?Default (\"[^\"]+\"|None|True|False|[0-9.]+?)[.:]( |$)", text)
        assert found, name
        shown = f'"{one.default}"' if isinstance(one.default, str) else str(one.default)
        assert found[1] == shown, name


def test_options_are_the_same_by_keyword_and_as_an_object(small_images: Path) -> None:
    by_keyword = inrcodec.plan(sources=small_images, conditioning="latent", code=8)
    assert by_keyword == plan_with(small_images, EncodeOptions(conditioning="latent", code=8))
    assert by_keyword != inrcodec.plan(small_images)


def test_a_misspelled_keyword_is_named(small_images: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="qualty"):
        inrcodec.encode(small_images, tmp_path / "x.inr", qualty=3)  # type: ignore[call-arg]


def test_what_failed_while_it_was_written_goes_on(small_images: Path, tmp_path: Path) -> None:
    """A full disk, say: the fit is done by then, nothing is left to step through, and the file is the same."""

    def fail(progress: Progress) -> None:
        if progress.phase == "write":
            raise InrError("no space left")

    path, whole = tmp_path / "set.inr", tmp_path / "whole.inr"
    with pytest.raises(InrError, match="no space"):
        inrcodec.encode(small_images, path, passes=4, on_progress=fail, **QUICK)
    assert not path.exists()
    inrcodec.encode(small_images, path, passes=4, resume=True, record=False, **QUICK)
    inrcodec.encode(small_images, whole, passes=4, record=False, **QUICK)
    assert path.read_bytes() == whole.read_bytes()
    assert sorted(tmp_path.iterdir()) == [path, whole]
