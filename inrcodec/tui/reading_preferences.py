"""What a user wants of `browse` whenever it starts: the part [browse] of the file of defaults.

[browse]
theme = "nord"
behind = "checker"      # transparent pixels: theme, white, checker

[browse.keys]           # instead of the usual ones
neighbors = "N"
left = ["left", "a"]
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from inrcodec.errors import UsageError
from inrcodec.exporters.naming import displayed
from inrcodec.tui.backdrop import KINDS
from inrcodec.tui.preferences import Preferences

TABLE = "browse"
MOST_BYTES = 1 << 16
MODIFIED = re.compile(r"(?:(?:ctrl|shift|alt)\+)*(.+)", re.DOTALL)


def read_preferences(path: Path | None) -> Preferences:
    """From that file; what it does not have stays as it is, and what makes no sense is a UsageError in one line."""
    if path is None or not path.is_file():
        return Preferences()
    try:
        with path.open("rb") as file:
            table = tomllib.loads(file.read(MOST_BYTES).decode()).get(TABLE, {})
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}") from failure
    except ValueError as failure:
        raise UsageError(f"{path}: {failure}") from failure
    if not table:
        return Preferences()
    try:
        return _preferences(table)
    except ValueError as failure:
        raise UsageError(f"{path}: {failure}") from failure


def _preferences(table: Any) -> Preferences:
    if not isinstance(table, dict):
        raise ValueError(f"{TABLE} is a table, as in [{TABLE}]")
    for name in table.keys() - {"theme", "behind", "keys"}:
        raise ValueError(f"[{TABLE}] knows theme, behind and keys, not {displayed(name)!r}")
    theme, behind = table.get("theme"), table.get("behind")
    if theme is not None:
        from textual.theme import BUILTIN_THEMES

        if theme not in BUILTIN_THEMES:
            raise ValueError(f"[{TABLE}] theme: {_shown(theme)} is none of {', '.join(sorted(BUILTIN_THEMES))}")
    if behind is not None and behind not in KINDS:
        raise ValueError(f"[{TABLE}] behind: {_shown(behind)} is none of {', '.join(KINDS)}")
    keys = table.get("keys", {})
    return Preferences(theme, behind, _keys(keys) if keys else {})


def _keys(table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ValueError(f"[{TABLE}] keys is a table, as in [{TABLE}.keys]")
    from inrcodec.tui.actions import screens

    usual = screens()
    known = dict.fromkeys(name for actions in usual.values() for name in actions)
    chosen: dict[str, str] = {}
    for name, told in table.items():
        if name not in known:
            raise ValueError(f"[{TABLE}.keys] has no {displayed(name)!r}; there are {', '.join(known)}")
        keys = told if isinstance(told, list) else [told]
        for key in keys:
            if not isinstance(key, str) or not _is_key(key):
                raise ValueError(f"[{TABLE}.keys] {name}: {_shown(key)} is no key; keys are as n, N, ctrl+n, f5, space")
        if not keys:
            raise ValueError(f"[{TABLE}.keys] {name}: give a key")
        chosen[name] = ",".join(map(_named, keys))
    for screen, actions in usual.items():
        owners: dict[str, str] = {}
        for name, usual_keys in actions.items():
            for key in chosen[name].split(",") if name in chosen else usual_keys:
                if owners.setdefault(key, name) != name and {name, owners[key]} & chosen.keys():
                    raise ValueError(f"[{TABLE}.keys] {owners[key]} and {name} both have {key} in the {screen}")
    return chosen


def _is_key(key: str) -> bool:
    found = MODIFIED.fullmatch(key)
    if found is None:
        return False
    name = found[1]
    if len(name) == 1:
        return name.isprintable() and not name.isspace()
    from textual.keys import KEY_NAME_REPLACEMENTS, Keys

    if name in {one.value for one in Keys} | set(KEY_NAME_REPLACEMENTS.values()):
        return True
    try:
        unicodedata.lookup(name.replace("_", " ").upper())
    except KeyError:
        return False
    return True


def _named(key: str) -> str:
    """As Textual names it."""
    from textual.keys import _character_to_key

    return _character_to_key(key) if len(key) == 1 else key


def _shown(told: object) -> str:
    return repr(displayed(str(told))[:40])
