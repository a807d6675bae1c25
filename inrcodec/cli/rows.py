"""Lists of images as one picture: a row for each list, with names and scores below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.console import Console

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive
    from inrcodec.numerics.arrays import BytePixels, FloatArray

GAP = 8  # pixels between pictures


def check_sheet(path: Path, *, force: bool) -> None:
    """Refuse, before any work, a sheet that cannot or must not be written."""
    from inrcodec.cli.destination import check_free, check_parent
    from inrcodec.exporters.stills import format_for

    format_for(path)
    check_parent(path)
    check_free([path], force=force)


@dataclass(frozen=True)
class Shown:
    """A picture on a sheet: its number in the set, or its pixels (height, width, 3) if it is not in it; a score."""

    number: int | None
    name: str
    score: float | None
    picture: FloatArray | None = None


def draw_rows(
    archive: AnyArchive, rows: Sequence[Sequence[Shown]], path: Path, *, force: bool, console: Console
) -> None:
    """One picture with a row for each list of images, with their names and scores below them."""
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.cli.values import check_pixels
    from inrcodec.exporters.captions import caption_height, caption_size, captioned
    from inrcodec.exporters.sheets import SheetLayout, draw_sheet, plan_sheet
    from inrcodec.exporters.stills import encode_still, format_for
    from inrcodec.images.resize import resized

    listed = [one for row in rows for one in row]
    sizes = [caption_size(*_native(archive, one)) for one in listed]
    width = max(size[0] for size in sizes)
    plan = plan_sheet([(width, height + caption_height(2)) for _, height in sizes], len(rows[0]))
    layout = SheetLayout(plan.columns, plan.rows, plan.cell_width + GAP, plan.cell_height + GAP)
    check_pixels(layout.width, layout.height, "the sheet")

    def cells() -> Iterator[BytePixels]:
        for one, size in zip(listed, sizes, strict=True):
            drawn = resized(one.picture, *size) if one.picture is not None else archive[one.number or 0].render(size)
            title = one.name if one.number is None else f"{one.number} {one.name}"
            yield captioned(drawn, (title, "" if one.score is None else f"{one.score:.3f}"), width)

    pixels = draw_sheet(layout, cells(), 3)
    write_atomically(path, encode_still(pixels, format_for(path)), overwrite=force)
    console.say(f"wrote {path}")


def _native(archive: AnyArchive, shown: Shown) -> tuple[int, int]:
    """Its (width, height)."""
    if shown.picture is not None:
        return shown.picture.shape[1], shown.picture.shape[0]
    image = archive[shown.number or 0]
    return image.width, image.height
