"""`encode --preset`: what it asks for, what wins over it, and what it refuses to begin."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import inrcodec
from inrcodec.cli.app import main
from inrcodec.cli.presets import with_preset
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.prepare import prepare
from inrcodec.field.field import field_shapes

Capture = pytest.CaptureFixture[str]


def test_what_was_asked_wins_over_the_preset() -> None:
    plain = with_preset("memorize", EncodeOptions(seed=3))
    assert plain == EncodeOptions(conditioning="binary", width="10x", depth=3, holdout_mode="strict", seed=3)
    options = with_preset("memorize", EncodeOptions(width="1x", conditioning="grid"))
    assert (options.width, options.conditioning, options.depth) == ("1x", "grid", 3)


def test_days_of_work_are_not_begun_unasked(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["encode", str(small_images), "-o", str(tmp_path / "m.inr"), "--preset", "memorize", "--device", "cpu"]
    assert main([*words, "--passes", "2000000000", "--width", "64"]) == 2  # narrow, as forecasts take real steps
    said = capsys.readouterr().err
    assert "without a GPU" in said
    assert "--width" in said
    assert not list(tmp_path.iterdir())


def test_memorizing_takes_millions_of_weights(small_images: Path) -> None:
    asked = prepare(small_images, with_preset("memorize", EncodeOptions()), record=False)
    shapes = field_shapes(asked.model, asked.header.channels, asked.header.images)
    assert sum(map(math.prod, shapes)) > 13_000_000


def test_a_narrow_one_is_fitted(small_images: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.inr"
    words = ["encode", str(small_images), "-o", str(path), "--preset", "memorize", "--width", "16", "--passes", "5"]
    assert main([*words, "--device", "cpu", "--quiet"]) == 0
    header = inrcodec.open(path).header
    assert (header.model.conditioning, header.model.hidden_layers, header.holdout.mode) == ("binary", 3, "strict")
