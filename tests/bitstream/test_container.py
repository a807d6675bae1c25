"""The shell of a file: round trips, damage of every kind, and writing that never leaves half a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import second_reader
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.bitstream import container
from inrcodec.bitstream.container import Chunk, read_chunks, read_file, write_atomically, write_chunks
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError, UsageError

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


def listed(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return [path.name for path in folder.iterdir()]


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


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(write_chunks(SMALL))
    assert read_file(path) == write_chunks(SMALL)
    with pytest.raises(UsageError, match="no such file"):
        read_file(tmp_path / "other.inr")
    with pytest.raises(UsageError, match="is a folder"):
        read_file(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="sparse files")
def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    path.write_bytes(container.SIGNATURE)
    os.truncate(path, 1 << 40)
    with pytest.raises(UnsupportedFileError):
        read_file(path)
    path.write_bytes(b"a film, renamed")
    os.truncate(path, 1 << 40)
    with pytest.raises(CorruptFileError, match=r"not an \.inr file"):
        read_file(path)


def test_writing_refuses_to_replace_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "set.inr"
    write_atomically(path, b"first", overwrite=False)
    with pytest.raises(UsageError, match="exists already"):
        write_atomically(path, b"second", overwrite=False)
    assert path.read_bytes() == b"first"
    write_atomically(path, b"third", overwrite=True)
    assert path.read_bytes() == b"third"
    assert listed(tmp_path) == ["set.inr"]


def test_writing_never_wins_a_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "set.inr"
    compare = container._write_and_compare

    def somebody_is_faster(temporary: Path, blob: bytes) -> None:
        compare(temporary, blob)
        path.write_bytes(b"somebody else's")

    monkeypatch.setattr(container, "_write_and_compare", somebody_is_faster)
    with pytest.raises(UsageError, match="exists already"):
        write_atomically(path, b"ours", overwrite=False)
    assert path.read_bytes() == b"somebody else's"
    assert listed(tmp_path) == ["set.inr"]


@pytest.mark.parametrize("there", [False, True])
def test_writing_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "set.inr"
    if there:
        monkeypatch.setattr(Path, "exists", lambda *_: False)
        path.write_bytes(b"older")
        with pytest.raises(UsageError, match="exists already"):
            write_atomically(path, b"ours", overwrite=False)
    else:
        write_atomically(path, b"ours", overwrite=False)
    assert path.read_bytes() == (b"older" if there else b"ours")
    assert listed(tmp_path) == ["set.inr"]


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("there", [False, True])
def test_a_failed_write_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, there: bool
) -> None:
    def fail(_: int) -> None:
        raise failure

    path = tmp_path / "set.inr"
    if there:
        path.write_bytes(b"older")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((InrError, KeyboardInterrupt)) as caught:
        write_atomically(path, b"newer", overwrite=True)
    assert caught.type is KeyboardInterrupt or "No space left on device" in str(caught.value)
    assert listed(tmp_path) == (["set.inr"] if there else [])
    assert not there or path.read_bytes() == b"older"


def test_a_disk_that_lies_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"other")
    with pytest.raises(InrError, match="other bytes than were written"):
        write_atomically(tmp_path / "set.inr", b"newer", overwrite=False)
    assert listed(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder does not exist"):
        write_atomically(tmp_path / "no" / "set.inr", b"ours", overwrite=False)
    with pytest.raises(UsageError, match="is not a file"):
        write_atomically(tmp_path, b"ours", overwrite=True)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links, permissions")
def test_links_and_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real.inr").write_bytes(b"older")
    link = tmp_path / "link.inr"
    link.symlink_to("real.inr")
    write_atomically(link, b"newer", overwrite=True)
    assert link.is_symlink()
    assert (tmp_path / "real.inr").read_bytes() == b"newer"
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "real.inr").stat().st_mode == (tmp_path / "plain").stat().st_mode
