"""Images into files beside the archive, under names that are free."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inrcodec.tui.app import Browser

LARGEST = 4096  # pixels of an exported image's longer side
USUAL = "256"


class Exporting:
    """Asks for a size, writes PNGs in the loader's thread, and says where they are."""

    def __init__(self, app: Browser) -> None:
        self._app = app

    def ask(self, numbers: tuple[int, ...]) -> None:
        """Ask for a size, then write these images."""
        from inrcodec.tui.prompt import Prompt

        what = f"{len(numbers)} images" if len(numbers) > 1 else f"image {numbers[0]}"
        question = f"export {what} as PNG: pixels of the longer side?"
        self._app.push_screen(Prompt(question, USUAL), lambda size: self._start(numbers, size))

    def _start(self, numbers: tuple[int, ...], size: str | None) -> None:
        if size is None:
            return
        if not re.fullmatch(r"[0-9]{1,4}", size.strip()) or not 1 <= int(size) <= LARGEST:
            self._app.notify(f"{size!r}: give a number of pixels from 1 to {LARGEST}", severity="error", markup=False)
            return
        self._app.loader.ask(
            ("export", numbers, size),
            lambda: self._write(numbers, int(size)),
            lambda done: self._app.later(self._say, done),
        )

    def _write(self, numbers: tuple[int, ...], size: int) -> list[Path]:
        """In the loader's thread."""
        from inrcodec.archive import straightened
        from inrcodec.bitstream.container import write_atomically
        from inrcodec.exporters.naming import file_names
        from inrcodec.exporters.stills import encode_still, format_named

        archive = self._app.archive
        folder = Path(f"{archive.path.stem if archive.path else 'set'}-decoded")
        folder.mkdir(exist_ok=True)
        names = file_names(archive.names, ".png")
        written = []
        for number in numbers:
            path = free_path(folder / names[number])
            blob = encode_still(straightened(archive[number].render_stored(size)), format_named("png"))
            write_atomically(path, blob, overwrite=False)
            written.append(path)
            self._app.loader.serve()
        return written

    def _say(self, done: list[Path] | Exception) -> None:
        if isinstance(done, Exception):
            self._app.complain(done)
        elif len(done) == 1:
            self._app.notify(f"wrote {done[0].absolute()}", markup=False)
        else:
            self._app.notify(f"wrote {len(done)} images into {done[0].parent.absolute()}", markup=False)


def free_path(path: Path) -> Path:
    """The path, or the first with a number behind it that does not exist yet."""
    number = 1
    chosen = path
    while chosen.exists() or chosen.is_symlink():  # a link may lead out of the folder
        number += 1
        chosen = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return chosen
