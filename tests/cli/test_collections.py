"""Collections at the command line: made, read as files are, and refused where a command takes files alone."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

from inrcodec.cli.app import main

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
Capture = pytest.CaptureFixture[str]


def answer_of(words: list[str], capsys: Capture) -> dict[str, object]:
    assert main(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_encode(small_images: Path, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "set.inrs"
    (tmp_path / "bad.png").write_bytes(b"no picture")
    words = ["encode", str(small_images), str(tmp_path / "bad.png"), "-o", str(output), "--passes", "2"]
    words += ["--threads", "1", "--device", "cpu", "--json"]
    assert main(words) == 5
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert (answer["images"], answer["shards"], answer["order"]) == (6, 1, "clusters")
    assert [Path(one["path"]).name for one in answer["skipped"]] == ["bad.png"]
    assert "1 skipped" in err
    assert main(words) == 2
    assert "use --force" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["tar", "parquet"])
def test_add_what_lies_in_archives_and_tables(kind: str, copied: Path, newcomers: Path, capsys: Capture) -> None:
    packed, names = copied.with_name(f"more.{kind}"), ["five.png", "six.png"]
    if kind == "tar":
        with tarfile.open(packed, "w") as archive:
            for name in names:
                archive.add(newcomers / name, name)
    else:
        table = pyarrow.table({"name": names, "image": [(newcomers / name).read_bytes() for name in names]})
        parquet.write_table(table, packed)
    words = ["add", str(copied), str(packed), "--input", kind, "--refine", "2", "--threads", "1", "--device", "cpu"]
    answer = answer_of([*words, "--json"], capsys)
    assert answer["images"] == 8
    assert sorted(one["name"] for one in answer["added"]) == names  # type: ignore[attr-defined]
    made = ["encode", str(packed), "--input", kind, "-o", "packed.inrs", "--effort", "0", "--threads", "1"]
    size = packed.stat().st_size if kind == "parquet" else sum((newcomers / name).stat().st_size for name in names)
    assert answer_of([*made, "--json"], capsys)["source_bytes"] == size
    assert main(["verify", str(copied)]) == 0
    assert main(words) == 2
    assert "has an image of that name already" in capsys.readouterr().err
    assert main(["add", str(copied), str(newcomers / "five.png"), "--input", kind]) == 1  # which is neither


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "set.inr", "--workers", "2"], "ends in .inrs"),
        (["-o", "set.inrs", "--shards", "none"], "a number, or auto"),
        (["-o", "set.inrs", "--shards", "0"], "a number, or auto"),
        (["-o", "set.inrs", "--dry-run"], "--dry-run is for one file"),
        (["-o", "set.inrs", "--target-size", "60k"], "--target-size is for one file"),
        (["-o", "set.inrs", "--workers", "2", "--ray", "auto"], "Ray cluster knows its own"),
    ],
)
def test_what_makes_no_sense_of_a_collection(
    words: list[str], said: str, small_images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["encode", str(small_images), *words]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["https://example.org/pictures"], 2, "download them first, then give their folder"),
        (["some.tar", "-o", "set.inrs"], 1, "is no picture; to take those that are in it, add --input tar"),
        (["some.PARQUET", "-o", "set.inr"], 1, "is no picture; to take those that are in it, add --input parquet"),
        (["some.tar", "--input", "tar"], 1, "is no tar archive, or a compressed one; unpack it to .tar first"),
        (["some.PARQUET", "--input", "parquet"], 1, "is no Parquet table, or damaged"),
    ],
)
def test_what_is_no_folder_of_pictures(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("some.tar", "some.PARQUET"):
        Path(name).write_bytes(b"any")
    assert main(["encode", *words]) == code
    err = capsys.readouterr().err
    assert err.startswith(f"inrcodec: error: {words[0]}: ")
    assert err.endswith(f"{said}\n")
    assert err.count("\n") == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_info_and_verify(small_collection: Path, capsys: Capture) -> None:
    answer = answer_of(["info", str(small_collection), "--json"], capsys)
    assert (answer["images"], answer["channels"], answer["missing"]) == (6, 4, [])
    assert main(["info", str(small_collection)]) == 0
    assert "6 in 2 shards" in capsys.readouterr().out
    assert main(["verify", str(small_collection)]) == 0
    assert ": ok, 6 images" in capsys.readouterr().out


def test_decode_report_neighbors_and_morph(
    small_collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    file = str(small_collection)
    assert main(["decode", file, "--index", "0,5", "--size", "24", "-o", "out/", "--quiet"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(list(Path("out").iterdir())) == 2
    assert main(["decode", file, "--sheet", "-o", "sheet.png", "--quiet"]) == 0
    capsys.readouterr()
    report = answer_of(["report", file, "--json", "--quiet"], capsys)
    assert isinstance(report["images"], list)
    assert [row["number"] for row in report["images"]] == list(range(6))
    assert main(["neighbors", file, "two.png", "-k", "2", "--quiet"]) == 0
    capsys.readouterr()
    Path("labels.csv").write_text("name,label\none.png,a\ntwo.png,a\n")
    table = answer_of(["neighbors", file, "--labels", "labels.csv", "--json", "--quiet"], capsys)["table"]
    assert isinstance(table, list)
    assert table[0]["by"] == "descriptor"
    assert main(["neighbors", file, "two.png", "--by", "code"]) == 2
    assert "share no network; use --by descriptor" in capsys.readouterr().err
    assert main(["morph", file, "0", "5", "--frames", "2", "--size", "12", "-o", "m.gif", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["morph", file, "0", "5", "--mode", "code", "--frames", "2", "-o", "n.gif", "--quiet"]) == 2
    assert "share no network; use --mode move or --mode blend" in capsys.readouterr().err


def test_remove(small_collection: Path, tmp_path: Path, capsys: Capture) -> None:
    """The shard that had it is another file; the other images decode to what they did."""
    import numpy as np

    import inrcodec

    copied = shutil.copytree(small_collection, tmp_path / "copied.inrs")
    before = inrcodec.open(small_collection)
    answer = answer_of(["remove", str(copied), "1", "--json"], capsys)
    assert (answer["removed"], answer["images"]) == ([before.names[1]], 5)
    after = inrcodec.open(copied)
    after.verify()
    assert after.names == tuple(name for name in before.names if name != before.names[1])
    assert all(np.array_equal(image.render(), before[image.name].render()) for image in after)
    files = [{path.name for path in folder.glob("*.inr")} for folder in (small_collection, copied)]
    assert len(files[0] & files[1]) == 1
    assert len(files[1]) == 2
    assert main(["remove", str(copied), "0-4"]) == 2
    assert "nothing would be left" in capsys.readouterr().err
    assert main(["remove", str(copied), ",".join(inrcodec.open(copied).names[:2])]) == 0  # all that a shard had
    assert len(list(copied.glob("*.inr"))) == 1


def test_commands_that_read_take_urls(small_collection: Path, tmp_path: Path, capsys: Capture) -> None:
    memory = pytest.importorskip("fsspec.implementations.memory")
    memory.MemoryFileSystem().put(str(small_collection), "/taken/small.inrs", recursive=True)
    url = "memory://taken/small.inrs"
    assert answer_of(["info", url, "--json"], capsys)["images"] == 6
    assert main(["verify", url]) == 0
    assert ": ok, 6 images" in capsys.readouterr().out
    assert main(["decode", url, "--index", "two.png", "-o", str(tmp_path / "two.png")]) == 0
    capsys.readouterr()
    shard = min(path.name for path in small_collection.glob("*.inr"))
    one = f"{url}/{shard}"
    assert answer_of(["info", one, "--json"], capsys)["images"] == 3
    assert answer_of(["verify", one, "--json"], capsys)["images"] == 3
    words = ["derive", one, "--gradient", "--index", "0", "-o", str(tmp_path / "slopes.png"), "--json"]
    assert answer_of(words, capsys)["file"] == one
    assert main(["report", one, "--html", "-"]) == 0
    assert shard in capsys.readouterr().out
    for words in (["add", url, "new.png"], ["remove", url, "0"]):
        assert main(words) == 2
        assert "copy it" in capsys.readouterr().err
    assert main(["encode", str(tmp_path), "-o", url]) == 2
    assert "writes to this machine" in capsys.readouterr().err


def test_index(small_collection: Path, small_set: Path, tmp_path: Path, capsys: Capture) -> None:
    copied = str(shutil.copytree(small_collection, tmp_path / "copied.inrs"))
    words = ["neighbors", copied, "two.png", "--json", "--quiet"]
    before = answer_of(words, capsys)
    assert answer_of(["index", copied, "--json", "--quiet"], capsys)["described"] == 2
    assert answer_of(words, capsys) == before
    assert main(["index", copied]) == 0
    assert "2 shards there before" in capsys.readouterr().err
    assert main(["index", str(small_set)]) == 2
    assert "is one file" in capsys.readouterr().err


def test_add(small_collection: Path, newcomers: Path, tmp_path: Path, capsys: Capture) -> None:
    copied = str(shutil.copytree(small_collection, tmp_path / "copied.inrs"))
    words = ["add", copied, str(newcomers / "five.png"), "--refine", "3", "--device", "cpu", "--threads", "1"]
    answer = answer_of([*words, "--json", "--quiet"], capsys)
    assert (answer["images"], answer["changed"], answer["new"]) == (7, 1, 0)
    assert main(["verify", copied]) == 0
    words[2] = str(newcomers / "six.png")
    assert main(words) == 0
    assert "1 shard grew, 0 are new" in capsys.readouterr().err
    assert main([*words, "-o", "other.inr"]) == 2
    assert "leave out -o" in capsys.readouterr().err


def test_add_that_is_stopped_says_how_to_go_on(
    small_collection: Path, newcomers: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from inrcodec.encoding.shards import adding

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(adding, "add_to_collection", stopped)
    assert main(["add", str(small_collection), str(newcomers), "--quiet"]) == 130
    assert "the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["derive", "SET", "--sheet"]])
def test_commands_of_files_name_a_shard(
    words: list[str], small_collection: Path, small_images: Path, capsys: Capture
) -> None:
    places = {"SET": str(small_collection), "SOURCE": str(small_images)}
    assert main([places.get(word, word) for word in words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "is a collection; this takes one .inr file" in said
