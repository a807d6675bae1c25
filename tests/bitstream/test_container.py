"""The shell of a file: round trips, and damage of every kind."""

from __future__ import annotations

import pytest
import second_reader
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.bitstream import container
from inrcodec.bitstream.container import Chunk, read_chunks, write_chunks
from inrcodec.errors import CorruptFileError, UnsupportedFileError

REFUSED = (CorruptFileError, UnsupportedFileError)
SMALL = (
    Chunk(b"HEAD", b"\x01head"),
    Chunk(b"nAME", b"names"),
    Chunk(b"WGTS", bytes(range(20))),
    Chunk(b"BLCK", b""),
    Chunk(b"BLCK", b"latents"),
    Chunk(b"fIGS", b"figures"),
)


def framed(kind: bytes, payload: bytes) -> bytes:
    """One chunk as bytes, by the second reader's own checksum."""
    start = kind + len(payload).to_bytes(4, "little") + payload
    return start + second_reader.crc32c(start).to_bytes(4, "little")


def file_of(*kinds: bytes) -> bytes:
    """A file with these chunks, whatever their order, each with its own kind as payload but TAIL."""
    return container.SIGNATURE + b"".join(framed(kind, b"" if kind == b"TAIL" else kind) for kind in kinds)


@given(
    st.binary(max_size=60),
    st.binary(max_size=60),
    st.lists(st.binary(max_size=60), max_size=4),
    st.lists(st.sampled_from([b"nAME", b"fIGS", b"rECD", b"eNCO"]), unique=True),
)
def test_chunks_round_trip(head: bytes, weights: bytes, blocks: list[bytes], ancillary: list[bytes]) -> None:
    given_chunks = (
        Chunk(b"HEAD", head),
        *(Chunk(kind, kind * 3) for kind in ancillary),
        Chunk(b"WGTS", weights),
        *(Chunk(b"BLCK", block) for block in blocks),
    )
    blob = write_chunks(given_chunks)
    chunks = read_chunks(blob)
    assert chunks == given_chunks
    assert [blob[chunk.offset : chunk.offset + 4] for chunk in chunks] == [chunk.kind for chunk in chunks]
    assert sum(chunk.size for chunk in chunks) + 8 + 12 == len(blob)


def test_second_reader_sees_the_same_chunks() -> None:
    assert second_reader.chunks(write_chunks(SMALL)) == [(chunk.kind.decode(), chunk.payload) for chunk in SMALL]
    assert second_reader.crc32c(b"123456789") == 0xE3069283


def test_every_truncation_is_detected() -> None:
    blob = write_chunks(SMALL)
    for length in range(len(blob)):
        for lenient in (False, True):
            with pytest.raises(CorruptFileError, match=r"cut short|empty"):
                read_chunks(blob[:length], lenient=lenient)


def test_every_flipped_bit_is_detected() -> None:
    blob = write_chunks(SMALL)
    for bit in range(8 * len(blob)):
        damaged = bytearray(blob)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED) as caught:
            read_chunks(bytes(damaged))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "kinds",
    [
        (b"WGTS", b"HEAD", b"TAIL"),
        (b"HEAD", b"TAIL"),
        (b"HEAD", b"HEAD", b"WGTS", b"TAIL"),
        (b"HEAD", b"WGTS", b"WGTS", b"TAIL"),
        (b"HEAD", b"BLCK", b"WGTS", b"TAIL"),
        (b"nAME", b"HEAD", b"WGTS", b"TAIL"),
        (b"HEAD", b"nAME", b"WGTS", b"nAME", b"TAIL"),
        (b"zAPP", b"HEAD", b"WGTS", b"TAIL"),
        (b"TAIL",),
    ],
)
def test_wrong_order_is_refused(kinds: tuple[bytes, ...]) -> None:
    with pytest.raises(CorruptFileError):
        read_chunks(file_of(*kinds))
    with pytest.raises(CorruptFileError):
        write_chunks([Chunk(kind, b"") for kind in kinds])


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        (b"", "not an .inr file: it is empty"),
        (b"just some text, renamed", "not an .inr file"),
        (b"\x89PNG\r\n\x1a\n and so on", "not an .inr file"),
        (b"\x89INR\n\x1a\n and so on", "text mode"),
        (write_chunks(SMALL) + b"!", "1 bytes follow the end"),
        (container.SIGNATURE + framed(b"HE4D", b""), "no chunk where one should start, at byte 8"),
        (file_of(b"HEAD", b"ZAPP", b"WGTS", b"TAIL"), "chunk ZAPP at byte 24 is unknown but needed"),
        (file_of(b"HEAD", b"WGTS") + framed(b"TAIL", b"?"), "TAIL is not empty"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(blob: bytes, message: str) -> None:
    with pytest.raises(REFUSED) as caught:
        read_chunks(blob)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_checksum_message_says_where() -> None:
    blob = bytearray(write_chunks(SMALL))
    at = blob.index(b"latents")
    blob[at] ^= 1
    with pytest.raises(CorruptFileError, match=f"checksum of chunk BLCK at byte {at - 8} does not match: the file"):
        read_chunks(bytes(blob))


def test_unknown_ancillary_chunks_are_skipped() -> None:
    kinds = (b"HEAD", b"zAPP", b"zAPP", b"WGTS", b"yAPP", b"TAIL")
    assert [chunk.kind for chunk in read_chunks(file_of(*kinds))] == [b"HEAD", b"WGTS"]


@pytest.mark.parametrize("payload", [b"latents", b"figures", b"names"])
def test_lenient_reading_gives_up_one_chunk(payload: bytes) -> None:
    blob = write_chunks(SMALL)
    damaged = blob.replace(payload, payload[:-1] + b"?")
    with pytest.raises(CorruptFileError):
        read_chunks(damaged)
    chunks = read_chunks(damaged, lenient=True)
    assert [chunk.kind for chunk in chunks] == [chunk.kind for chunk in SMALL]
    (lost,) = [chunk for chunk in chunks if chunk.damage]
    assert lost.payload == b""
    assert "checksum" in str(lost.damage)
    assert [chunk for chunk in chunks if not chunk.damage] == [chunk for chunk in SMALL if chunk.payload != payload]


def test_lenient_reading_still_needs_header_and_weights() -> None:
    blob = write_chunks(SMALL)
    for offset in (8 + 8, blob.index(b"WGTS") + 8, blob.index(b"TAIL") + 9):
        damaged = bytearray(blob)
        damaged[offset] ^= 1
        with pytest.raises(CorruptFileError):
            read_chunks(bytes(damaged), lenient=True)


def test_caps_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    many = file_of(b"HEAD", b"WGTS", *[b"BLCK"] * 50, b"TAIL")
    monkeypatch.setattr(container, "MAX_CHUNKS", 20)
    with pytest.raises(UnsupportedFileError, match="more than the 20 chunks"):
        read_chunks(many)
    monkeypatch.setattr(container, "MAX_FILE_BYTES", 100)
    with pytest.raises(UnsupportedFileError, match="bytes, more than"):
        read_chunks(many)
    with pytest.raises(UnsupportedFileError, match="encode fewer images"):
        write_chunks([*SMALL, Chunk(b"BLCK", bytes(100))])
