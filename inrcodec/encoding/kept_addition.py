"""The fit of images that join a file, kept while it goes on: minutes of work where there are hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.encoding import keeping
from inrcodec.encoding.checkpoints import check_waiting

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit

Keep = Callable[["Fit"], keeping.Keeper]


@contextmanager
def kept_until_written(path: Path, *, resume: bool, say: Callable[[str], None] | None) -> Iterator[Keep]:
    """Inside, the fit that is handed over is kept until the file at `path` is written, and gone on with to `resume`.

    Whatever ends this before leaves a checkpoint, but where there was hardly anything done: most additions take less
    than a second, and nobody wants to clear up after one. UsageError where an interrupted fit waits that would be lost,
    or none does to go on from.
    """
    kept: list[tuple[Fit, keeping.Keeper]] = []

    check_waiting(path, resume=resume)

    def keep(fit: Fit) -> keeping.Keeper:
        keeper = keeping.Keeper(fit, path, say or (lambda line: None), dict)
        if resume:
            keeper.restore()
        kept.append((fit, keeper))
        return keeper

    try:
        yield keep
    except BaseException as failure:  # KeyboardInterrupt above all; but a full disk, too, must not cost minutes of work
        for fit, keeper in kept:
            if resume or fit.meter.seconds > keeping.UNSAVED:
                keeper.keep_after(failure)
        raise
    for _, keeper in kept:
        keeper.remove()
