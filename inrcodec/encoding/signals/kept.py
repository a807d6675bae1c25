"""The steps of a fit of one signal, which is kept while it goes on, until its file is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.checkpoints import check_waiting
from inrcodec.encoding.encode import check_output
from inrcodec.encoding.keeping import Keeper
from inrcodec.encoding.signals.options import SignalRun

if TYPE_CHECKING:
    from inrcodec.fitting.constrained import ConstrainedFit


@contextmanager
def only_fit(path: Path, run: SignalRun) -> Iterator[None]:
    """Inside, nobody else makes that file; UsageError where it may not be made, or an interrupted fit would be lost."""
    check_output(path, overwrite=run.overwrite, resume=run.resume)
    with only_writer(path):
        check_waiting(path, resume=run.resume)
        yield


@contextmanager
def fitted(fit: ConstrainedFit, path: Path, run: SignalRun) -> Iterator[list[float]]:
    """Inside, all steps are taken, and the file is to be written; yields the loss behind every step.

    Whatever ends this before leaves a checkpoint, which a run with `resume` goes on from.
    """
    losses: list[float] = []
    keeper = Keeper(fit, path, run.on_notice or (lambda line: None), lambda: {"losses": list(losses)})
    if run.resume:
        losses += keeper.restore()["losses"]
    try:
        for advance in fit.steps():
            losses.append(advance.loss)
            keeper.see()
            if run.on_progress:
                run.on_progress(advance)
        keeper.through()
        yield losses
    except BaseException as failure:  # KeyboardInterrupt above all; but a full disk, too, must not cost hours of work
        keeper.keep_after(failure)
        raise
    keeper.remove()
