"""Images of an archive as vectors, and the table that judges them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inrcodec
from inrcodec.errors import UsageError
from inrcodec.retrieval.outside import DESCRIPTOR_SIDE, on_white
from inrcodec.retrieval.space import CHOICES, JOINED, By, describe, describe_file, judge

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("by", CHOICES)
def test_every_choice_gives_centered_vectors(by: By, small_set: Path) -> None:
    """Also where images differ in size and have alpha."""
    archive = inrcodec.open(small_set)
    space = describe(archive, by)
    assert len(space.vectors) == len(archive)
    if by == "joined":  # its parts are, and then have length 1
        np.testing.assert_allclose(np.linalg.norm(space.vectors, axis=1), 1.25**0.5, atol=1e-5)
    else:
        np.testing.assert_allclose(space.vectors.mean(axis=0), 0, atol=1e-3 * np.abs(space.vectors).max())
    similarity = space.similarity(2, "cosine")
    assert similarity.argmax() == 2
    assert similarity[2] == pytest.approx(1.0, abs=1e-4)


def test_a_file_of_a_member_finds_that_member(small_images: Path, small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    space = describe(archive)
    for name in ("one.png", "sub/four.png"):
        similarity = space.similarity_of(describe_file(small_images / name, space), "cosine")
        assert archive.names[int(similarity.argmax())] == name


def test_a_picture_from_outside_has_no_code(small_images: Path, small_set: Path) -> None:
    space = describe(inrcodec.open(small_set), "code")
    with pytest.raises(UsageError, match='by="descriptor"'):
        describe_file(small_images / "one.png", space)


def test_judging_needs_labels_that_fit(small_set: Path, tmp_path: Path) -> None:
    archive = inrcodec.open(small_set)
    labels = tmp_path / "labels.csv"
    labels.write_text("name,label\none,a\ntwo.png,a\nfour,b\nthree,b\nstranger,b\n", "utf-8")
    table = judge(archive, labels)
    assert [row.by for row in table][:4] == ["joined", "descriptor", "code", "last-hidden"]
    assert all(0 <= row.quality.precision_at_1 <= 1 for row in table)
    for row in table:
        low, high = row.interval.low.ndcg_at_10, row.interval.high.ndcg_at_10
        assert low <= row.quality.ndcg_at_10 <= high
    for wrong, clue in (("a,b\n1,2\n", "columns"), ("name,label\none,a\ntwo,b\n", "one label")):
        labels.write_text(wrong, "utf-8")
        with pytest.raises(UsageError, match=clue):
            judge(archive, labels)


def test_white_background_shows_through(small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    picture = on_white(archive["clear.png"])
    assert picture.shape[2] == 3
    assert picture[0, 0].min() > 0.9  # transparent in the corner


def test_an_unreadable_outside_picture_is_named(small_set: Path, tmp_path: Path) -> None:
    space = describe(inrcodec.open(small_set))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    with pytest.raises(inrcodec.errors.InrError, match=r"broken\.png"):
        describe_file(tmp_path / "broken.png", space)
    Image.new("L", (1, 1)).save(tmp_path / "dot.png")
    assert np.isfinite(describe_file(tmp_path / "dot.png", space).poses).all()


def test_a_large_picture_from_outside_is_looked_at_small(small_images: Path, small_set: Path, tmp_path: Path) -> None:
    archive = inrcodec.open(small_set)
    with Image.open(small_images / "one.png") as image:
        image.resize((2400, 2400), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
    outside = describe_file(tmp_path / "large.png", describe(archive))
    assert max(outside.picture.shape) == DESCRIPTOR_SIDE
    similarity = describe(archive).similarity_of(outside, "cosine")
    assert archive.names[int(similarity.argmax())] == "one.png"


@pytest.mark.parametrize("name", ["grid", "binary", "bottleneck", "latent", "hypernetwork", "pyramid-rgb"])
def test_images_of_every_conditioning_have_codes(name: str) -> None:
    archive = inrcodec.open(GOLDEN / f"{name}.inr")
    for by in ("code", "last-hidden"):
        space = describe(archive, by)  # type: ignore[arg-type]
        assert len(space.vectors) == len(archive)
        assert space.similarity(1, "cosine").argmax() == 1
        assert np.abs(space.vectors).max() > 0


def test_labels_come_back_from_a_spreadsheet(tmp_path: Path) -> None:
    """Names as `report --csv` writes them, and as another system composes them."""
    import unicodedata

    from inrcodec.exporters.tables import as_csv
    from inrcodec.retrieval.space import _label_table, _labels_of

    names = ["-rf.png", "=1+1.png", "'quoted.png", unicodedata.normalize("NFD", "é.png"), "a\nb.png", " lead.png"]
    text = as_csv(["name", "label"], [[unicodedata.normalize("NFC", name), "x"] for name in names])
    (tmp_path / "labels.csv").write_text(text, "utf-8", newline="")
    known = _label_table(tmp_path / "labels.csv", "label")
    assert _labels_of(names, known) == ["x"] * len(names)


def test_joined_adds_cosines(small_set: Path) -> None:
    archive = inrcodec.open(small_set)
    both, edges, hidden = (describe(archive, by).similarity(1, "cosine") for by in ("joined", *JOINED))
    assert both == pytest.approx((edges + 0.25 * hidden) / 1.25, abs=1e-5)
