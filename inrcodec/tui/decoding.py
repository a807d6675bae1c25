"""A process that decodes blocks for the app: python -m inrcodec.tui.decoding FILE, asked and answered through pipes.

A request is a letter and a block's number (`<cI`): `b`, the latents of the block, or `d`, descriptors of its images. An
answer is 1 where it could be done and the length (`<?Q`) of what follows: int16 latents, image by image, level by
level; or float32 descriptors, rows of nan for damaged images. The first answer comes unasked: a digest of the file.
"""

from __future__ import annotations

import contextlib
import signal
import struct
import sys
from typing import BinaryIO

from inrcodec.archive import Archive
from inrcodec.tui.cache import digest
from inrcodec.tui.vectors import descriptors

REQUEST, ANSWER = struct.Struct("<cI"), struct.Struct("<?Q")
BLOCK, DESCRIPTORS = b"b", b"d"


def serve(archive: Archive, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other end closes."""
    _send(answers, digest(archive, "").encode())
    while len(request := requests.read(REQUEST.size)) == REQUEST.size:
        kind, block = REQUEST.unpack(request)
        try:
            numbers = archive.stored.images_of(block)
            done = _latents(archive, numbers) if kind == BLOCK else descriptors(archive, numbers).tobytes()
        except BaseException:  # whoever asked decodes it himself, and says what is wrong
            _send(answers, b"", done=False)
        else:
            _send(answers, done)


def _latents(archive: Archive, numbers: range) -> bytes:
    return b"".join(level.tobytes() for number in numbers for level in archive.latents(number))


def _send(answers: BinaryIO, words: bytes, *, done: bool = True) -> None:
    answers.write(ANSWER.pack(done, len(words)) + words)
    answers.flush()


def main() -> None:
    """For one file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is asked to end is the app
    with contextlib.suppress(BrokenPipeError):
        serve(Archive.open(sys.argv[1], lenient=True), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
