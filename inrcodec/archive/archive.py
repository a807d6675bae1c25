"""An opened .inr file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from inrcodec.archive.contents import Contents, naming
from inrcodec.archive.image import ArchivedImage
from inrcodec.archive.image_set import ImageSet
from inrcodec.bitstream.files import read_file
from inrcodec.bitstream.ranged import RangedSet, Read
from inrcodec.bitstream.stored import StoredSet
from inrcodec.bitstream.stored_signal import signal_kind
from inrcodec.errors import CorruptFileError, UnsupportedFileError, UsageError
from inrcodec.field.field import field_shapes
from inrcodec.field.work import MOST_SECONDS


class Archive(Contents, ImageSet):
    """A set of images in one file: its contents, and its images by number or name."""

    @staticmethod
    def open(
        path: str | Path,
        *,
        lenient: bool = False,
        salvage: bool = False,
        kept_blocks: int = 1,
        trust: bool = False,
        budget: float = MOST_SECONDS,
    ) -> Archive:
        """Read a file; CorruptFileError or UnsupportedFileError name it and say what is wrong.

        With `lenient`, damaged blocks are left for the images in them to complain about; with `salvage`, so is what is
        missing because a file is cut short, or because nobody can tell what it was. Images lie in blocks of up to 64;
        so many decoded ones are kept in memory (of 64 icons of 48 pixels, 0.6 MB each).

        A few bytes can claim hours of work, or all memory. What goes beyond what real files of their size take raises
        TooMuchWork before it is done: `budget` is the most of it in seconds of one core, by default less for files
        below half a megabyte; `trust` lifts that. Pixels that the caller asks for are the caller's, and do not count.
        """
        limit = math.inf if trust else budget
        found = Archive.described(path, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks, limit=limit)
        _ = found.field
        return found

    @staticmethod
    def described(
        path: str | Path,
        *,
        lenient: bool = False,
        salvage: bool = False,
        kept_blocks: int = 1,
        limit: float = MOST_SECONDS,
    ) -> Archive:
        """The same for who only asks what it is: no weight is decoded before it is needed. limit: of work, seconds."""
        path = Path(path)
        try:
            blob = read_file(path)
        except (CorruptFileError, UnsupportedFileError) as failure:
            raise naming(path, failure) from failure
        return Archive.of(
            blob, path, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks, limit=limit, called=str(path)
        )

    @staticmethod
    def of(
        blob: bytes,
        path: Path | None,
        *,
        lenient: bool = False,
        salvage: bool = False,
        kept_blocks: int = 1,
        limit: float = MOST_SECONDS,
        called: str,
    ) -> Archive:
        """The same of bytes that were read already; path: where they lie, if on this machine; called: in messages."""
        try:
            _refuse_signals(blob, called, here=path is not None)
            stored = StoredSet(blob, field_shapes, lenient=lenient, salvage=salvage, kept_blocks=kept_blocks)
            return Archive(stored, path, limit=limit, called=called)
        except (CorruptFileError, UnsupportedFileError) as failure:
            raise naming(called, failure) from failure

    @staticmethod
    def ranged(
        read: Read,
        size: int,
        head: int,
        blocks: Sequence[int],
        *,
        kept_blocks: int = 1,
        limit: float = MOST_SECONDS,
        called: str,
    ) -> Archive:
        """A file elsewhere that is read in parts as they are needed; arguments as of `RangedSet`."""
        try:
            return Archive(
                RangedSet(read, size, head, blocks, field_shapes, kept_blocks=kept_blocks), limit=limit, called=called
            )
        except (CorruptFileError, UnsupportedFileError) as failure:
            raise naming(called, failure) from failure

    @staticmethod
    def from_bytes(blob: bytes) -> Archive:
        """The same from bytes in memory."""
        found = Archive(StoredSet(blob, field_shapes))
        _ = found.field
        return found

    def reread(self, blob: bytes, path: Path) -> Archive:
        """The file at `path`, of these bytes, which differ in figures and the like alone; decodes nothing anew."""
        return Archive(self.stored.reread(blob), path)

    def __repr__(self) -> str:
        return f"Archive({self.called!r}, {len(self)} images, {self.file_size} bytes)"

    def __len__(self) -> int:
        return self.header.images

    def _image(self, number: int) -> ArchivedImage:
        return ArchivedImage(self, number)

    def __enter__(self) -> Archive:
        """The archive itself: `with inrcodec.open(path) as archive`; it is read whole, and nothing stays open."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Nothing to close."""


def _refuse_signals(blob: bytes, called: str, *, here: bool) -> None:
    """UsageError where a file holds no images but one signal. here: on this machine."""
    kind = signal_kind(blob)
    if kind is not None:
        copied = "" if here else "once it is copied to this machine, "
        raise UsageError(
            f"{called}: holds a {kind} and no images; {copied}decode, info, verify, report and browse take it, and in "
            "Python inrcodec.open_signal",
        )
