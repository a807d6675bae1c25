"""`inrcodec report`: pages, curves, CSV, several files; streams and exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_up import random_set

import inrcodec
from inrcodec.cli.app import main
from inrcodec.exporters.captions import LEAST_SIDE

Capture = pytest.CaptureFixture[str]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)


def test_csv_has_a_row_per_image_in_the_wanted_order(small_set: Path, capsys: Capture) -> None:
    assert main(["report", str(small_set), "--csv", "--sort", "ssim", "--best"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 6
    figures = [float(row["ssim"]) for row in rows]
    assert figures == sorted(figures, reverse=True)
    assert {row["name"] for row in rows} == set(inrcodec.open(small_set).names)


def test_the_record_is_a_curve_in_the_terminal(small_set: Path, capsys: Capture) -> None:
    record = inrcodec.open(small_set).record
    assert record is not None
    assert record.steps > 10
    assert {column.name for column in record.columns} == {"train_psnr", "holdout_psnr"}
    assert main(["report", str(small_set)]) == 0
    out = capsys.readouterr().out
    assert "█" in out
    assert "never seen" in out


def test_without_a_record_the_file_is_smaller_and_says_so(
    small_images: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inrcodec.exporters.plots.find_spec", lambda name: True)  # with matplotlib or without
    words = ["encode", str(small_images), "--passes", "60", "--device", "cpu", "--quiet"]
    for name, more in (("with", []), ("without", ["--no-record"])):
        assert main([*words, "-o", str(tmp_path / f"{name}.inr"), *more]) in (0, 4)
    archive = inrcodec.open(tmp_path / "without.inr")
    assert archive.record is None
    assert set(archive.figures) == {"psnr", "holdout_psnr", "log2_bits"}
    assert dict(archive.parts)["record"] == 0 < dict(inrcodec.open(tmp_path / "with.inr").parts)["record"]
    capsys.readouterr()
    assert main(["report", str(archive.path), "--curves", str(tmp_path / "curves.svg")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "curves.svg").exists()


def test_snapshots_show_originals_beside_what_is_seen(small_images: Path, tmp_path: Path) -> None:
    from PIL import Image

    words = [
        "encode",
        str(small_images),
        "-o",
        str(tmp_path / "s.inr"),
        "--passes",
        "40",
        "--device",
        "cpu",
    ]
    assert main([*words, "--quiet", "--snapshots", "5,final"]) in (0, 4)
    sheets = {path.name: Image.open(path) for path in (tmp_path / "s-snapshots").iterdir()}
    assert set(sheets) == {"step-000005.png", "final.png"}
    assert sheets["final.png"].size == sheets["step-000005.png"].size
    assert min(sheets["final.png"].size) > LEAST_SIDE  # large enough for names
    assert sheets["final.png"].tobytes() != sheets["step-000005.png"].tobytes()
    assert main(["encode", str(small_images), "-o", str(tmp_path / "t.inr"), "--snapshots", "soon"]) == 2


def test_a_page_holds_everything(small_set: Path, small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "report.html"
    assert main(["report", str(small_set), "--against", str(small_images), "--html", str(page)]) == 0
    text = page.read_text("utf-8")
    for word in ("Two readings", "Worst", "Best", "error, white is", "PNG files", "<svg", "data:image/png;base64,",
                 "Settings", "command", "written by inrcodec", "The images", "@media print"):  # fmt: skip
        assert word in text
    assert text.count("<figure>") == 6 + 3 * 12  # the sheet, and both ends of the scale
    assert "<script" not in text
    assert "http" not in text
    assert "\u202e" not in text  # hostile names are escaped
    assert main(["report", str(small_set), "--html", str(page)]) == 2  # it exists
    assert "--force" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_draws_the_page(small_set: Path, small_images: Path, tmp_path: Path) -> None:
    from PIL import Image

    page, shot = tmp_path / "report.html", tmp_path / "shot.png"
    assert main(["report", str(small_set), "--against", str(small_images), "--html", str(page)]) == 0
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,2000", f"--screenshot={shot}"]
    subprocess.run([str(CHROMIUM), *words, page.as_uri()], check=True, capture_output=True, timeout=60)
    colours = Image.open(shot).convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 500  # pictures, bars and text, not a blank page


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs matplotlib")
def test_curves_are_plotted(small_set: Path, tmp_path: Path) -> None:
    assert main(["report", str(small_set), "--curves", str(tmp_path / "c.svg")]) == 0
    assert "held-out pixels" in (tmp_path / "c.svg").read_text("utf-8")
    assert main(["report", str(small_set), "--curves", str(tmp_path / "c.pdf")]) == 2


def test_a_mean_of_some_images_says_of_how_many(
    small_set: Path, newcomers: Path, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "more.inr"
    inrcodec.add(small_set, newcomers, path, steps=2, threads=1, device="cpu")
    assert main(["report", str(path)]) == 0
    totals = {line[:16].strip(): line[16:] for line in capsys.readouterr().out.splitlines()}
    assert "(of 6 of 8 images)" in totals["never seen"]
    assert "images" not in totals["whole set"]
    assert main(["report", str(path), "--reference", "nowhere"]) == 2


def test_several_files_stand_side_by_side(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "other.inr"
    shutil.copy(small_set, other)
    assert main(["report", str(small_set), str(other), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == [str(small_set), str(other)]
    figures = {one["figure"]: one for one in answer["figures"]}
    assert figures["file_size"]["values"] == [small_set.stat().st_size] * 2
    assert figures["mean_psnr"]["deviation"] == 0.0
    assert main(["report", str(small_set), str(other), "--html", "x.html"]) == 2


def test_a_thousand_images_are_reported_within_a_second(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "many.inr"
    path.write_bytes(random_set(1, images=1000).file())
    costs = []
    for _ in range(3):  # the least of three: what it costs, whatever else the machine is doing
        started = time.process_time()
        assert main(["report", str(path)]) == 0
        costs.append(time.process_time() - started)
    assert min(costs) < 1.0, costs
    assert "1,000" in capsys.readouterr().out
