"""What the app says of an image, and the command that does the same without it; text of files is never markup."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import PurePath

from textual.content import Content

from inrcodec.archive import AnyArchive, Archive
from inrcodec.errors import InrError
from inrcodec.exporters.naming import displayed
from inrcodec.field.work import TRUST, TooMuchWork


def titled(number: int, name: str) -> Content:
    """An image's number and name, in bold."""
    return Content.styled(f"{number} {displayed(name)}", "bold")


def headline(archive: AnyArchive, count: int, search: str, sort: str, marked: int, refused: bool = False) -> Content:
    """The first line: the file, how much of it is shown, and in which order."""
    name = PurePath(archive.called).name
    part = f"{len(archive):,} images" if count == len(archive) else f"{count:,} of {len(archive):,} images"
    return Content.assemble(
        (displayed(name), "bold"),
        f"  {part} by {sort}",
        *(("  ", ("too much work for its size: --trust", "$text-warning")) if refused else ()),
        *(("  search: ", (displayed(search), "bold")) if search else ()),
        (f"  {marked} marked" if marked else "", "$text-warning"),
        (f"  {archive.file_size:,} bytes  {archive.bits_per_pixel:.3f} bpp", "dim"),
    )


def held_out(archive: AnyArchive, number: int) -> float | None:
    """PSNR on pixels that the fit had not seen, dB; of a collection unknown.

    Its manifest has none, and whoever draws a line of text must not wait for a shard, which may be gone besides.
    """
    return archive[number].holdout_psnr if isinstance(archive, Archive) else None


def figures(archive: AnyArchive, number: int) -> list[tuple[str, str]]:
    """What is known of an image without opening a shard, as (name, value)."""
    image = archive[number]
    lines = [("name", image.name), ("number", str(number)), ("size", f"{image.width} x {image.height}")]
    for name, value in (("PSNR", image.psnr), ("held-out", held_out(archive, number))):
        lines.append((name, "-" if value is None else f"{value:.2f} dB"))
    lines.append(("bytes", f"{image.bits / 8:,.0f}"))
    return lines


def aligned(lines: Sequence[tuple[str, str]]) -> Content:
    """Lines of (name, value), the values in one column."""
    return Content("\n").join([Content.assemble((f"{name:<9}", "dim"), displayed(value)) for name, value in lines])


def in_one_line(lines: Sequence[tuple[str, str]]) -> Content:
    """The same in one line, the values with their units alone."""
    known = {name: displayed(value) for name, value in lines}
    if not known:
        return Content("")
    figures = [value for value in (known["PSNR"], f"held-out {known['held-out']}") if not value.endswith("-")]
    again = [f"again {known['again']}"] if "again" in known else []
    told = [*figures, *again, f"{known['bytes']} bytes", known["size"]]
    return Content.assemble((f"{known['number']} {known['name']}", "bold"), "  " + "  ".join(told))


def command(archive: AnyArchive, *words: str) -> str:
    """A line for the shell."""
    name, *rest = words
    return shlex.join(["inrcodec", name, archive.called, *rest])


def harmless(text: str) -> str:
    """Lines of text, every character escaped that could hide, reorder or move something."""
    return "\n".join(displayed(line) for line in text.split("\n"))


def reason(failure: BaseException) -> str:
    """Why something failed, in a line; our own errors say it themselves."""
    if isinstance(failure, TooMuchWork):
        return str(failure).replace(str(TRUST), "--trust")
    return str(failure) if isinstance(failure, InrError) else f"{type(failure).__name__}: {failure}"
