"""What the app says of an image, and the command that does the same without it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.markup import escape

from inrcodec.archive import Archive
from inrcodec.exporters.naming import displayed


def shown(text: str) -> str:
    """Text from a file, harmless in a terminal and in markup."""
    return escape(displayed(text))


def headline(archive: Archive, count: int, search: str, sort: str, marked: int) -> str:
    """The first line: the file, how much of it is shown, and in which order."""
    name = archive.path.name if archive.path else "an .inr file"
    part = f"{len(archive):,} images" if count == len(archive) else f"{count:,} of {len(archive):,} images"
    found = f"  search: [b]{shown(search)}[/b]" if search else ""
    marks = f"  [$warning]{marked} marked[/]" if marked else ""
    size = f"  [dim]{archive.file_size:,} bytes  {archive.bits_per_pixel:.3f} bpp[/dim]"
    return f"[b]{shown(name)}[/b]  {part} by {sort}{found}{marks}{size}"


def figures(archive: Archive, number: int) -> list[tuple[str, str]]:
    """What is known of an image, as (name, value)."""
    image = archive[number]
    lines = [("name", image.name), ("number", str(number)), ("size", f"{image.width} x {image.height}")]
    for name, value in (("PSNR", image.psnr), ("held-out", image.holdout_psnr)):
        lines.append((name, "-" if value is None else f"{value:.2f} dB"))
    lines.append(("bytes", f"{image.bits / 8:,.0f}"))
    return lines


def aligned(lines: Sequence[tuple[str, str]]) -> str:
    """Lines of markup."""
    return "\n".join(f"[dim]{name:<9}[/dim]{shown(value)}" for name, value in lines)


def command(archive: Archive, *words: str) -> str:
    """A line for the shell."""
    name, *rest = words
    return shlex.join(["inrcodec", name, str(archive.path), *rest])
