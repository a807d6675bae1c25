"""Designs as one writes them: latent, or grid:activation=relu,width=128."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import UsageError
from inrcodec.field.conditioning import CONDITIONINGS

# Every conditioning, and on the simplest of them what the sine is compared with.
DESIGNS = (*CONDITIONINGS, "binary:activation=relu", "binary:activation=relu-pe", "binary:activation=tanh")
WORDS = {"width": str, "activation": str, "space": str}  # the other options are whole numbers
NUMBERS = ("depth", "w0", "code", "bottleneck", "head", "footprint")


@dataclass(frozen=True)
class Variant:
    """A conditioning and the options that differ from its own, as (name, value)."""

    name: str
    conditioning: str
    changes: tuple[tuple[str, str | int], ...] = ()

    def applied(self, options: EncodeOptions) -> EncodeOptions:
        """The options that a study shares, with what this design names in place of theirs."""
        changes: dict[str, Any] = dict(self.changes)
        return replace(options, conditioning=self.conditioning, **changes)


def parse_variant(text: str) -> Variant:
    """A design from its text; UsageError says what is wrong with it."""
    conditioning, _, options = text.strip().partition(":")
    if conditioning not in CONDITIONINGS:
        raise UsageError(f"unknown design {conditioning!r}; there are: {', '.join(CONDITIONINGS)}")
    changes = tuple(_change(text, part) for part in options.split(",") if part.strip())
    return Variant(text.strip(), conditioning, changes)


def _change(text: str, part: str) -> tuple[str, str | int]:
    name, equals, value = (piece.strip() for piece in part.partition("="))
    if not equals or name not in (*WORDS, *NUMBERS):
        known = ", ".join((*WORDS, *NUMBERS))
        raise UsageError(f"design {text!r}: {part.strip()!r} is not one of {known}, as in latent:code=128,width=96")
    if name in WORDS:
        return name, value
    if not (value.isascii() and value.isdigit()):
        raise UsageError(f"design {text!r}: {name} is a whole number")
    return name, int(value)
