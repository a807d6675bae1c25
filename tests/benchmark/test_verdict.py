"""Sheets of the same pictures: said where they would be smaller, in little time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.benchmark.verdict import Verdict, verdict_on
from inrcodec.images import Picture


def pictures(count: int, side: int, colors: int) -> list[Picture]:
    """Noise of a few colors."""
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, (colors, 3), np.uint8)
    return [Picture(f"{number}.png", palette[rng.integers(0, colors, (side, side))], 100) for number in range(count)]


def test_pixel_art_is_smaller_without_loss(tmp_path: Path) -> None:
    drawn = pictures(30, 16, 3)
    verdict = verdict_on(drawn, 25.0, 1.0)
    assert not verdict.sampled
    assert verdict.lossless_sheet is not None
    sheet = Image.fromarray(np.concatenate([picture.stored for picture in drawn]))
    sheet.save(tmp_path / "sheet.webp", lossless=True)
    assert verdict.lossless_sheet < 1.1 * (tmp_path / "sheet.webp").stat().st_size
    (note,) = verdict.notes(2 * verdict.lossless_sheet)
    assert "lossless" in note
    assert f"{verdict.lossless_sheet:,} bytes" in note
    assert not list(verdict.notes(verdict.lossless_sheet))


def test_large_sets_are_sampled_in_bounded_time() -> None:
    drawn = pictures(400, 48, 200)
    started = time.process_time()
    verdict = verdict_on(drawn, 30.0, 0.5)
    assert time.process_time() - started < 6.0  # a codec at work is not interrupted
    assert verdict.sampled
    assert verdict.lossless_sheet == pytest.approx(400 * 48 * 48, rel=0.4)  # 8 bits a pixel


def test_an_avif_sheet_is_said_with_what_it_cannot_do() -> None:
    (note,) = Verdict(lossless_sheet=9000, lossless_codec="PNG", avif_sheet=3000, sampled=True).notes(5000)
    assert "AVIF" in note
    assert "single images" in note


def test_no_sheet_is_tried_of_one_large_picture() -> None:
    verdict = verdict_on(pictures(1, 1024, 2), 30.0, 1.0)
    assert verdict.lossless_sheet is None
    assert not list(verdict.notes(10))


def test_sheets_without_any_error(tmp_path: Path) -> None:
    """One white pixel is one in AVIF, too: its PSNR is infinite."""
    white = Picture("white.png", np.full((1, 1, 3), 255, np.uint8), 100)
    verdict = verdict_on([white], 50.0, 1.0)
    assert verdict.avif_sheet is not None
    assert 0 < verdict.avif_sheet < 1000
