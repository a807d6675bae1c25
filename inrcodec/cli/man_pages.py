"""Manual pages, made of the same words as the help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from inrcodec.version import __version__

MARKUP = re.compile(r"(?<!\\)\[/?[a-z ]+\]")  # Rich's, as epilogs have it


def man_pages(program: Any) -> Iterator[tuple[str, str]]:
    """(file name, troff text) of the program and of every command; program: as `app.program` gives it."""
    commands = sorted(program.commands.items())
    listed = [_entry(f"\\fBinrcodec {_text(name)}\\fR", _first(command.help)) for name, command in commands]
    see = ".SH SEE ALSO\n" + ", ".join(f"\\fBinrcodec\\-{_text(name)}\\fR(1)" for name, _ in commands)
    yield "inrcodec.1", "\n".join([*_page("inrcodec", program), ".SH COMMANDS", *listed, see, ""])
    for name, command in commands:
        yield f"inrcodec-{name}.1", "\n".join([*_page(f"inrcodec {name}", command), ""])


def _page(name: str, command: Any) -> Iterator[str]:
    """What every page has."""
    title, arguments = name.replace(" ", "-"), [one for one in command.params if one.param_type_name == "argument"]
    yield f'.TH "{title.upper()}" "1" "" "inrcodec {__version__}" "inrcodec"'
    yield f".SH NAME\n{_text(title)} \\- {_text(_first(command.help).rstrip('.'))}"
    typed = " ".join(f"\\fI{_text(one.metavar or one.name.upper())}\\fR" for one in arguments)
    yield f".SH SYNOPSIS\n\\fB{_text(name)}\\fR [\\fIOPTIONS\\fR] {typed}"
    yield ".SH DESCRIPTION\n" + "\n.PP\n".join(_text(" ".join(part.split())) for part in _paragraphs(command.help))
    if arguments:
        yield ".SH ARGUMENTS"
        yield from (_entry(f"\\fI{_text(one.metavar or one.name.upper())}\\fR", one.help or "") for one in arguments)
    yield ".SH OPTIONS"
    context = command.context_class(command, info_name=name)
    records = [one.get_help_record(context) for one in command.params if one.param_type_name == "option"]
    yield from (_entry(f"\\fB{_text(names)}\\fR", words) for names, words in filter(None, records))
    for part in _paragraphs(command.epilog):
        yield from _section(part)


def _section(part: str) -> Iterator[str]:
    """Examples, JSON keys and exit codes, which stand behind a bold title."""
    found = re.match(r"\[bold\](.+?)\[/bold\]\s*", part)
    body = MARKUP.sub("", part[found.end() :] if found else part).replace("\\[", "[")
    if found:
        yield f".SH {_text(found[1].upper())}"
    if not body.strip():
        return
    examples = body.startswith("  ") or "\n  " in body
    yield f".nf\n{_text(body)}\n.fi" if examples else _text(" ".join(body.split()))


def _paragraphs(text: str | None) -> list[str]:
    return [part for part in (text or "").split("\n\n") if part.strip()]


def _first(text: str | None) -> str:
    return " ".join(_paragraphs(text)[0].split()) if _paragraphs(text) else ""


def _entry(term: str, words: str) -> str:
    return f".TP\n{term}\n{_text(' '.join(words.split()))}"


def _text(text: str) -> str:
    """Plain words for troff: no line may begin with a dot or a quote, and a minus is one."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))
