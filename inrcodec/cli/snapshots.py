"""`encode --snapshots`: what the network sees at some steps, as sheets with the originals to the left of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.encoding.options import Snapshots
    from inrcodec.images import Picture
    from inrcodec.numerics.arrays import Pixels

FINAL = "final"


def snapshots_into(wanted: str, folder: str | None, target: Path, *, force: bool) -> Snapshots:
    """What `encode` needs to leave a sheet per wanted step in a folder, which is made."""
    from inrcodec.cli.destination import check_free
    from inrcodec.encoding.options import Snapshots

    steps = [part.strip() for part in wanted.split(",") if part.strip()]
    for step in steps:
        if step != FINAL and not (step.isascii() and step.isdigit() and int(step) > 0):
            raise UsageError(f"--snapshots {wanted!r}: give steps from 1 on and {FINAL}, as in 50,750,{FINAL}")
    place = target.with_name(f"{target.stem}-snapshots") if folder is None else Path(folder)
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place}: is not a folder; choose another with --snapshots-to")
    check_free([place / _name(step) for step in steps], force=force)

    def show(step: str, drawn: dict[int, Pixels], originals: Sequence[Picture]) -> None:
        _write(place / _name(step), drawn, originals)

    numbers = frozenset(int(step) for step in steps if step != FINAL)
    return Snapshots(steps=numbers, final=FINAL in steps, show=show)


def _name(step: str) -> str:
    return "final.png" if step == FINAL else f"step-{int(step):06d}.png"


def _write(path: Path, drawn: dict[int, Pixels], originals: Sequence[Picture]) -> None:
    """Pairs in rows: an original, then what is seen of it, over its name."""
    from inrcodec.archive import straightened
    from inrcodec.bitstream.files import write_atomically
    from inrcodec.exporters.captions import caption_height, captioned, enlarged
    from inrcodec.exporters.sheets import draw_sheet, plan_sheet
    from inrcodec.exporters.stills import encode_still, format_named

    shown = [enlarged(straightened(side_by_side(one.pixels, drawn[number]))) for number, one in enumerate(originals)]
    layout = plan_sheet([(pair.shape[1], pair.shape[0] + caption_height(1)) for pair in shown])
    path.parent.mkdir(parents=True, exist_ok=True)
    named = (captioned(pair, (one.name,), pair.shape[1]) for pair, one in zip(shown, originals, strict=True))
    write_atomically(path, encode_still(draw_sheet(layout, named, 3), format_named("png")), overwrite=True)


def side_by_side(first: Pixels, second: Pixels) -> Pixels:
    """Two pictures of one size as one."""
    import numpy as np

    return np.concatenate([first, second], axis=1)
