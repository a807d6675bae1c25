"""The outer shell of a file: the signature, and chunks with their checksums."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import google_crc32c

from inrcodec.errors import CorruptFileError, UnsupportedFileError

SIGNATURE = b"\x89INR\r\n\x1a\n"
HEAD, ENDS, BASE, POSES, REFERENCES = b"HEAD", b"ENDS", b"BASE", b"POSE", b"REFS"
WEIGHTS, BLOCK, TAIL = b"WGTS", b"BLCK", b"TAIL"
NAMES, FIGURES, RECORD, ENCODER, TIMES = b"nAME", b"fIGS", b"rECD", b"eNCO", b"tIME"
CRITICAL = (HEAD, ENDS, BASE, POSES, REFERENCES, WEIGHTS, BLOCK, TAIL)
ANCILLARY = (NAMES, FIGURES, RECORD, ENCODER, TIMES)
EXPENDABLE = (BLOCK, *ANCILLARY)  # what a lenient reader can do without
LOST = b"lOST"  # never in a file: what a lenient reader could not make out
MAX_FILE_BYTES = 1 << 30
MAX_CHUNKS = 4096
CAP = f"more than the {MAX_FILE_BYTES} an .inr file may have"
_DAMAGED = "the file is damaged, get a fresh copy"
_FRAME = struct.Struct("<4sI")
_OVERHEAD = _FRAME.size + 4


@dataclass(frozen=True)
class Chunk:
    """One chunk; `damage` says what is wrong with it, and then `payload` is empty."""

    kind: bytes
    payload: bytes
    offset: int = field(default=0, compare=False)
    damage: str | None = None

    @property
    def size(self) -> int:
        """Bytes the chunk takes in the file, type, length and checksum included."""
        return _OVERHEAD + len(self.payload)


def write_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Join chunks, HEAD first, into the bytes of a whole file; the closing TAIL is added when it is not given."""
    given = list(chunks)
    if not given or given[-1].kind != TAIL:
        given.append(Chunk(TAIL, b""))
    check_order(given)
    blob = SIGNATURE + b"".join(_framed(chunk) for chunk in given)
    if len(blob) > MAX_FILE_BYTES:
        raise UnsupportedFileError(f"the file would have {len(blob)} bytes, {CAP}; encode fewer images")
    return blob


def read_chunks(blob: bytes, *, lenient: bool = False, salvage: bool = False) -> tuple[Chunk, ...]:
    """Take a whole file apart, check all of it, and return its known chunks in order, without the closing TAIL.

    With `lenient`, a chunk of latents or an ancillary one whose checksum is wrong comes back empty with its `damage`;
    with `salvage` so does, as LOST, whatever lies between two whole chunks or behind the last one.
    """
    check_signature(blob)
    if len(blob) > MAX_FILE_BYTES:
        raise UnsupportedFileError(f"the file has {len(blob)} bytes, {CAP}")
    chunks: list[Chunk] = []
    for chunk in _walk(blob, lenient, salvage):
        if len(chunks) == MAX_CHUNKS:
            raise UnsupportedFileError(f"the file has more than the {MAX_CHUNKS} chunks this reader accepts")
        chunks.append(chunk)
    lost = next((chunk for chunk in chunks if chunk.kind == LOST), None)
    try:
        check_order(chunks)
    except CorruptFileError as failure:
        if lost is None or lost.damage is None:
            raise
        raise CorruptFileError(lost.damage) from failure  # what came of it is no news
    return tuple(chunk for chunk in chunks[:-1] if chunk.kind in (*CRITICAL, *ANCILLARY, LOST))


def chunks_within(blob: bytes, offset: int) -> tuple[Chunk, ...]:
    """The chunks of a piece of a file, from that byte of it on; both ends lie between chunks, in any order."""
    start = 0
    if offset == 0:
        check_signature(blob)
        start = len(SIGNATURE)
    chunks = list[Chunk]()
    while start < len(blob) and len(chunks) < MAX_CHUNKS:
        chunk, following = _chunk_at(blob, start, lenient=False)
        chunks.append(Chunk(chunk.kind, chunk.payload, offset + start))
        start = following
    return tuple(chunks)


def first_chunk(blob: bytes) -> Chunk:
    """The chunk behind the signature, checked; nothing behind it is looked at."""
    check_signature(blob)
    return _chunk_at(blob, len(SIGNATURE), lenient=False)[0]


def size_of(chunks: Iterable[Chunk]) -> int:
    """Bytes of a file that has these chunks, and TAIL, and no others."""
    return len(SIGNATURE) + sum(chunk.size for chunk in chunks) + _OVERHEAD


def _framed(chunk: Chunk) -> bytes:
    if not _is_kind(chunk.kind) or chunk.damage is not None:
        raise ValueError(f"chunk {chunk.kind!r} cannot be written")
    framed = _FRAME.pack(chunk.kind, len(chunk.payload)) + chunk.payload
    return framed + _checksum(framed)


def _checksum(framed: bytes) -> bytes:
    return int(google_crc32c.value(framed)).to_bytes(4, "little")


