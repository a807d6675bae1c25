"""A process that decodes blocks for the app, asked and answered through pipes.

python -m inrcodec.tui.decoding FILE [--trust]

A request is a letter, a block's number and a length (`<cIQ`): `b`, the latents of the block, or `d`, descriptors of its
images; with `d` may come its latents, so long, where they are known. An answer is 1 where it could be done and the
length (`<?Q`) of what follows: int16 latents, image by image, level by level; for `d` those only if they did not come
with it, then float32 descriptors, rows of nan for damaged images. The first answer comes unasked: the file's digest.
"""

from __future__ import annotations

import contextlib
import signal
import struct
import sys
from typing import BinaryIO

import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.latents import Latents
from inrcodec.errors import CorruptFileError
from inrcodec.tui.cache import digest
from inrcodec.tui.vectors import descriptors

REQUEST, ANSWER = struct.Struct("<cIQ"), struct.Struct("<?Q")
BLOCK, DESCRIPTORS = b"b", b"d"


def serve(archive: Archive, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other end closes."""
    _send(answers, digest(archive, "").encode())
    while len(request := requests.read(REQUEST.size)) == REQUEST.size:
        kind, block, length = REQUEST.unpack(request)
        known = requests.read(length)
        try:
            numbers = archive.stored.images_of(block)
            if known:
                archive.stored.keep(block, cut_latents(archive, numbers, known))
            done = _described(archive, numbers, known) if kind == DESCRIPTORS else latents(archive, numbers)
        except BaseException:  # whoever asked decodes it himself, and says what is wrong
            _send(answers, b"", done=False)
        else:
            _send(answers, done)


def latents(archive: Archive, numbers: range) -> bytes:
    """Of these images, as they are sent."""
    return b"".join(level.tobytes() for number in numbers for level in archive.latents(number))


def cut_latents(archive: Archive, numbers: range, words: bytes) -> tuple[Latents, ...]:
    """The same, cut into images and levels again."""
    values, images, start = np.frombuffer(words, np.int16), [], 0
    for number in numbers:
        height, width = archive.shape(number)
        levels = []
        for level in archive.header.model.levels:
            shape = level.channels, level.cells(height), level.cells(width)
            size = shape[0] * shape[1] * shape[2]
            levels.append(values[start : start + size].reshape(shape))
            start += size
        images.append(tuple(levels))
    return tuple(images)


def _described(archive: Archive, numbers: range, known: bytes) -> bytes:
    told = b""
    if not known:
        with contextlib.suppress(CorruptFileError):
            told = latents(archive, numbers)
    return told + descriptors(archive, numbers).tobytes()


def _send(answers: BinaryIO, words: bytes, *, done: bool = True) -> None:
    answers.write(ANSWER.pack(done, len(words)) + words)
    answers.flush()


def main() -> None:
    """For one file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is asked to end is the app
    with contextlib.suppress(BrokenPipeError):
        serve(
            Archive.open(sys.argv[1], lenient=True, trust="--trust" in sys.argv[2:]),
            sys.stdin.buffer,
            sys.stdout.buffer,
        )


if __name__ == "__main__":
    main()
