"""`info`, `verify` and `report`: what they say of a good file, and one line with exit code 3 for a bad one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]
INFO_KEYS = """file file_size format_version encoder images channels pixels seconds bits_per_pixel sizes conditioning
hidden_width hidden_layers footprint base related_images levels holdout parts"""
REPORT_KEYS = """file file_size pixels bits_per_pixel holdout_mode holdout_fraction mean_psnr mean_holdout_psnr
mean_ssim mean_mae mean_holdout_mae mean_fitted_mae best worst images notes exact_images"""
IMAGE_KEYS = "number name width height bits psnr holdout_psnr ssim mae holdout_mae fitted_mae bits_per_pixel exact"


def answer_of(words: list[str], capsys: Capture) -> dict[str, Any]:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    answer = json.loads(out)
    assert isinstance(answer, dict)
    return answer


def test_info(small_set: Path, capsys: Capture) -> None:
    assert main(["info", str(small_set)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for word in ("images", "pyramid", "bits per pixel", "network", "12x12 (4)"):
        assert word in out


def test_info_json(small_set: Path, capsys: Capture) -> None:
    answer = answer_of(["info", str(small_set), "--json"], capsys)
    assert list(answer) == INFO_KEYS.split()
    assert answer["file_size"] == small_set.stat().st_size
    assert answer["channels"] == 4
    assert answer["pixels"] == 4 * 144 + 128 + 126
    assert sum(part["bytes"] for part in answer["parts"]) == answer["file_size"]
    assert {(size["width"], size["height"], size["images"]) for size in answer["sizes"]} == {
        (12, 12, 4), (16, 8, 1), (9, 14, 1),
    }  # fmt: skip


def test_verify(small_set: Path, capsys: Capture) -> None:
    assert main(["verify", str(small_set)]) == 0
    assert capsys.readouterr().out == f"{small_set}: ok, 6 images, {small_set.stat().st_size:,} bytes\n"
    answer = answer_of(["verify", str(small_set), "--json"], capsys)
    assert answer == {
        "file": str(small_set),
        "ok": True,
        "error": None,
        "images": 6,
        "file_size": small_set.stat().st_size,
    }


def test_report_shows_every_image_and_hides_no_control_character(small_set: Path, capsys: Capture) -> None:
    assert main(["report", str(small_set)]) == 0
    out = capsys.readouterr().out
    for word in ("one.png", "sub/four.png", "16x8", "\\u202egnp.exe.png", "worst", "best", "held-out", "release"):
        assert word in out
    assert "\u202e" not in out


def test_report_json(small_set: Path, capsys: Capture) -> None:
    answer = answer_of(["report", str(small_set), "--json"], capsys)
    assert list(answer) == REPORT_KEYS.split()
    assert list(answer["images"][0]) == IMAGE_KEYS.split()
    assert [image["number"] for image in answer["images"]] == list(range(6))
    figures = [image["psnr"] for image in answer["images"]]
    assert answer["worst"]["psnr"] == min(figures)
    assert answer["best"]["psnr"] == max(figures)
    assert answer["mean_psnr"] == pytest.approx(sum(figures) / 6, abs=0.5)
    assert answer["holdout_mode"] == "release"
    assert sum(image["bits"] for image in answer["images"]) == pytest.approx(8 * small_set.stat().st_size, rel=0.01)


def test_report_sorts_and_limits(small_set: Path, capsys: Capture) -> None:
    for key, sign in (("psnr", 1), ("holdout_psnr", 1), ("bits", -1)):
        sort = "holdout" if key == "holdout_psnr" else key
        rows = answer_of(["report", str(small_set), "--json", "--sort", sort, "--limit", "3"], capsys)["images"]
        figures = [sign * row[key] for row in rows]
        assert len(rows) == 3
        assert figures == sorted(figures)


def damaged(blob: bytes) -> dict[str, bytes]:
    middle = bytearray(blob)
    middle[len(blob) // 2] ^= 0x10
    return {
        "a flipped bit": bytes(middle),
        "a truncated file": blob[: len(blob) // 2],
        "a file without its end": blob[:-1],
        "bytes after the end": blob + b"\0",
        "an empty file": b"",
        "a text file": b"hello, I am a text file\n" * 20,
    }


@pytest.mark.parametrize("command", ["info", "verify", "report", "decode"])
@pytest.mark.parametrize("damage", sorted(damaged(bytes(range(64)))))
def test_bad_files_are_one_line_and_exit_3(
    command: str, damage: str, small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bad.inr"
    path.write_bytes(damaged(small_set.read_bytes())[damage])
    assert main([command, str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("inrcodec: error: ")
    assert "bad.inr" in err
    assert [one.name for one in tmp_path.iterdir()] == ["bad.inr"]


def test_verify_says_what_is_wrong_in_json_too(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.inr"
    path.write_bytes(small_set.read_bytes()[:-3])
    assert main(["verify", str(path), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["error"]
