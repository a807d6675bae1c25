"""`inrcodec compare`: tables on stdout, console on stderr, JSON keys, files written, exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inrcodec.cli.app import main
from inrcodec.cli.compare import parse_qualities
from inrcodec.errors import UsageError
from inrcodec.exporters import plots

Capture = pytest.CaptureFixture[str]
KEYS = "sources images pixels channels inrcodec standings enlarging notes skipped"
POINT_KEYS = "setting size bits_per_pixel psnr encode_seconds decode_seconds variant best"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_tables(small_images: Path, small_set: Path, capsys: Capture) -> None:
    words = ["compare", str(small_images), "-a", str(small_set), "--codecs", "png,webp", "--quiet"]
    words += ["--reference", str(small_images)]
    assert main(words) == 0
    out, err = capsys.readouterr()
    for said in ("6 images", "small.inr", "PNG files", "WebP sheet", "BD-rate", "lossless", "lanczos", "SSIM", "bpp"):
        assert said in out
    assert "Every point" not in out
    assert "\x1b" not in out + err
    assert err == ""


def test_codecs_alone_list_every_point(small_images: Path, capsys: Capture) -> None:
    assert main(["compare", str(small_images), "--qualities", "none", "--codecs", "webp,jpeg"]) == 0
    out, err = capsys.readouterr()
    assert "Every point" in out
    assert "BD-rate" not in out
    assert "note: JPEG left out" in err


def test_json(small_images: Path, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["compare", str(small_images), "--archive", str(small_set), "--codecs", "png,webp", "-o", "all.json"]
    assert main([*words, "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert (tmp_path / "all.json").read_text() == out
    answer = json.loads(out)
    assert list(answer) == KEYS.split()
    assert list(answer["inrcodec"]["points"][0]) == POINT_KEYS.split()
    assert answer["inrcodec"]["points"][0]["size"] == small_set.stat().st_size
    assert answer["enlarging"] is None
    png, _, webp, _ = answer["standings"]
    assert list(png) == ["codec", "rates", "psnrs", "bd_rate"]
    assert png["codec"]["points"][0]["psnr"] is None
    assert (webp["codec"]["name"], webp["codec"]["packing"]) == ("webp", "files")


def test_a_plot(small_images: Path, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("matplotlib")
    words = ["compare", str(small_images), "-a", str(small_set), "--codecs", "webp", "-o", "plot.svg"]
    assert main(words) == 0
    assert "wrote plot.svg" in capsys.readouterr().err
    assert "WebP sheet" in (tmp_path / "plot.svg").read_text("utf-8")
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--force"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "plot.gif"], ".png or .svg"),
        (["-o", "missing/plot.json"], "does not exist"),
        (["--qualities", "high"], "20,40,60"),
        (["--qualities", "20,101"], "0 to 100"),
        (["--codecs", "gif"], "there are: png"),
        (["-a", "missing.inr"], "no such file"),
    ],
)
def test_wrong_requests_exit_2(words: list[str], said: str, small_images: Path, capsys: Capture) -> None:
    assert main(["compare", str(small_images), "--qualities", "none", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_a_plot_without_matplotlib_is_refused_at_once(
    small_images: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(plots, "find_spec", lambda name: None)
    assert main(["compare", str(small_images), "-o", "plot.png"]) == 1
    assert "inrcodec[plots]" in capsys.readouterr().err


def test_skipped_files_are_listed_and_exit_5(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "icons"
    shutil.copytree(small_images, folder)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    assert main(["compare", str(folder), "--qualities", "none", "--codecs", "png", "--quiet"]) == 5
    out, err = capsys.readouterr()
    assert "PNG files" in out
    assert "broken.png" in err


def test_qualities() -> None:
    assert parse_qualities("60, 20,20") == (20.0, 60.0)
    assert parse_qualities("none") == ()
    with pytest.raises(UsageError):
        parse_qualities("-1")


def test_tables_of_existing_files_need_no_torch(small_images: Path, small_set: Path) -> None:
    words = ["compare", str(small_images), "-a", str(small_set), "--codecs", "png"]
    code = (
        f"import sys\nfrom inrcodec.cli.app import main\nassert main({words!r}) == 0\nassert 'torch' not in sys.modules"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": root}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
