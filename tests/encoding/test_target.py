"""Targets are met by looking at the file: PSNR to a tenth of a decibel, and a size to one in a hundred, never above."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.encoding import target
from inrcodec.encoding.options import EncodeOptions
from inrcodec.fitting.progress import Progress


@pytest.fixture(scope="module")
def textures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of three sizes with so much in them that latents carry the quality, not the network."""
    folder, rng = tmp_path_factory.mktemp("textures"), np.random.default_rng(0)
    for number in range(9):
        rough = rng.integers(0, 256, (8 + number % 3, 10, 3), np.uint8)
        Image.fromarray(rough).resize((20, 16 + 2 * (number % 3)), Image.Resampling.BILINEAR).save(
            folder / f"{number}.png"
        )
    return folder


QUICK = {"passes": 60, "holdout": 0, "threads": 1, "device": "cpu"}


def test_psnr(textures: Path, tmp_path: Path) -> None:
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_psnr=28, **QUICK)
    assert result.archive.means["psnr"] == pytest.approx(28, abs=0.1)


@pytest.mark.parametrize(
    ("size", "how", "least"),
    [(4200, {"base": "none"}, 0.99), (2700, {"start": "guess"}, 0.95)],  # from guesses, that is as good as can be
    ids=["nothing", "guesses"],
)
def test_size(textures: Path, tmp_path: Path, size: int, how: dict[str, str], least: float) -> None:
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_size=size, **QUICK, **how)
    assert least * size <= (tmp_path / "a.inr").stat().st_size <= size
    assert result.archive.file_size == (tmp_path / "a.inr").stat().st_size


def test_psnr_from_guesses(textures: Path, tmp_path: Path) -> None:
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_psnr=32, start="guess", **QUICK)
    assert result.start == "guess"
    assert result.archive.means["psnr"] == pytest.approx(32, abs=0.1)


def test_few_pictures_pay_for_what_is_their_own(
    textures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "MOST_CORRECTIONS", 0)
    ours, cold = (
        inrcodec.encode(textures, tmp_path / f"{base}.inr", target_psnr=28, base=base, **QUICK).archive
        for base in ("auto", "none")
    )
    assert cold.stored.base is None
    assert ours.stored.base is not None
    assert ours.file_size < 0.9 * cold.file_size


def test_the_table_is_that_of_the_quality_that_is_needed(
    textures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "MOST_CORRECTIONS", 0)
    tables = []
    for psnr in (15, 45):
        asked = {**QUICK, "passes": 1, "target_psnr": psnr}
        archive = inrcodec.encode(textures, tmp_path / f"{psnr}.inr", **asked).archive
        assert archive.stored.base is not None
        tables.append(archive.stored.base.table)
    assert tables[0] < tables[1]


def test_without_a_pass_guesses_are_led_to_it(textures: Path, tmp_path: Path) -> None:
    asked = {**QUICK, "passes": 0}
    fine = inrcodec.encode(textures, tmp_path / "fine.inr", target_psnr=26, **asked)
    assert fine.start == "guess"
    assert fine.archive.means["psnr"] == pytest.approx(26, abs=0.1)


@pytest.mark.parametrize("psnr", [36.0, 60.0])
def test_guesses_are_made_finer_as_long_as_that_helps(psnr: float, textures: Path, tmp_path: Path) -> None:
    """A round over all levels closes half of a gap of 3.5 dB; what is out of reach is come near to."""
    asked = {**QUICK, "passes": 0}
    result = inrcodec.encode(textures, tmp_path / "a.inr", target_psnr=psnr, **asked)
    if psnr == 36:
        assert result.archive.means["psnr"] == pytest.approx(36, abs=0.1)
    finest = inrcodec.encode(textures, tmp_path / "b.inr", quality=100, **asked)
    assert result.archive.means["psnr"] > finest.archive.means["psnr"] + 3


@pytest.mark.parametrize("asked", [{"target_psnr": 48.0}, {"target_psnr": 30.0}, {"target_size": 2_000}])
@pytest.mark.parametrize("passes", [0, 3])
def test_pictures_of_one_color_are_no_worse_with_a_target(passes: int, asked: dict[str, float], tmp_path: Path) -> None:
    for name, color in {"black": 0, "white": 255}.items():
        Image.new("RGB", (16, 16), (color, color, color)).save(tmp_path / f"{name}.png")
    result = inrcodec.encode(tmp_path, tmp_path / "a.inr", **{**QUICK, "passes": passes}, **asked)  # type: ignore[arg-type]
    if passes == 0:
        assert result.archive.means["psnr"] == float("inf")
        assert result.archive.file_size < 450


def test_of_files_that_miss_it_none_is_both_larger_and_coarser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "_psnr", lambda blob, psnr: psnr)
    small, large = bytes(10), bytes(20)
    made: list[list[tuple[bytes, float]]] = [[(small, 38.0), (large, 36.0)], [(small, 30.0), (large, 36.0)]]
    asked = EncodeOptions(target_psnr=50.0)
    assert [target._best(files, asked) for files in made] == [(small, 38.0), (large, 36.0)]  # type: ignore[arg-type]


def test_a_file_that_meets_it_nearly_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """99.1 % of the size is within a hundredth, though another correction would have been tried."""
    monkeypatch.setattr(target, "_psnr", lambda blob, psnr: psnr)
    finer, nearly, larger = (bytes(950), 38.0), (bytes(991), 36.0), (bytes(1002), 36.0)
    asked = EncodeOptions(target_size=1000)
    for files in ([finer, nearly], [finer, nearly, larger]):
        assert target._best(files, asked) == nearly  # type: ignore[arg-type,comparison-overlap]


def test_a_forecast_without_a_pass_knows_the_target(textures: Path) -> None:
    sizes = [
        inrcodec.plan(textures, effort=0, threads=1, device="cpu", target_psnr=psnr).estimated_bytes
        for psnr in (26.0, 27.0, 28.0)
    ]
    assert sizes[0] < sizes[1] < sizes[2]


def test_what_is_out_of_reach_is_given_up_after_a_round(textures: Path, tmp_path: Path) -> None:
    """Two passes do not come to 45 dB, however long latents are corrected: every level is tried once."""
    phases: list[str] = []

    def see(progress: Progress) -> None:
        if not phases or phases[-1] != progress.phase:
            phases.append(progress.phase)

    inrcodec.encode(textures, tmp_path / "a.inr", target_psnr=45, on_progress=see, **{**QUICK, "passes": 2})
    assert phases.count("correct") == 3
