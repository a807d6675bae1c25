"""What a comparison tells about itself while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inrcodec.fitting.progress import Progress


@dataclass(frozen=True)
class Step:
    """How much of a phase ("codecs", "enlarge", or the engine's own during a fit) is done, and what is at work."""

    phase: str
    done: int
    total: int
    at_work: str
    fit: Progress | None = None


OnStep = Callable[[Step], None]
