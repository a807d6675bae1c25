"""The POSE chunk: any poses come back, and a file has them exactly when its header says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import MadeUp, random_set

from inrcodec.bitstream.packing import pack, pack_latents
from inrcodec.bitstream.poses import decode_poses, encode_poses
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError
from inrcodec.field.field import field_shapes


@given(st.lists(st.lists(st.integers(-128, 127), min_size=4, max_size=4), min_size=1, max_size=20))
def test_round_trip(rows: list[list[int]]) -> None:
    codes = np.array(rows, dtype=np.int8)
    payload = encode_poses(codes)
    np.testing.assert_array_equal(decode_poses(payload, len(rows)), codes)
    for images in (len(rows) - 1, len(rows) + 1):
        with pytest.raises(CorruptFileError, match="poses"):
            decode_poses(payload, images)
    for length in range(len(payload)):
        with pytest.raises(CorruptFileError, match="poses"):
            decode_poses(payload[:length], len(rows))


def made(space: str) -> MadeUp:
    return random_set(3, images=4, conditioning="grid", levels=(), context_width=1, space=space)


@pytest.mark.parametrize(("space", "message"), [("plain", "in a plain space"), ("smooth", "none where the header")])
def test_a_file_has_poses_exactly_when_its_header_says_so(space: str, message: str) -> None:
    found = made(space)
    StoredSet(found.file(), field_shapes)
    ranges, blocks, _ = pack_latents(found.header, found.context, found.latents)
    wrong = None if space == "smooth" else np.zeros((4, 4), np.int8)
    blob = pack(found.header, (*found.network, *found.context), ranges, blocks, list("abcd"), (), poses=wrong)
    with pytest.raises(CorruptFileError, match=message):
        StoredSet(blob, field_shapes)
