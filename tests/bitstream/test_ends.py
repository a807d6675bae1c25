"""The ENDS chunk: a tolerance comes back, others are refused, and files without one are what they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inrcodec.archive import Archive
from inrcodec.bitstream.container import ENDS, Chunk, read_chunks, write_chunks
from inrcodec.bitstream.ends import decode_ends, encode_ends
from inrcodec.errors import CorruptFileError
from inrcodec.numerics.ends import LARGEST_TOLERANCE, met

GOLDEN = Path(__file__).parent.parent / "golden" / "pyramid-rgba.inr"


def test_a_tolerance_comes_back() -> None:
    for tolerance in (1, LARGEST_TOLERANCE):
        assert decode_ends(encode_ends(tolerance)) == tolerance


@pytest.mark.parametrize("payload", [b"", b"\0", b"\x11", b"\x01\x01"])
def test_others_are_refused(payload: bytes) -> None:
    with pytest.raises(CorruptFileError, match="ends"):
        decode_ends(payload)


def test_an_image_is_drawn_with_the_ends_met() -> None:
    head, *others = read_chunks(GOLDEN.read_bytes())
    with_ends = Archive.from_bytes(write_chunks([head, Chunk(ENDS, encode_ends(8)), *others]))
    for before, after in zip(Archive.open(GOLDEN), with_ends, strict=True):
        np.testing.assert_array_equal(met(before.render_stored(), 8), after.render_stored())


def test_it_stands_behind_the_header() -> None:
    head, weights, *others = read_chunks(GOLDEN.read_bytes())
    with pytest.raises(CorruptFileError, match="order"):
        write_chunks([head, weights, Chunk(ENDS, encode_ends(8)), *others])
