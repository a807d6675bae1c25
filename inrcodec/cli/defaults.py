"""What a user always wants: a file of defaults in the platform's config folder, which the command line overrules.

[defaults]              # of every command that has such an option
threads = 2

[defaults.encode]       # of one
time-limit = "10m"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inrcodec.errors import UsageError

VARIABLE = "INRCODEC_CONFIG"  # another file; empty for none
TABLE, NAME = "defaults", "config.toml"
TABLES = {TABLE, "browse"}  # the other: see `tui.preferences`
MOST_BYTES = 1 << 16


def config_path() -> Path | None:
    """The file, whether it is there or not; None where the user wants none. UsageError where another is not there."""
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        if chosen and not Path(chosen).exists():
            raise UsageError(f"{VARIABLE}: there is no {chosen}; give another, or none: {VARIABLE}=")
        return Path(chosen) if chosen else None
    from platformdirs import user_config_path

    return user_config_path("inrcodec", appauthor=False, roaming=True) / NAME


def read_defaults(path: Path, parameters: Callable[[], Mapping[str, frozenset[str]]]) -> dict[str, dict[str, Any]]:
    """Values by command and parameter; UsageError names the file and what is wrong.

    parameters: tells those of every command, as Python names them; it is asked where there are values for any.
    """
    table = _table(path)
    if not table:
        return {}
    options = parameters()
    common = {_parameter(key): value for key, value in table.items() if not isinstance(value, dict)}
    everywhere = frozenset().union(*options.values())
    for key in common.keys() - everywhere:
        raise UsageError(f"{path}: no command has an option {key!r}")
    found: dict[str, dict[str, Any]] = {}
    for command, known in options.items():
        own = {_parameter(key): value for key, value in table.get(command, {}).items()}
        for key in own.keys() - known:
            raise UsageError(f"{path}: {command} has no option {key!r}")
        found[command] = {**{key: value for key, value in common.items() if key in known}, **own}
    for key, value in table.items():
        if isinstance(value, dict) and key not in options:
            raise UsageError(f"{path}: there is no command {key!r}")
    return found


def _table(path: Path) -> dict[str, Any]:
    """What stands below [defaults]."""
    import tomllib

    try:
        with path.open("rb") as file:
            told = tomllib.loads(file.read(MOST_BYTES).decode())
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}") from failure
    except ValueError as failure:
        raise UsageError(f"{path}: {failure}") from failure
    for name in told.keys() - TABLES:
        raise UsageError(f"{path}: there is no part {name!r}; there are {' and '.join(sorted(TABLES))}")
    table = told.get(TABLE, {})
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {TABLE} is a table, as in [{TABLE}]")
    return table


def _parameter(key: str) -> str:
    return key.removeprefix("--").replace("-", "_")
