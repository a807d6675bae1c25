"""`inrcodec decode`: which files appear, where, at which size, and what is refused before anything is written."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_all_images_into_the_default_folder(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set)]) == 0
    out, _ = capsys.readouterr()
    names = {path.name for path in (tmp_path / "small-decoded").iterdir()}
    assert names == {"one.png", "two.png", "three.png", "clear.png", "sub_four.png", "_gnp.exe.png"}
    assert sorted(out.splitlines()) == sorted(str(Path("small-decoded") / name) for name in names)
    assert size_of(tmp_path / "small-decoded/three.png") == (16, 8)


@pytest.mark.parametrize(
    ("size", "expected"), [("64", (64, 32)), ("20x30", (20, 30)), ("2x", (32, 16)), ("native", (16, 8))]
)
def test_sizes(size: str, expected: tuple[int, int], small_set: Path, tmp_path: Path) -> None:
    assert main(["decode", str(small_set), "--index", "three.png", "--size", size, "-o", "out.png"]) == 0
    assert size_of(tmp_path / "out.png") == expected


def test_upsample_matters_only_where_larger(small_set: Path, tmp_path: Path) -> None:
    for size, same in (("native", True), ("6", True), ("3x", False)):
        for way in ("field", "detail"):
            words = ["--index", "one.png", "--size", size, "--upsample", way, "-o", f"{size}-{way}.png"]
            assert main(["decode", str(small_set), *words]) == 0
        both = {(tmp_path / f"{size}-{way}.png").read_bytes() for way in ("field", "detail")}
        assert len(both) == (1 if same else 2)


@pytest.mark.parametrize("suffix", ["png", "webp", "avif", "jpg", "jpeg"])
def test_the_suffix_decides_the_format(suffix: str, small_set: Path, tmp_path: Path) -> None:
    assert main(["decode", str(small_set), "--index", "0", "-o", f"out.{suffix}"]) == 0
    with Image.open(tmp_path / f"out.{suffix}") as picture:
        assert picture.format == {"jpg": "JPEG"}.get(suffix, suffix.upper())


def test_a_format_for_a_folder(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "--index", "0-1", "--format", "jpeg", "-o", "made/here"]) == 0
    assert len(list((tmp_path / "made/here").glob("*.jpg"))) == 2
    assert "flattened on white" in capsys.readouterr().err


def test_a_sheet(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "--sheet", "--columns", "3", "--size", "2x"]) == 0
    assert capsys.readouterr().out == "small-sheet.png\n"
    assert size_of(tmp_path / "small-sheet.png") == (3 * 32, 2 * 28)


def test_one_image_to_stdout(small_set: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["decode", str(small_set), "--index", "three.png", "-o", "-"]) == 0
    out = capfdbinary.readouterr().out
    assert Image.open(io.BytesIO(out)).size == (16, 8)


def test_json(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "--index", "2-3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"file", "written"}
    assert [picture["images"] for picture in answer["written"]] == [[2], [3]]
    for picture in answer["written"]:
        path = tmp_path / picture["path"]
        assert size_of(path) == (picture["width"], picture["height"])
        assert path.stat().st_size == picture["bytes"]


def test_nothing_is_replaced_without_force(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/two.png").write_text("mine")
    assert main(["decode", str(small_set), "-o", "out"]) == 2
    assert "two.png: exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["two.png"]
    assert (tmp_path / "out/two.png").read_text() == "mine"
    assert main(["decode", str(small_set), "-o", "out", "--force"]) == 0
    assert size_of(tmp_path / "out/two.png") == (12, 12)


def test_links_are_never_written_through(small_set: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/two.png").symlink_to(tmp_path / "elsewhere.png")
    assert main(["decode", str(small_set), "-o", "out", "--force"]) == 2
    assert not (tmp_path / "elsewhere.png").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--size", "20000"], "16384"),
        (["--size", "16384x16384"], "16384 x 16384"),
        (["--size", "9999999x"], "cannot read"),
        (["--sheet", "--size", "4096", "--columns", "6"], "the sheet"),
        (["--index", "17"], "17"),
        (["--index", "nobody.png"], "nobody.png"),
        (["-o", "one.png"], "--sheet"),
        (["-o", "-"], "--sheet"),
        (["--index", "0", "-o", "-", "--json"], "--json"),
        (["--index", "0", "-o", "a.png", "--format", "webp"], "disagree"),
        (["--index", "0", "-o", "a.bmp"], ".bmp"),
        (["--index", "0", "-o", "missing/a.png"], "does not exist"),
        (["--sheet", "-o", "sheet"], "a sheet is one picture"),
        (["--format", "tga"], "tga"),
        (["--quality", "50"], "lossless"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refusals(words: list[str], said: str, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_quiet_is_quiet(small_set: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "--quiet", "--format", "jpeg"]) == 0
    assert capsys.readouterr().err == ""


def test_a_template_of_names(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["decode", str(small_set), "--index", "one.png,sub/four.png", "--size", "20"]
    assert main([*words, "-o", "out/{size}/{number:03}-{name}.webp"]) == 0
    listed = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.webp"))
    assert listed == sorted(capsys.readouterr().out.splitlines())
    assert [Path(path).name[4:] for path in listed] == ["sub_four.webp", "one.webp"]
    assert {Path(path).parent.name for path in listed} == {"13x20", "20x20"}
    assert main([*words, "-o", "{name}", "--format", "jpeg"]) == 0
    assert (tmp_path / "one.jpg").exists()


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("{width}.png", "add {number}"),
        ("{nme}.png", "there is no {nme}"),
        ("{name.png", "brace"),
        ("{name.__class__}.png", "there is no"),
        ("{number:xyz}.png", "{number:03}"),
        ("{name}.jxl", "cannot write .jxl"),
        ("out.jxl", "cannot write .jxl"),
        ("out.txt", "with / for a folder"),
        ("", "empty"),
    ],
)
def test_outputs_that_are_refused(output: str, said: str, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "-o", output]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_for_a_format_leaves_no_folder(small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["decode", str(small_set), "--size", "16384x1", "--format", "webp", "-o", "wide"]) == 2
    assert "16383" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_a_number_in_its_name(small_set: Path, tmp_path: Path) -> None:
    assert main(["decode", str(small_set), "--index", "0", "-o", "v1.2"]) == 0
    assert (tmp_path / "v1.2").is_dir()
