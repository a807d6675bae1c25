"""Everything that can go wrong for a reason the user can mend: one line that names the thing, its trouble, the cure."""

from __future__ import annotations


class InrError(Exception):
    """A failure with a one-line message meant for the user; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(InrError):
    """The request itself cannot be carried out: an unknown name, a size out of bounds, an output that exists."""

    exit_code = 2


class CorruptFileError(InrError):
    """The bytes are not an intact .inr file."""

    exit_code = 3


class UnsupportedFileError(InrError):
    """The file may be intact but needs a newer reader, or asks for more than the reader's caps allow."""

    exit_code = 3


class InputError(InrError):
    """No image could be read from what was given."""

    exit_code = 1
