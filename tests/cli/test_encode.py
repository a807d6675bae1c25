"""`inrcodec encode`: what is refused before any work, what is said after it, and what Ctrl-C leaves behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
QUICK = ["--passes", "40", "--threads", "1", "--device", "cpu"]
KEYS = """file file_size images pixels bits_per_pixel mean_psnr exact_images worst_psnr worst_image holdout_mode
holdout_psnr source_bytes ratio seconds passes start missed warnings verdict skipped notes"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_folder_becomes_a_file(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["encode", str(small_images), "-o", "set.inr", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert out == "set.inr\n"
    for word in ("bits per pixel", "mean PSNR", "worst PSNR", "held-out", "sources", "inrcodec decode set.inr"):
        assert word in err
    assert "\x1b" not in err
    assert len(inrcodec.open(tmp_path / "set.inr")) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr"]


def test_verbose_says_how_steps_are_done_and_once(
    small_images: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr("inrcodec.fitting.workers.Workers.note", "one operation at a time; it has no graphs")
    flags = ["--engine", "torch", "--device", "cpu", "--passes", "3", "--threads", "1"]
    assert main(["encode", str(small_images), "-o", "set.inr", "-v", *flags]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "engine" in line]
    assert said == ["fitting with the engine torch: one operation at a time; it has no graphs"]


def test_json_and_the_default_name(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["encode", str(small_images), "--json", "--quiet", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    answer = json.loads(out)
    assert list(answer) == KEYS.split()
    assert answer["file"] == "icons.inr"
    assert answer["file_size"] == (tmp_path / "icons.inr").stat().st_size
    assert answer["bits_per_pixel"] == pytest.approx(8 * answer["file_size"] / answer["pixels"])
    assert answer["images"] == 6


@pytest.mark.parametrize("asked", [["--target-psnr", "48"], ["--target-size", "2000"]])
def test_what_is_exact_meets_any_target(asked: list[str], tmp_path: Path, capsys: Capture) -> None:
    for name, color in {"black": 0, "white": 255}.items():
        Image.new("RGB", (16, 16), (color, color, color)).save(tmp_path / f"{name}.png")
    words = ["encode", str(tmp_path), "-o", "a.inr", "--effort", "0", "--threads", "1", "--no-verdict", *asked]
    assert main([*words, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["exact_images"], answer["missed"]) == (2, [])


def test_nothing_is_fitted_at_effort_0_and_the_summary_says_so(
    small_images: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["encode", str(small_images), "-o", "set.inr", "--effort", "0", "--threads", "1", "--no-verdict"]) == 0
    assert "latents guessed by a network, nothing fitted" in " ".join(capsys.readouterr())


def test_footprint_goes_into_the_file(small_images: Path, tmp_path: Path) -> None:
    """Points by default, areas on demand."""
    for extra, wanted in ([], 1), (["--footprint", "2"], 2):
        assert main(["encode", str(small_images), "-o", "set.inr", "--force", "--quiet", *QUICK, *extra]) == 0
        assert inrcodec.open(tmp_path / "set.inr").header.model.footprint == wanted


@pytest.mark.parametrize("effort", ["0", "5"])
def test_a_dry_run_writes_nothing(small_images: Path, tmp_path: Path, capsys: Capture, effort: str) -> None:
    assert main(["encode", str(small_images), "--dry-run", "--json", "--effort", effort]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["images"] == 6
    assert answer["estimated_bytes"] > 0
    assert answer["estimated_seconds"] > 0
    assert not list(tmp_path.iterdir())


def test_a_dry_run_refuses_what_a_run_refuses(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "there.inr").write_text("mine")
    (tmp_path / "new.inr.checkpoint").write_text("waits")
    for output, said in (("there.inr", "--force"), ("new.inr", "--resume")):
        assert main(["encode", str(small_images), "-o", output, "--dry-run"]) == 2
        assert said in capsys.readouterr().err


def test_what_was_missed_is_named(
    small_images: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inrcodec.encoding.target.MOST_CORRECTIONS", 1)
    asked = ["--passes", "3", "--threads", "1", "--device", "cpu", "--json"]
    assert main(["encode", str(small_images), "-o", "a.inr", "--target-psnr", "60", *asked]) == 4
    out, err = capsys.readouterr()
    assert json.loads(out)["missed"] == ["psnr"]
    assert "not 60.00 dB" in err
    (warning,) = json.loads(out)["warnings"]
    assert "--passes 100" in err
    assert warning.startswith("the pictures are poor")
    (tmp_path / "broken.png").write_bytes(b"not really")
    sources = [str(small_images), str(tmp_path / "broken.png")]
    assert main(["encode", *sources, "-o", "b.inr", "--target-size", "90k", *asked]) == 6  # that, and inputs skipped
    out, err = capsys.readouterr()
    assert json.loads(out)["missed"] == ["size"]
    assert "1 skipped" in err


def test_skipped_files_are_listed_and_exit_5(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    assert main(["encode", str(small_images), str(broken), "-o", "set.inr", "--quiet", *QUICK]) == 5
    assert "broken.png" in capsys.readouterr().err
    assert len(inrcodec.open(tmp_path / "set.inr")) == 6


@pytest.mark.parametrize(
    ("output", "said"),
    [("there.inr", "--force"), (".", "is a folder"), ("missing/set.inr", "does not exist"), ("-", "stream")],
)
def test_bad_outputs_are_refused_before_any_work(
    output: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "there.inr").write_text("mine")
    assert main(["encode", "no-such-folder", "-o", output]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "there.inr").read_text() == "mine"


def test_no_readable_image_is_one_error(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["encode", "empty", "-o", "set.inr"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "no image" in err
    assert not (tmp_path / "set.inr").exists()


def test_ctrl_c_leaves_no_half_file(
    small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupt(news: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("inrcodec.cli.progress.fit_figures", interrupt)
    assert main(["encode", str(small_images), "-o", "set.inr", *QUICK]) == 130
    assert capsys.readouterr().err.endswith("inrcodec: interrupted\n")
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr.checkpoint"]


def test_an_interrupted_encode_goes_on_where_it_stopped(small_images: Path, tmp_path: Path) -> None:
    """A real Ctrl-C: the process saves between two steps, says how to go on, and what it says works."""
    command = [sys.executable, "-m", "inrcodec", "encode", str(small_images), "-o", "set.inr"]
    command += ["--passes", "2000", "--threads", "1", "--device", "cpu"]
    first = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    first.stderr.readline()  # the first line of progress: the fit has begun
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 130
    assert said.splitlines()[-1] == "inrcodec: interrupted"
    assert said.splitlines()[-2].startswith("inrcodec: stopped; to go on: inrcodec encode ")
    assert said.splitlines()[-2].endswith(" --resume")
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr.checkpoint"]

    other = subprocess.run([*command, "--resume", "--seed", "5"], cwd=tmp_path, capture_output=True, text=True)
    assert other.returncode == 2
    assert "other images or settings" in other.stderr

    second = subprocess.run(
        [*command, "--resume", "--time-limit", "2"], cwd=tmp_path, capture_output=True, text=True, timeout=100
    )
    assert second.returncode in (0, 4), second.stderr  # 4: a busy machine took longer than it should
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr"]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), pytest.param(getattr(signal, "SIGHUP", 1), 129, marks=pytest.mark.slow)],
)
def test_other_signals_leave_a_checkpoint_as_well(
    number: signal.Signals, code: int, small_images: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "inrcodec", "encode", str(small_images), "-o", "set.inr"]
    command += ["--passes", "2000", "--threads", "1", "--device", "cpu"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said.splitlines()[-1] == "inrcodec: interrupted"
    assert said.splitlines()[-2].startswith("inrcodec: stopped; to go on: inrcodec encode ")
    assert [path.name for path in tmp_path.iterdir()] == ["set.inr.checkpoint"]


@pytest.mark.parametrize(("device", "said"), [("abacus", "unknown device 'abacus'"), ("cuda:99", "no usable cuda:99")])
def test_a_device_that_is_not_there(
    device: str, said: str, small_images: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["encode", str(small_images), "-o", str(tmp_path / "set.inr"), "--device", device]) == 2
    assert said in capsys.readouterr().err


def test_nothing_to_resume_is_said(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["encode", str(small_images), "-o", "set.inr", "--resume", *QUICK]) == 2
    assert "set.inr: no interrupted fit of it waits to go on from; start without --resume" in capsys.readouterr().err
