"""Small files that claim much: nobody works or takes memory for them without being told to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from claims import claims
from PIL import Image
from reading import GOLDEN

import inrcodec
from inrcodec.archive import Archive, Signal
from inrcodec.bitstream import stored, stored_signal
from inrcodec.bitstream.stored_signal import StoredSignal
from inrcodec.cli.app import main
from inrcodec.field.signal_field import signal_shapes
from inrcodec.field.work import MOST_SECONDS, BlockClaims, TooMuchWork, Work

Capture = pytest.CaptureFixture[str]
CLAIMS = claims()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, blob in CLAIMS.items():
        Path(f"{name}.inr").write_bytes(blob)
    Image.new("RGB", (8, 8), "gray").save("new.png")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "words",
    [
        "decode weights.inr", "decode weights.inr --size 8", "derive weights.inr --gradient", "verify weights.inr",
        "decode points.inr", "derive points.inr --laplacian", "decode latents.inr --size 8", "verify latents.inr",
        "verify alphabets.inr", "neighbors alphabets.inr 0", "decode images.inr", "verify pixels.inr",
        "decode pixels.inr", "add latents.inr new.png", "replace latents.inr 0 new.png", "remove large.inr 0",
        "add wide.inr new.png", "replace deep.inr 0 new.png", "remove many.inr 0", "fuse large.inr --index 0,1",
        "decode frames.inr -o frames.gif", "decode clip.inr -o clip.gif", "verify wide-sound.inr",
        "derive many.inr --gradient", "neighbors many.inr 0", "pairs many.inr --similar 3",
        "decode shape.inr -o shape.npy", "verify waves.inr", "decode waves.inr --size 8", "verify references.inr",
        "decode chain.inr", "replace chain.inr 0 new.png", "decode coarse-base.inr",
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused_before_it_is_done(words: str, capsys: Capture) -> None:
    assert main(words.split()) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"inrcodec: error: {words.split()[1]}: its ")
    assert err.endswith("to let it, add --trust\n")
    assert {path.suffix for path in Path().iterdir()} == {".inr", ".png"}
    assert {path.name: path.read_bytes() for path in Path().glob("*.inr")} == {
        f"{name}.inr": blob for name, blob in CLAIMS.items()
    }


@pytest.mark.usefixtures("files")
def test_info_decodes_nothing(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("decoded")

    for module in (stored, stored_signal):
        monkeypatch.setattr(module, "decode_weights", refused)
    for name in (*CLAIMS, *map(str, sorted((GOLDEN / "signals").glob("*.inr")))):
        assert main(["info", name.removesuffix(".inr") + ".inr"]) == 0
    assert "sine layers of 4096" in capsys.readouterr().out


@pytest.mark.usefixtures("files")
def test_an_image_drawn_small_costs_its_pixels(capsys: Capture) -> None:
    """67 million pixels are claimed, of 64 points each; 16 x 16 points are looked at for each of those asked for."""
    assert main(["decode", "points.inr", "--size", "16", "-o", "small"]) == 0


def test_frames_that_nobody_can_show_are_not_counted_out() -> None:
    """189 bytes that claim 2**31 frames took 16 GB where somebody asked how long each is shown."""
    with pytest.raises(TooMuchWork, match="of memory"):
        _ = Signal(StoredSignal(CLAIMS["frames"], signal_shapes), limit=MOST_SECONDS).seconds


@pytest.mark.usefixtures("files")
def test_who_trusts_a_file_gets_what_it_says(capsys: Capture) -> None:
    assert main(["decode", "images.inr", "--index", "0-20", "--trust", "-o", "some"]) == 0
    archive = inrcodec.open("points.inr", trust=True)
    assert archive.work.limit == math.inf
    archive.check_work([(0, (16384, 4096))])


def test_a_budget_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "images.inr"
    path.write_bytes(CLAIMS["images"])
    with pytest.raises(TooMuchWork, match=r"images\.inr: its 102 bytes ask for 1 seconds of work"):
        [image.render() for image in inrcodec.open(path, budget=1.0)]


def test_real_files_are_never_asked(small_set: Path) -> None:
    archive = Archive.open(small_set)
    for size in (None, 64, 3):
        for image in archive:
            image.render_octets(size)
            image.gradient(size)
    archive.verify()
    assert archive.work.spent < 0.2


def test_a_large_set_is_a_lot_of_work_and_none_too_much() -> None:
    """10 MB of photographs, 27 million pixels at 3 bits each: what real files take does not count."""
    work = Work(10_000_000, 27_000_000, 27)
    work.weights(5000)
    for _ in range(27):
        work.block(BlockClaims(1_750_000, 9, 10_500, 1_000_000), 16)
    assert work.spent == 0.0
