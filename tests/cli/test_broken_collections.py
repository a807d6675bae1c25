"""Collections at the command line that something is missing of, and commands that would break one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from inrcodec.cli.app import main

Capture = pytest.CaptureFixture[str]


def test_a_damaged_shard_is_found_and_named(small_collection: Path, tmp_path: Path, capsys: Capture) -> None:
    copied = shutil.copytree(small_collection, tmp_path / "copied.inrs")
    shard = next(copied.glob("*.inr"))
    blob = bytearray(shard.read_bytes())
    blob[len(blob) // 2] ^= 1
    shard.write_bytes(blob)
    assert main(["verify", str(copied)]) == 3
    assert shard.name in capsys.readouterr().err


def refusal(words: list[str], code: int, capsys: Capture) -> str:
    capsys.readouterr()
    assert main(words) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "SHARD", "SOURCE"], "is a shard of the collection copied.inrs"),
        (["replace", "SHARD", "0", "SOURCE/one.png"], "is a shard of the collection copied.inrs"),
        (["remove", "SHARD", "0"], "is a shard of the collection copied.inrs"),
        (["remove", "FILE", "0", "-o", "SHARD", "--force"], "is a shard of the collection copied.inrs"),
        (["add", "SET", "SOURCE"], "of that name already; rename the new one"),
        (["replace", "SET", "0", "SOURCE/one.png"], "is a collection, which is changed by encoding"),
        (["fuse", "SET", "--index", "0,1"], "is a collection, and this takes picture files or one .inr file"),
        (["fit", "SET"], "is a collection, and this takes one picture"),
        (["fit", "SOURCE"], "is a folder, and this takes one picture"),
        (["encode", "SET", "-o", "n.inr"], "is a collection, and this takes pictures that are still to be encoded"),
        (["compare", "SET"], "is a collection, and this takes pictures"),
        (["compare", "SOURCE", "-a", "SET"], "is a collection; -a takes .inr files"),
        (["study", "SET"], "is a collection, and this takes pictures"),
    ],
)
def test_what_would_break_a_collection_is_refused(
    words: list[str], said: str, copied: Path, small_images: Path, capsys: Capture
) -> None:
    shard, other = sorted(copied.glob("*.inr"))
    shutil.copyfile(other, "file.inr")
    places = {"SET": str(copied), "SHARD": str(shard), "FILE": "file.inr", "SOURCE": str(small_images)}
    before = shard.read_bytes()
    for name, place in places.items():
        words = [word.replace(name, place) for word in words]
    refused = refusal(words, 2, capsys)
    assert said in refused
    assert other.name not in refused
    assert shard.read_bytes() == before
    assert not Path("n.inr").exists()


def test_a_shard_is_changed_into_another_file(copied: Path, capsys: Capture) -> None:
    shard = max(copied.glob("*.inr"), key=lambda path: path.stat().st_size)
    assert main(["remove", str(shard), "0", "-o", "less.inr", "--quiet"]) == 0
    assert main(["verify", str(copied), "less.inr"]) == 0


def test_the_library_says_the_same(copied: Path, small_images: Path) -> None:
    import inrcodec
    from inrcodec.errors import UsageError

    shard = min(copied.glob("*.inr"))
    changes: list[Callable[[Path], object]] = [
        lambda file: inrcodec.add(file, [small_images]),
        lambda file: inrcodec.replace(file, 0, small_images / "one.png"),
        lambda file: inrcodec.remove(file, 0),
    ]
    for change in changes:
        with pytest.raises(UsageError, match="is a shard of the collection"):
            change(shard)
        with pytest.raises(UsageError, match="is a collection, which is changed by"):
            change(copied)


def test_a_damaged_manifest(copied: Path, small_images: Path, capsys: Capture) -> None:
    """Whatever the damage is, one line in our words, exit code 3, and the command that makes it whole."""
    manifest = copied / "manifest.parquet"
    blob = manifest.read_bytes()
    broken = [blob[:-100], b"no manifest", b"", blob[:4] + bytes(len(blob) - 12) + blob[-8:]]
    broken += [blob[: -8 - 200] + bytes([37] * 200) + blob[-8:], b"PAR1" + blob[100:]]
    for damage in broken:
        manifest.write_bytes(damage)
        for command in ("info", "verify"):
            said = refusal([command, str(copied)], 3, capsys)
            assert "copied.inrs/manifest.parquet: " in said
            assert "writes its manifest anew" in said
            assert not {"Parquet", "thrift", "Thrift", "Arrow"} & {*said.replace(":", " ").split()}
        assert "is a shard" in refusal(["remove", str(min(copied.glob("*.inr"))), "0"], 2, capsys)


def test_a_lost_shard_is_named(copied: Path, capsys: Capture) -> None:
    lost, short = sorted(copied.glob("*.inr"))
    lost.unlink()
    short.write_bytes(short.read_bytes()[:-1])
    assert main(["info", str(copied), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert {one["file"] for one in answer["lost"]} == {lost.name, short.name}
    assert len(answer["missing"]) == 6
    assert main(["info", str(copied)]) == 3
    out = capsys.readouterr().out
    assert f"{lost.name}: missing" in out
    assert f"{short.name}: has {short.stat().st_size} bytes, not" in out


def test_the_same_encode_says_what_is_not_whole(copied: Path, small_images: Path, capsys: Capture) -> None:
    """Missing, damaged, or after remove; --force encodes that shard alone."""
    words = ["encode", str(small_images), "-o", str(copied), "--shards", "2", "--passes", "3", "--threads", "1"]
    words += ["--device", "cpu"]
    shard, other = sorted(copied.glob("*.inr"))
    whole = shard.read_bytes()
    state = other.stat().st_mtime_ns
    shard.unlink()
    assert f"copied.inrs: its shard {shard.name} is missing; use --force to encode" in refusal(words, 2, capsys)
    shard.write_bytes(whole[:-9] + bytes(9))
    assert f"copied.inrs: its shard {shard.name} is damaged; use --force" in refusal(words, 2, capsys)
    assert main([*words, "--force", "--quiet"]) == 0
    assert main(["verify", str(copied)]) == 0
    assert other.stat().st_mtime_ns == state
    assert main(["remove", str(copied), "0", "--quiet"]) == 0
    assert "holds 1 shard of other pictures or settings, or of what `remove` left" in refusal(words, 2, capsys)


def test_salvage(copied: Path, small_collection: Path, capsys: Capture) -> None:
    """What the other shard holds is written; what is lost is named, and so are ways out where nobody asked for it."""
    from inrcodec.archive import Collection

    found = Collection.open(copied)
    lost = found.manifest.shards[0].file
    names = [found.names[number] for number in found.manifest.members(0)]
    (copied / lost).unlink()
    for words in (["decode"], ["report"], ["pairs", "--similar", "1"], ["neighbors", names[0]]):
        said = refusal([words[0], str(copied), *words[1:], "--quiet"], 3, capsys)
        assert f"{lost}: the collection's manifest lists it, and it is not there" in said
        assert "with --force" in said
        assert "`decode` with --salvage" in said
    assert main(["decode", str(copied), "--salvage", "-o", "saved", "--json", "--size", "8"]) == 3
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert (answer["damaged"], answer["lost"]) == (names, [lost])
    assert len(list(Path("saved").iterdir())) == 6 - len(names)
    assert f"the shard {lost} is missing or damaged" in err
    first = str(int(found.manifest.members(0)[0]))
    said = refusal(["decode", str(copied), "--salvage", "--index", first, "-o", "none"], 3, capsys)
    assert "none of these images can be saved" in said
    assert main(["decode", str(small_collection), "--salvage", "-o", "all", "--size", "8", "--quiet"]) == 0
