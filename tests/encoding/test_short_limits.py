"""Limits that leave hardly a pass: what comes out is no worse than what guesses alone are, and it is said."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.cli.app import main
from inrcodec.encoding import short_limits
from inrcodec.encoding.options import EncodeOptions
from inrcodec.encoding.plan import plan_with
from tests.conftest import draw
from tests.encoding.stopped import Stop, stop_at

ONE = {"threads": 1, "device": "cpu"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures that a short limit makes begin with guesses."""
    folder = tmp_path_factory.mktemp("larger")
    for number in range(4):
        draw(folder / f"{number}.png", 64, 64, 1.7 * number)
    return folder


def foreseen(monkeypatch: pytest.MonkeyPatch, passes: float) -> None:
    """So many passes are foreseen, and so many were taken when all is through."""

    def known(self: short_limits.PassesAhead, meter: object, lost: float = 0.0) -> float:
        return passes

    for name in ("known", "anew"):
        monkeypatch.setattr(short_limits.PassesAhead, name, known)


@pytest.mark.parametrize("when", ["before the fit", "behind its first steps"])
def test_without_time_for_a_pass_guesses_stay_as_they_are(
    when: str, larger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 0.1
    if when != "before the fit":
        foreseen(monkeypatch, 0.4)
        limit = 20.0
    hurried = inrcodec.encode(larger, tmp_path / "hurried.inr", time_limit=limit, **ONE)
    guessed = inrcodec.encode(larger, tmp_path / "guessed.inr", effort=0, share="none", **ONE)
    assert (hurried.start, hurried.outlook.passes) == ("guess", 0)
    assert hurried.archive.header.holdout.mode == "none"
    assert hurried.archive.means["psnr"] == pytest.approx(guessed.archive.means["psnr"], abs=0.2)
    assert hurried.archive.file_size <= guessed.archive.file_size
    (said,) = hurried.outlook.verdicts(30.0)
    assert "no time for passes that gain anything" in said
    assert not list(guessed.outlook.verdicts(30.0))


def test_pictures_too_small_for_a_start_from_guesses_end_with_them(small_images: Path, tmp_path: Path) -> None:
    hurried = inrcodec.encode(small_images, tmp_path / "a.inr", time_limit=0.1, **ONE)
    assert (hurried.start, hurried.outlook.passes) == ("guess", 0)
    plain = inrcodec.encode(small_images, tmp_path / "b.inr", time_limit=0.1, start="none", **ONE)
    assert (plain.start, plain.outlook.passes > 0) == ("base", True)  # nobody wants guesses


def test_few_passes_hide_no_pixels_and_go_on_as_they_began(
    larger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreseen(monkeypatch, 20.0)
    path = tmp_path / "set.inr"
    with pytest.raises(Stop):
        inrcodec.encode(larger, path, time_limit=4.0, on_progress=stop_at(0.3), holdout=0.1, **ONE)
    result = inrcodec.encode(larger, path, time_limit=2.0, resume=True, holdout=0.1, **ONE)
    assert result.archive.header.holdout.mode == "none"
    assert result.outlook.passes > 0
    assert "when the fit began" not in " ".join(result.outlook.verdicts(30.0))  # it was its own limit that ended it
    shown = inrcodec.encode(larger, tmp_path / "more.inr", time_limit=4.0, holdout=0.1, **ONE)
    assert shown.archive.header.holdout.mode == "none"
    (said,) = shown.outlook.verdicts(30.0)
    assert "too few to hide pixels from" in said


def test_a_fit_that_time_hid_no_pixels_from_may_have_time_later(
    larger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path, asked = tmp_path / "set.inr", {"passes": 100, "holdout": 0.1, **ONE}
    with monkeypatch.context() as patched:
        foreseen(patched, 20.0)
        with pytest.raises(Stop):
            inrcodec.encode(larger, path, time_limit=3600.0, on_progress=stop_at(0.1), **asked)  # type: ignore[arg-type]
    words = ["encode", str(larger), "-o", str(path), "--passes", "100", "--threads", "1", "--device", "cpu"]
    words += ["--holdout", "0.1"]
    assert main([*words, "--resume", "--dry-run"]) == 0
    assert "when the fit began, there was time for too few passes to hide pixels from" in capsys.readouterr().err
    result = inrcodec.encode(larger, path, resume=True, **asked)  # type: ignore[arg-type]
    assert result.outlook.passes == pytest.approx(100, abs=1)
    (said,) = result.outlook.verdicts(30.0)
    assert said.startswith("when the fit began, there was time for too few")


def test_what_is_forecast_is_what_will_be_made(larger: Path) -> None:
    """The quality that a target needs is another one where nothing is fitted."""
    asked = EncodeOptions(time_limit=5.0, target_psnr=31.0, holdout=0, threads=1, device="cpu")
    hurried = plan_with(larger, asked, started=time.monotonic() - 30)
    guessed = plan_with(larger, replace(asked, time_limit=None, effort=0))
    assert hurried.outlook.passes == 0
    assert hurried.estimated_bytes == guessed.estimated_bytes
    assert hurried.estimated_bytes != plan_with(larger, replace(asked, time_limit=None)).estimated_bytes


def test_a_limit_that_is_too_short_is_foretold(larger: Path) -> None:
    options = EncodeOptions(time_limit=5.0, threads=1, device="cpu")
    plan = plan_with(larger, options, started=time.monotonic() - 30)
    longer, guesses = plan.outlook.warnings()
    assert "verifying alone take 3" in longer
    assert "effort=0" in guesses
    assert plan.outlook.passes == 0
    assert plan.estimated_seconds == pytest.approx(31, abs=10)
    assert not list(plan_with(larger, EncodeOptions(effort=0, threads=1, device="cpu")).outlook.warnings())


def test_a_forecast_of_few_passes_hides_no_pixels(larger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_limits, "HIDING_PASSES", 1 << 20)
    options = EncodeOptions(time_limit=6.0, holdout=0.1, threads=1, device="cpu")
    (said,) = plan_with(larger, options).outlook.warnings()
    assert "too few to hide pixels from" in said


def test_a_fit_goes_on_with_any_limit(larger: Path, tmp_path: Path) -> None:
    """The first one decides how it begins: a short one would have begun with guesses."""
    path = tmp_path / "set.inr"
    with pytest.raises(Stop):
        inrcodec.encode(larger, path, passes=100_000, time_limit=3600.0, on_progress=stop_at(0.0001), **ONE)
    result = inrcodec.encode(larger, path, passes=100_000, time_limit=1.0, resume=True, **ONE)
    assert result.start != "guess"
    assert result.outlook.passes < 90_000
    (said,) = result.outlook.verdicts(30.0)
    assert "counts from where it went on" in said
    assert not list(tmp_path.glob("*.checkpoint*"))


def test_the_command_says_so(larger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["encode", str(larger), "-o", "a.inr", "--threads", "1", "--device", "cpu", "--no-verdict"]
    assert main([*words, "--time-limit", "0.1"]) in (0, 4)  # 4: a busy machine took more than 2 s longer
    said = capsys.readouterr().err
    assert "latents are as they were guessed, as with --effort 0; give it a longer --time-limit" in said
    assert np.isfinite(inrcodec.open("a.inr").means["psnr"])
    with monkeypatch.context() as patched:

        def interrupt(news: object) -> str:
            raise KeyboardInterrupt

        patched.setattr("inrcodec.cli.progress.fit_figures", interrupt)
        words[3] = "b.inr"
        assert main([*words, "--passes", "100000"]) == 130
    capsys.readouterr()
    assert main([*words, "--passes", "100000", "--resume", "--time-limit", "1"]) in (0, 4)
    said = capsys.readouterr().err
    assert " of 100,000 passes, at " in said
    assert "dB, as --time-limit counts from where it went on; the file is whole" in said