def _is_kind(kind: bytes) -> bool:
    return len(kind) == 4 and kind.isalpha()  # bytes.isalpha knows ASCII letters only


def check_signature(blob: bytes) -> None:
    """CorruptFileError where bytes do not begin as a file does."""
    start = blob[: len(SIGNATURE)]
    if start == SIGNATURE:
        return
    if not start:
        raise CorruptFileError("not an .inr file: it is empty")
    if SIGNATURE.startswith(start):
        raise CorruptFileError(f"file is cut short: it has only {len(blob)} bytes")
    if start[:4] == SIGNATURE[:4]:
        raise CorruptFileError("the signature is damaged, as by a transfer in text mode: get a fresh copy")
    raise CorruptFileError("not an .inr file")


def _walk(blob: bytes, lenient: bool, salvage: bool) -> Iterator[Chunk]:
    """Yield every chunk up to and including TAIL; nothing may follow it."""
    offset = len(SIGNATURE)
    while True:
        try:
            chunk, following = _chunk_at(blob, offset, lenient)
        except CorruptFileError as failure:
            if not salvage:
                raise
            following = _next_whole(blob, offset + 1)
            yield _damaged(blob, offset, following, str(failure))
            offset = following
            if offset == len(blob):
                yield Chunk(TAIL, b"", offset)
                return
            continue
        yield chunk
        if chunk.kind == TAIL:
            break
        offset = following
    if following != len(blob) and not salvage:
        raise CorruptFileError(f"{len(blob) - following} bytes follow the end at byte {following}: {_DAMAGED}")


def _damaged(blob: bytes, offset: int, following: int, damage: str) -> Chunk:
    """What lies between two whole chunks: one of which the checksum alone is wrong, or nobody knows what."""
    if following - offset >= _OVERHEAD:
        kind, length = _FRAME.unpack_from(blob, offset)
        if kind in EXPENDABLE and offset + _OVERHEAD + length == following:
            return Chunk(kind, b"", offset, damage)
    return Chunk(LOST, b"", offset, damage)


def _next_whole(blob: bytes, start: int) -> int:
    """Where the next chunk begins whose checksum is right; the end of the file where there is none."""
    for found in re.compile(b"|".join((*CRITICAL, *ANCILLARY))).finditer(blob, start):
        try:
            _chunk_at(blob, found.start(), lenient=False)
        except CorruptFileError:
            continue
        return found.start()
    return len(blob)


def _chunk_at(blob: bytes, offset: int, lenient: bool) -> tuple[Chunk, int]:
    """Read and check the chunk at `offset`; also return where the next one starts."""
    if len(blob) - offset < _OVERHEAD:
        raise CorruptFileError(f"file is cut short: no whole chunk at byte {offset} of {len(blob)}")
    kind, length = _FRAME.unpack_from(blob, offset)
    if not _is_kind(kind):
        raise CorruptFileError(f"no chunk where one should start, at byte {offset}: {_DAMAGED}")
    end = offset + _FRAME.size + length
    if end + 4 > len(blob):
        raise CorruptFileError(
            f"file is cut short: chunk {kind.decode()} at byte {offset} should end at byte {end + 4} of {len(blob)}"
        )
    if _checksum(blob[offset:end]) != blob[end : end + 4]:
        damage = f"checksum of chunk {kind.decode()} at byte {offset} does not match: {_DAMAGED}"
        if lenient and kind in EXPENDABLE:
            return Chunk(kind, b"", offset, damage), end + 4
        raise CorruptFileError(damage)
    if kind[:1].isupper() and kind not in CRITICAL:
        raise UnsupportedFileError(f"chunk {kind.decode()} at byte {offset} is unknown but needed: update inrcodec")
    return Chunk(kind, blob[offset + _FRAME.size : end], offset), end + 4


def check_order(chunks: Sequence[Chunk]) -> None:
    """HEAD, maybe ENDS, BASE, POSE and REFS, WGTS, any number of BLCK, TAIL; between, each once, ancillary kinds."""
    critical = [chunk for chunk in chunks if chunk.kind[:1].isupper()]
    kinds = [chunk.kind for chunk in critical]
    start = [HEAD, *(kind for kind in (ENDS, BASE, POSES, REFERENCES) if kind in kinds), WEIGHTS]
    expected = [*start, *[BLOCK] * (len(kinds) - len(start) - 1), TAIL]
    if kinds != expected or chunks[0].kind != HEAD or chunks[-1].kind != TAIL:
        listed = " ".join(chunk.kind.decode("ascii", "replace") for chunk in chunks[:8])
        usual = "HEAD (ENDS) (BASE) (POSE) (REFS) WGTS BLCK... TAIL"
        raise CorruptFileError(f"chunks out of order: {usual} expected, found {listed}")
    if chunks[-1].payload:
        raise CorruptFileError("the closing chunk TAIL is not empty")
    known = [chunk.kind for chunk in chunks if chunk.kind in ANCILLARY]
    for kind in ANCILLARY:
        if known.count(kind) > 1:
            raise CorruptFileError(f"chunk {kind.decode('ascii')} occurs more than once")
