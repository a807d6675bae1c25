"""`study`: designs as words, rows that hold what the files say, and going on with what is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import inrcodec
from inrcodec.benchmark.study import DESIGNS, study
from inrcodec.benchmark.study.designs import Variant, parse_variant
from inrcodec.cli.app import main
from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import UsageError
from inrcodec.morph import measured

Capture = pytest.CaptureFixture[str]


def test_designs_are_read() -> None:
    assert parse_variant("latent") == Variant("latent", "latent")
    found = parse_variant("binary:activation=relu,width=2x,depth=4")
    assert dict(found.changes) == {"activation": "relu", "width": "2x", "depth": 4}
    assert {parse_variant(design).conditioning for design in DESIGNS} >= {"pyramid", "hypernetwork"}


@pytest.mark.parametrize("text", ["tarot", "grid:colour=red", "grid:depth", "latent:code=many", ""])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="design"):
        parse_variant(text)


def test_rows_hold_what_the_files_say_and_a_study_goes_on(small_images: Path, tmp_path: Path) -> None:
    designs = ("latent:code=4,width=16", "binary:activation=relu,width=16")
    options = EncodeOptions(passes=3, device="cpu", threads=1)
    answer = study(small_images, options=options, designs=designs, save=tmp_path / "fits")
    assert [row.design for row in answer.rows] == list(designs)
    for row in answer.rows:
        archive = inrcodec.open(row.file)
        assert row.file_size == archive.file_size == Path(row.file).stat().st_size
        assert row.psnr == pytest.approx(archive.means["psnr"])
        assert len(row.train_curve) == 48
        assert np.isfinite(row.train_curve).any()
    latent, binary = (inrcodec.open(row.file).header.model for row in answer.rows)
    assert latent.levels[0].channels == 4
    assert binary.architecture.activation == "relu"
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "fits").iterdir()}
    again = study(small_images, options=options, designs=designs, save=tmp_path / "fits")
    assert [row.file_size for row in again.rows] == [row.file_size for row in answer.rows]
    assert stamps == {path: path.stat().st_mtime_ns for path in (tmp_path / "fits").iterdir()}


def test_the_command_prints_a_table_or_json(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    words = [
        "study",
        str(small_images),
        "--designs",
        "grid:width=8",
        "--time-limit",
        "1s",
        "--device",
        "cpu",
        "--quiet",
    ]
    assert main([*words, "--save", str(tmp_path)]) == 0
    assert "grid:width=8" in capsys.readouterr().out
    assert main([*words, "--save", str(tmp_path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert row["parameters"] > 100
    assert main(["study", str(small_images), "--designs", "tarot"]) == 2
    assert main(["study", str(small_images), "--designs", " "]) == 2


@pytest.mark.parametrize("name", ["grid", "binary", "bottleneck", "latent", "hypernetwork", "pyramid-rgb"])
def test_morphs_by_code_begin_and_end_at_the_images(name: str) -> None:
    from inrcodec.morph import interpolators

    archive = inrcodec.open(Path(__file__).parents[2] / "golden" / f"{name}.inr")
    first, second = archive[0], archive[3]
    picture = interpolators.code(first, second, (first.width, first.height))
    for t, image in ((0.0, first), (1.0, second)):
        np.testing.assert_allclose(picture(t), image.render_stored(), atol=1e-4)
    middle = picture(0.5)
    assert np.abs(middle - first.render_stored()).max() > 0.01
    assert measured(archive, 0, 3, "code").path_length >= 0.99
