"""Images without any error are told from images of which nothing is known."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.cli.app import main
from inrcodec.evaluate import evaluate
from inrcodec.evaluate.figures import mean_of


@pytest.fixture(scope="module")
def black(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that come back without any error."""
    folder = tmp_path_factory.mktemp("black")
    for number in range(3):
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / f"{number}.png")
    inrcodec.encode(folder, folder / "black.inr", passes=20, threads=1, holdout=0, base="none", overwrite=True)
    return folder


def test_means_of_exact_images() -> None:
    assert mean_of([30.0, math.inf, None, 40.0]) == 35.0
    assert mean_of([math.inf, None]) == math.inf
    assert mean_of([None, math.nan]) is None


def test_a_report_says_exact(black: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluate(inrcodec.open(black / "black.inr"))
    assert report.mean_psnr == math.inf
    assert report.exact_images == 3
    file = str(black / "black.inr")
    assert main(["report", file, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["exact_images"] == 3
    assert [(image["psnr"], image["exact"]) for image in answer["images"]] == [(None, True)] * 3
    assert main(["report", file, "--csv"]) == 0
    assert ",inf," in capsys.readouterr().out
    assert main(["report", file]) == 0
    out = capsys.readouterr().out
    assert "mean PSNR exact" in out
    assert "3 exact" in out


def test_a_target_that_is_exceeded_without_any_error_is_met(black: Path, tmp_path: Path) -> None:
    words = ["encode", str(black / "0.png"), str(black / "1.png"), "-o", str(tmp_path / "a.inr"), "--passes", "20"]
    words += ["--start", "guess", "--threads", "1", "--holdout", "0"]
    assert main([*words, "--target-psnr", "30", "--no-verdict"]) == 0
