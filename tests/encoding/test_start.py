"""What a fit starts from: latents that are guessed make few passes better, and none are enough for a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.bitstream.base import GUESSED
from inrcodec.encoding import start
from inrcodec.encoding.encode import EncodeResult
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.start import guesses
from inrcodec.errors import UsageError
from inrcodec.settings import rate_weight_for

QUICK = {"threads": 1, "device": "cpu", "seed": 0, "holdout": 0.0}


def encoded(source: Path, folder: Path, **asked: object) -> EncodeResult:
    name = "-".join(f"{key}{value}" for key, value in asked.items())
    return inrcodec.encode(source, folder / f"{name}.inr", **{**QUICK, **asked})  # type: ignore[arg-type]


def loss(result: EncodeResult) -> float:
    """What a fit makes small: the error, and what the whole file costs."""
    archive = result.archive
    return float(10 ** (-archive.means["psnr"] / 10)) + rate_weight_for(50) * archive.bits_per_pixel


def test_without_a_pass_there_are_pictures(small_images: Path, tmp_path: Path) -> None:
    result = encoded(small_images, tmp_path, effort=0)
    assert result.start == "guess"
    assert result.outlook.passes == 0
    assert result.archive.stored.base is not None
    assert result.archive.stored.base.number == GUESSED
    assert result.archive.means["psnr"] > 20


def test_a_few_passes_are_no_worse_than_none(small_images: Path, tmp_path: Path) -> None:
    # What differs from the base takes some more bytes of so few pixels; 100 icons gain from three passes on.
    none, some = (encoded(small_images, tmp_path, start="guess", **few) for few in ({"effort": 0}, {"passes": 3}))
    assert loss(some) < 1.3 * loss(none)
    assert some.archive.means["psnr"] > none.archive.means["psnr"] - 0.3


def test_few_passes_come_further(small_images: Path, tmp_path: Path) -> None:
    warm, cold = (encoded(small_images, tmp_path, passes=10, start=begun) for begun in ("guess", "none"))
    assert (warm.start, cold.start) == ("guess", "base")
    assert loss(warm) < 0.7 * loss(cold)


@pytest.mark.parametrize(
    ("start", "asked", "mode"),
    [("guess", {}, "none"), ("guess", {"holdout": 0.1}, "release"), ("none", {}, "release")],
)
def test_what_guesses_have_not_seen_is_hidden_only_if_asked_for(
    start: str, asked: dict[str, object], mode: str, small_images: Path, tmp_path: Path
) -> None:
    quick = {name: value for name, value in QUICK.items() if name != "holdout"}
    result = inrcodec.encode(small_images, tmp_path / "a.inr", **quick, **asked, passes=4, start=start)  # type: ignore[arg-type]
    assert result.start == {"guess": "guess", "none": "base"}[start]
    assert result.archive.header.holdout.mode == mode
    assert ("holdout_psnr" in result.archive.means) == (mode != "none")


@pytest.mark.parametrize(
    ("side", "passes", "guessed"),
    [(8, 100, False), (23, 100, False), (24, 100, True), (48, 560, True), (48, 561, False), (8, 0, True)],
)
def test_guesses_are_taken_where_they_were_seen_to_help(side: int, passes: int, guessed: bool) -> None:
    assert guesses(EncodeOptions(passes=passes), 2, passes, side) is guessed
    assert guesses(EncodeOptions(passes=passes or 1, start="guess"), 2, passes, side)


def test_guesses_of_large_pictures_take_no_more_than_a_part_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """12 megapixels take a thread some 24 seconds."""
    monkeypatch.setattr(start, "threads_for_products", lambda asked: asked or 1)
    assert not guesses(EncodeOptions(time_limit=20), 2, 3, 3464, 12_000_000)
    assert guesses(EncodeOptions(time_limit=120), 2, 20, 3464, 12_000_000)
    assert guesses(EncodeOptions(time_limit=20, start="guess"), 2, 3, 3464, 12_000_000)
    assert guesses(EncodeOptions(time_limit=20, threads=4), 2, 3, 3464, 12_000_000)


def test_both_engines_go_on_from_it(small_images: Path, tmp_path: Path) -> None:
    pytest.importorskip("numba")
    ours, theirs = (
        encoded(small_images, tmp_path, passes=4, engine=engine, start="guess") for engine in ("kernel", "torch")
    )
    assert abs(ours.archive.means["psnr"] - theirs.archive.means["psnr"]) < 0.6


def test_held_out_pixels_stay_hidden_without_a_pass(small_images: Path, tmp_path: Path) -> None:
    strict = encoded(small_images, tmp_path, effort=0, holdout=0.2, holdout_mode="strict").archive
    assert strict.means["holdout_psnr"] < strict.means["psnr"]
    assert encoded(small_images, tmp_path, effort=0, holdout=0.2).archive.header.holdout.mode == "none"


def test_images_are_added_without_a_step(small_images: Path, newcomers: Path, tmp_path: Path) -> None:
    before = encoded(small_images, tmp_path, passes=20, start="guess")
    result = inrcodec.add(before.path, newcomers, tmp_path / "more.inr", steps=0)
    assert np.mean([result.archive[number].psnr for number in range(result.first, len(result.archive))]) > 18


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"effort": 0, "conditioning": "latent"}, "latents are guessed for pyramids of 32 units"),
        ({"effort": 0, "width": "24"}, "leave it out, or what asks for another design"),
        ({"effort": 0, "base": "none"}, "start from the base"),
        ({"start": "guess", "target_psnr": 30.0, "width": "24"}, "latents are guessed for pyramids of 32 units"),
        ({"effort": 0, "start": "none"}, "leave out"),
        ({"start": "photos"}, "unknown start 'photos'; there are: auto, guess, none"),
        ({"effort": 10}, "effort 10 is outside 0 to 9"),
        ({"passes": -1}, "passes -1: at least 1 is needed"),
    ],
)
def test_what_cannot_be_guessed_is_refused(
    small_images: Path, tmp_path: Path, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        encoded(small_images, tmp_path, **asked)
