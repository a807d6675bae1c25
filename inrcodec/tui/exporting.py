"""Images into files beside the archive, under names that are free."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import NamedTuple

from inrcodec.tui.host import Host
from inrcodec.tui.loader import Urgency
from inrcodec.tui.words import reason

LARGEST = 4096  # pixels of an exported image's longer side
USUAL = "256"


class Exported(NamedTuple):
    """What was written, and why the others were not."""

    paths: list[Path]
    failures: list[Exception]


def ask_and_export(host: Host, numbers: tuple[int, ...]) -> None:
    """Ask for a size, write PNGs in the loader's thread, and say where they are."""
    what = f"{len(numbers)} images" if len(numbers) > 1 else f"image {numbers[0]}"
    question = f"export {what} as PNG: pixels of the longer side?"
    host.ask(question, lambda size: _start(host, numbers, size), USUAL, check=_wrong)


def _wrong(size: str) -> str | None:
    if re.fullmatch(r"[0-9]{1,4}", size.strip()) and 1 <= int(size) <= LARGEST:
        return None
    return f"{size[:20]!r}: give a number of pixels from 1 to {LARGEST}"


def _start(host: Host, numbers: tuple[int, ...], size: str | None) -> None:
    if size is not None:
        folder = Path(f"{host.archive.path.stem if host.archive.path else 'set'}-decoded").absolute()
        host.loader.ask(
            ("export", numbers, size),
            lambda: _write(host, numbers, int(size), folder),
            lambda done: host.later(_say, host, done),
            Urgency.FILES,
        )


def _write(host: Host, numbers: tuple[int, ...], size: int, folder: Path) -> Exported:
    """In the loader's thread; a damaged image does not keep the others back, and no empty folder is left."""
    from inrcodec.archive import straightened
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.exporters.naming import file_names
    from inrcodec.exporters.stills import encode_still, format_named

    archive = host.archive
    names = file_names(archive.names, ".png")
    done = Exported([], [])
    for number in numbers:
        try:
            blob = encode_still(straightened(archive[number].render_stored(size)), format_named("png"))
            folder.mkdir(exist_ok=True)
            path = free_path(folder / names[number])
            write_atomically(path, blob, overwrite=False)
        except Exception as failure:
            done.failures.append(failure)
        else:
            done.paths.append(path)
        host.loader.serve()
    if not done.paths:
        with contextlib.suppress(OSError):  # it was there before, and holds something
            folder.rmdir()
    return done


def _say(host: Host, done: Exported | BaseException) -> None:
    if isinstance(done, BaseException):
        host.complain(done)
        return
    if done.failures:
        several = f" ({len(done.failures)} images were not written)" if len(done.failures) > 1 else ""
        host.warn(f"not written: {reason(done.failures[0])}{several}")
    if len(done.paths) == 1:
        host.tell(f"wrote {done.paths[0].absolute()}")
    elif done.paths:
        host.tell(f"wrote {len(done.paths)} images into {done.paths[0].parent.absolute()}")


def free_path(path: Path) -> Path:
    """The path, or the first with a number behind it that does not exist yet."""
    number = 1
    chosen = path
    while chosen.exists() or chosen.is_symlink():  # a link may lead out of the folder
        number += 1
        chosen = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return chosen
