"""What a user wants of `browse` whenever it starts; `reading_preferences` has where it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inrcodec.tui.backdrop import Kind


@dataclass(frozen=True)
class Preferences:
    """theme, behind: see `kept.Choices`; None: as it was left; keys: by action, several with commas between them."""

    theme: str | None = None
    behind: Kind | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
