"""The ENDS chunk: a tolerance comes back, others are refused, and files without one are what they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Archive
from inrcodec.bitstream.container import ENDS, Chunk, read_chunks, write_chunks
from inrcodec.bitstream.ends import Ends, decode_ends, encode_ends
from inrcodec.errors import CorruptFileError
from inrcodec.numerics.ends import LARGEST_TOLERANCE, met

GOLDEN = Path(__file__).parent.parent / "golden" / "pyramid-rgba.inr"


@pytest.mark.parametrize("tolerance", [1, LARGEST_TOLERANCE])
@pytest.mark.parametrize("white", [None, (False,) * 9, (True,) * 8 + (False,), (False,) * 8 + (True,)])
def test_a_tolerance_and_images_with_white_come_back(tolerance: int, white: tuple[bool, ...] | None) -> None:
    ends = Ends(tolerance, white)
    assert decode_ends(encode_ends(ends), 9) == ends
    assert len(encode_ends(ends)) == (1 if white is None else 3)


@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"\x11", b"\x01\x01", b"\x01\0\0\0", b"\x01\0\x02", b"\x01\xff\x01", b"\0\x01\0"]
)
def test_others_are_refused(payload: bytes) -> None:
    with pytest.raises(CorruptFileError, match="ends"):
        decode_ends(payload, 9)


def test_where_all_images_have_white_nothing_is_said_of_them() -> None:
    assert Ends(3, (True, False)).of([True, True]) == Ends(3)
    assert Ends(3).of([True, False]).white == (True, False)


def test_an_image_is_drawn_with_the_ends_met() -> None:
    head, *others = read_chunks(GOLDEN.read_bytes())
    with_ends = Archive.from_bytes(write_chunks([head, Chunk(ENDS, encode_ends(Ends(8))), *others]))
    for before, after in zip(Archive.open(GOLDEN), with_ends, strict=True):
        np.testing.assert_array_equal(met(before.render_stored(), 8), after.render_stored())


def test_an_image_without_white_keeps_what_is_near_it() -> None:
    head, *others = read_chunks(GOLDEN.read_bytes())
    plain = Archive.open(GOLDEN)
    ends = Ends(LARGEST_TOLERANCE, (False, *[True] * (len(plain) - 1)))
    marked = Archive.from_bytes(write_chunks([head, Chunk(ENDS, encode_ends(ends)), *others]))
    for number, (before, after) in enumerate(zip(plain, marked, strict=True)):
        expected = met(before.render_stored(), LARGEST_TOLERANCE, white=number > 0)
        np.testing.assert_array_equal(expected, after.render_stored())


def test_it_stands_behind_the_header() -> None:
    head, weights, *others = read_chunks(GOLDEN.read_bytes())
    with pytest.raises(CorruptFileError, match="order"):
        write_chunks([head, weights, Chunk(ENDS, encode_ends(Ends(8))), *others])
