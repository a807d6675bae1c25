"""Everything that can go wrong for a reason the user can mend: one line that names the thing, its trouble, the cure.

Messages speak to a caller in Python. What they name of a function's parameters is a `Parameter` in them, so that a face
with other words for it (the command line) can put its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Parameter:
    """A parameter of a public function as a message names it: `overwrite=True`, or `threads` for any value."""

    name: str
    value: bool | int | str | None = None

    def __str__(self) -> str:
        if self.value is None:
            return self.name
        return f'{self.name}="{self.value}"' if isinstance(self.value, str) else f"{self.name}={self.value}"


class Message(str):
    """A text that remembers which of its words are parameters; made from pieces, messages among them."""

    parts: tuple[str | Parameter, ...]

    def __new__(cls, *pieces: str | Parameter) -> Self:
        message = super().__new__(cls, "".join(map(str, pieces)))
        message.parts = tuple(
            part for piece in pieces for part in (piece.parts if isinstance(piece, Message) else (piece,))
        )
        return message

    def spelled(self, spell: Callable[[Parameter], str]) -> str:
        """The text with every parameter as `spell` writes it."""
        return "".join(spell(part) if isinstance(part, Parameter) else part for part in self.parts)


class InrError(Exception):
    """A failure with a one-line message meant for the user; `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, *pieces: str | Parameter) -> None:
        super().__init__(*pieces)
        self.message = Message(*pieces)

    def __str__(self) -> str:
        return str(self.message)


class UsageError(InrError):
    """The request itself cannot be carried out: an unknown name, a size out of bounds, an output that exists."""

    exit_code = 2


class UnknownImageError(UsageError, KeyError):
    """There is no image of that name or number."""

    def __str__(self) -> str:
        return str(self.message)


class CorruptFileError(InrError):
    """The bytes are not an intact .inr file."""

    exit_code = 3


class UnsupportedFileError(InrError):
    """The file may be intact but needs a newer reader, or asks for more than the reader's caps allow."""

    exit_code = 3


class OutOfMemoryError(InrError, MemoryError):
    """There is not enough memory for this; nothing is wrong with what was given."""

    exit_code = 1


class MissingPackageError(InrError):
    """What is asked for needs a package that is not installed; the message says how to."""

    exit_code = 1


class InputError(InrError):
    """A source is there but cannot be used: empty, damaged, of another kind, or without a picture in it."""

    exit_code = 1


class NoPictureError(InputError):
    """Of all that was given, not a single picture can be read."""
