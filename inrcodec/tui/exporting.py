"""Images into files beside the archive, under names that are free."""

from __future__ import annotations

import re
from pathlib import Path

from inrcodec.tui.host import Host

LARGEST = 4096  # pixels of an exported image's longer side
USUAL = "256"


def ask_and_export(host: Host, numbers: tuple[int, ...]) -> None:
    """Ask for a size, write PNGs in the loader's thread, and say where they are."""
    what = f"{len(numbers)} images" if len(numbers) > 1 else f"image {numbers[0]}"
    question = f"export {what} as PNG: pixels of the longer side?"
    host.ask(question, lambda size: _start(host, numbers, size), USUAL)


def _start(host: Host, numbers: tuple[int, ...], size: str | None) -> None:
    if size is None:
        return
    if not re.fullmatch(r"[0-9]{1,4}", size.strip()) or not 1 <= int(size) <= LARGEST:
        host.warn(f"{size!r}: give a number of pixels from 1 to {LARGEST}")
        return
    folder = Path(f"{host.archive.path.stem if host.archive.path else 'set'}-decoded").absolute()
    host.loader.ask(
        ("export", numbers, size),
        lambda: _write(host, numbers, int(size), folder),
        lambda done: host.later(_say, host, done),
    )


def _write(host: Host, numbers: tuple[int, ...], size: int, folder: Path) -> list[Path]:
    """In the loader's thread."""
    from inrcodec.archive import straightened
    from inrcodec.bitstream.container import write_atomically
    from inrcodec.exporters.naming import file_names
    from inrcodec.exporters.stills import encode_still, format_named

    archive = host.archive
    folder.mkdir(exist_ok=True)
    names = file_names(archive.names, ".png")
    written = []
    for number in numbers:
        path = free_path(folder / names[number])
        blob = encode_still(straightened(archive[number].render_stored(size)), format_named("png"))
        write_atomically(path, blob, overwrite=False)
        written.append(path)
        host.loader.serve()
    return written


def _say(host: Host, done: list[Path] | BaseException) -> None:
    if isinstance(done, BaseException):
        host.complain(done)
    elif len(done) == 1:
        host.tell(f"wrote {done[0].absolute()}")
    else:
        host.tell(f"wrote {len(done)} images into {done[0].parent.absolute()}")


def free_path(path: Path) -> Path:
    """The path, or the first with a number behind it that does not exist yet."""
    number = 1
    chosen = path
    while chosen.exists() or chosen.is_symlink():  # a link may lead out of the folder
        number += 1
        chosen = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return chosen
