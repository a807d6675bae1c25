"""`inrcodec neighbors` and `inrcodec pairs`: tables, JSON, sheets, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inrcodec.cli.app import main
from inrcodec.exporters.captions import caption_height

Capture = pytest.CaptureFixture[str]


def answer(capture: Capture, *words: str) -> dict[str, object]:
    assert main([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capture.readouterr().out)
    return found


def test_a_number_a_name_and_a_file_find_the_same(small_set: Path, small_images: Path, capsys: Capture) -> None:
    by_name = answer(capsys, "neighbors", str(small_set), "one.png", "-k", "3")
    (query,) = by_name["queries"]  # type: ignore[misc]
    assert query["query"] == "one.png"
    assert len(query["neighbors"]) == 3
    values = [one["similarity"] for one in query["neighbors"]]
    assert values == sorted(values, reverse=True)
    assert "one.png" not in [one["name"] for one in query["neighbors"]]
    outside = answer(capsys, "neighbors", str(small_set), str(small_images / "one.png"), "-k", "1")
    assert outside["queries"][0]["neighbors"][0]["name"] == "one.png"  # type: ignore[index]


def test_all_images_and_a_sheet(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    sheet = tmp_path / "rows.png"
    words = ["neighbors", str(small_set), "--all", "-k", "2", "--sheet", str(sheet)]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 7
    assert "\u202e" not in out
    assert "rows.png" in err
    with Image.open(sheet) as drawn:
        assert drawn.width >= 3 * 112  # a picture of 16 pixels is none that one can see
        assert drawn.height >= 6 * 112
    assert main(words) == 2
    assert "--force" in capsys.readouterr().err


def test_a_picture_from_outside_stands_first_on_its_sheet(small_set: Path, small_images: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "row.png"
    assert main(["neighbors", str(small_set), str(small_images / "one.png"), "-k", "2", "--sheet", str(sheet)]) == 0
    with Image.open(sheet) as drawn, Image.open(small_images / "one.png") as image:
        cell = drawn.convert("RGB").crop((0, 0, drawn.width // 3, drawn.height))
        left, top = (cell.width - 112) // 2, (cell.height - 112 - caption_height(2)) // 2
        shown = cell.crop((left, top, left + 112, top + 112)).resize(image.size, Image.Resampling.BOX)
        apart = np.asarray(shown, float) - np.asarray(image.convert("RGB"), float)
        assert np.abs(apart).mean() < 6
        below = np.asarray(cell.crop((0, top + 113, cell.width, cell.height)))
        assert below.min() < 150  # there are words


def test_look_still_means_the_descriptor_and_other_words_are_refused(small_set: Path, capsys: Capture) -> None:
    former = answer(capsys, "neighbors", str(small_set), "0", "--by", "look")
    assert former["by"] == "descriptor"
    assert former == answer(capsys, "neighbors", str(small_set), "0", "--by", "descriptor")
    assert answer(capsys, "neighbors", str(small_set), "0")["by"] == "joined"
    assert main(["pairs", str(small_set), "--similar", "1", "--by", "smell"]) == 2
    assert "last-hidden" in capsys.readouterr().err


def test_farthest_is_the_other_end(small_set: Path, capsys: Capture) -> None:
    near = answer(capsys, "neighbors", str(small_set), "0", "-k", "5")["queries"][0]  # type: ignore[index]
    far = answer(capsys, "neighbors", str(small_set), "0", "-k", "5", "--farthest")["queries"][0]  # type: ignore[index]
    assert [one["number"] for one in far["neighbors"]] == [one["number"] for one in near["neighbors"]][::-1]


def test_labels_judge_every_choice(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("name,label\none,a\ntwo,a\nthree,a\n", "utf-8")
    assert main(["neighbors", str(small_set), "--labels", str(labels)]) == 0
    out = capsys.readouterr().out
    for word in ("descriptor", "code", "last-hidden", "pixels", "PCA", "precision@1", "mAP", "nDCG@10"):
        assert word in out
    assert main(["neighbors", str(small_set), "--labels", str(labels), "--json"]) == 0
    (first, *_) = json.loads(capsys.readouterr().out)["table"]
    bounds = first["interval"]
    assert bounds["low"]["precision_at_1"] <= first["precision_at_1"] <= bounds["high"]["precision_at_1"]


@pytest.mark.parametrize(
    ("words", "clue"),
    [
        ([], "--all"),
        (["0", "--all"], "--all"),
        (["0-2"], "3 images"),
        (["nobody.png"], "nobody.png: neither an image of"),
        (["99"], "0 to 5"),
        (["0", "--sheet", "rows.txt"], ".png"),
        (["--labels", "nowhere.csv"], "nowhere.csv: cannot be read as labels: No such file"),
        (["--labels", "labels.csv", "--sheet", "rows.png"], "--all"),
    ],
)
def test_wrong_usage_is_one_line(words: list[str], clue: str, small_set: Path, capsys: Capture) -> None:
    assert main(["neighbors", str(small_set), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert clue in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "clue"),
    [
        (b"a,b\n1,2\n", "columns name and label"),
        (b"\x9b\xff", "UTF-8"),
        (b"name,label\nelsewhere,x\n", "names must be"),
    ],
)
def test_labels_that_are_none(content: bytes, clue: str, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_bytes(content)
    assert main(["neighbors", str(small_set), "--labels", str(labels)]) == 2
    err = capsys.readouterr().err
    assert clue in err
    assert len(err.splitlines()) == 1


def test_a_word_where_there_are_fewer_than_asked_for(small_set: Path, capsys: Capture) -> None:
    assert main(["neighbors", str(small_set), "0", "-k", "9"]) == 0
    assert "no more than 5" in capsys.readouterr().err
    assert main(["pairs", str(small_set), "--similar", "9"]) == 0
    assert "no more than 3 pairs" in capsys.readouterr().err


@pytest.mark.parametrize("extra", [[], ["--optimal"]])
@pytest.mark.parametrize("which", ["--similar", "--dissimilar"])
def test_pairs_use_every_image_once(which: str, extra: list[str], small_set: Path, capsys: Capture) -> None:
    found = answer(capsys, "pairs", str(small_set), which, "3", *extra)
    used = [pair[end] for pair in found["pairs"] for end in ("first", "second")]  # type: ignore[attr-defined]
    assert sorted(used) == list(range(6))


def test_pairs_as_a_table_and_a_sheet(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["pairs", str(small_set), "--similar", "2", "--sheet", str(tmp_path / "pairs.webp")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert (tmp_path / "pairs.webp").stat().st_size > 0
    assert main(["pairs", str(small_set)]) == 2
    assert main(["pairs", str(small_set), "--similar", "1", "--dissimilar", "1"]) == 2


@pytest.mark.parametrize(
    "words", [["neighbors", "FILE", "0"], ["neighbors", "FILE", "--all"], ["pairs", "FILE", "--similar", "2"]]
)
def test_distances_are_positive(words: list[str], small_set: Path, capsys: Capture) -> None:
    filled = [str(small_set) if word == "FILE" else word for word in words]
    found = answer(capsys, *filled, "--metric", "euclidean")
    rows = found["pairs"] if "pairs" in found else [one for query in found["queries"] for one in query["neighbors"]]  # type: ignore[attr-defined]
    assert all(row["distance"] > 0 and "similarity" not in row for row in rows)  # type: ignore[attr-defined]
    assert main([*filled, "--metric", "euclidean"]) == 0
    assert " -" not in capsys.readouterr().out
