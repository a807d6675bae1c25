"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

File = Annotated[str, typer.Argument(metavar="FILE", help="An .inr file.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing on stderr but errors and skipped files.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on stderr.")]
Force = Annotated[bool, typer.Option("-f", "--force", help="Replace files that exist.")]


def epilog(examples: Sequence[str], json_keys: Sequence[str] = ()) -> str:
    """The end of a command's help: examples to copy, and what --json prints."""
    text = "[bold]Examples[/bold]\n\n" + "\n".join(f"  {escape(line)}" for line in examples)
    return text + "".join(f"\n\n[bold]JSON keys[/bold]  {escape(keys)}" for keys in json_keys)


def escape(text: str) -> str:
    """The text without a meaning to Rich's markup (importing Rich for this would cost every command its start-up)."""
    return text.replace("[", "\\[")
