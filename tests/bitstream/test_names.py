"""Names: any text comes back, whatever characters it holds, and bad lists are refused."""

from __future__ import annotations

import pytest
import second_reader
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.bitstream import names as room
from inrcodec.bitstream.deflate import deflate
from inrcodec.bitstream.names import decode_names, encode_names
from inrcodec.errors import CorruptFileError, UnsupportedFileError

HOSTILE = ["a\nb", "\x1b[31mred", "\u202egnp.exe", "../../etc/passwd", "C:\\aux", "\u200d", "\ufeff", "a/b.png"]
HOSTILE += [" ", ".", "é", "e\u0301", "🦊"]
NAME = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(NAME | st.sampled_from(HOSTILE), min_size=1, max_size=20, unique=True))
def test_round_trip(names: list[str]) -> None:
    payload = encode_names(names)
    assert decode_names(payload, len(names)) == tuple(names)
    assert second_reader.names(payload, len(names)) == names
    for images in (len(names) - 1, len(names) + 1):
        with pytest.raises(CorruptFileError):
            decode_names(payload, images)


def test_every_truncation_is_refused() -> None:
    payload = encode_names(HOSTILE)
    for length in range(len(payload)):
        with pytest.raises(CorruptFileError):
            decode_names(payload[:length], len(HOSTILE))


def test_names_compress() -> None:
    assert len(encode_names([f"icons/icon-{number:03}.png" for number in range(100)])) < 300


def test_a_name_in_another_encoding_is_escaped() -> None:
    assert decode_names(encode_names(["caf\udce9.png"]), 1) == ("caf\\udce9.png",)


@pytest.mark.parametrize("names", [["", "a"], ["a", "a"], ["a\0b", "c"], ["a" * 4097]])
def test_bad_names_are_refused(names: list[str]) -> None:
    with pytest.raises(CorruptFileError):
        encode_names(names)
    with pytest.raises(CorruptFileError):
        decode_names(deflate("\0".join(names).encode()), len(names))


@pytest.mark.parametrize("plain", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"a\0"])
def test_bad_bytes_are_refused(plain: bytes) -> None:
    with pytest.raises(CorruptFileError):
        decode_names(deflate(plain), 1)


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CorruptFileError, match="more than"):
        decode_names(deflate(bytes(1 << 22)), 3)
    monkeypatch.setattr(room, "MAX_NAMES_BYTES", 10)
    with pytest.raises(UnsupportedFileError):
        encode_names(["abcdef", "ghijkl"])
    with pytest.raises(CorruptFileError, match="more than"):
        decode_names(deflate(b"abcdef\0ghijkl"), 2)
