"""What a user chose and finds again the next time: the theme and what stands behind transparency, as a small file."""

from __future__ import annotations

import contextlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_config_path

from inrcodec.tui.backdrop import KINDS, Kind

MOST_BYTES = 1 << 12  # of a file that is read


@dataclass(frozen=True)
class Choices:
    """theme: its name in the palette, None for the usual one; behind: transparent pixels."""

    theme: str | None = None
    behind: Kind = "theme"


def place() -> Path:
    """Where such a file belongs on this system."""
    return user_config_path("inrcodec", appauthor=False, roaming=True) / "browse.toml"


def read() -> Choices:
    """What was kept; what cannot be read or means nothing is as if it was not there."""
    try:
        with place().open("rb") as file:
            told = tomllib.loads(file.read(MOST_BYTES).decode())
    except (OSError, ValueError, RuntimeError):  # no home folder is a RuntimeError
        return Choices()
    theme, behind = told.get("theme"), told.get("behind")
    kind: Kind = next((kind for kind in KINDS if kind == behind), "theme")
    return Choices(theme if isinstance(theme, str) else None, kind)


def write(choices: Choices) -> None:
    """Keep them, where that can be done."""
    lines = [f'theme = "{choices.theme}"'] if choices.theme is not None and choices.theme.isprintable() else []
    words = "\n".join([*lines, f'behind = "{choices.behind}"', ""])
    with contextlib.suppress(OSError, RuntimeError):
        path = place()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(words, "utf-8")
        fresh.replace(path)
