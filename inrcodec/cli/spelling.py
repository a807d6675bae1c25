"""Messages of the library in the words of the command line: `overwrite=True` is --force here."""

from __future__ import annotations

import shlex
from pathlib import Path

from inrcodec.errors import Message, Parameter

# Options that are not called as their parameter is.
FLAGS = {"overwrite": "--force", "steps": "--refine"}


def quoted(path: str | Path) -> str:
    """A path as one types it into a shell, where a leading dash would be an option."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def spelled(text: str) -> str:
    """The text with its parameters as options; a plain text as it is."""
    return text.spelled(flag) if isinstance(text, Message) else text


def flag(parameter: Parameter) -> str:
    """A parameter as one types it: --max-size, --resume, --background white."""
    option = FLAGS.get(parameter.name, "--" + parameter.name.replace("_", "-"))
    if parameter.value is None or parameter.value is True:
        return option
    return (
        option.replace("--", "--no-", 1)
        if parameter.value is False
        else f"{option} {shlex.quote(str(parameter.value))}"
    )
