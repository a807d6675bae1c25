"""One encode: what is asked for, since when, and how its fit begins."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.encoding.checkpoints import told_to
from inrcodec.encoding.options import EncodeOptions, EncodeRun, Sources
from inrcodec.encoding.outlook import Outlook, outlook_of
from inrcodec.encoding.prepare import Prepared
from inrcodec.encoding.resolve import read_pictures
from inrcodec.encoding.short_limits import Beginning, beginning_without_steps, prepared_for

if TYPE_CHECKING:
    from inrcodec.fitting.engine import Fit


@dataclass(frozen=True, kw_only=True)
class Job:
    """One encode.

    started: when its time limit began, by the monotonic clock; beginning: of the fit, which may have begun in another
    run; asked: the pictures and settings that come of both.
    """

    path: Path
    options: EncodeOptions
    run: EncodeRun
    started: float
    beginning: Beginning
    asked: Prepared

    @staticmethod
    def of(sources: Sources, path: Path, options: EncodeOptions, run: EncodeRun, started: float) -> Job:
        """Read and check what goes in; UsageError, InputError and UnsupportedFileError before any work."""
        beginning = beginning_of(path, options, resume=run.resume)
        asked = prepared_for(beginning, read_pictures(sources, options), options, record=run.record)
        decided = _decided(beginning, asked)
        job = Job(path=path, options=options, run=run, started=started, beginning=decided, asked=asked)
        other = None if run.resume else beginning_without_steps(decided, asked, options, time.monotonic() - started)
        return job if other is None else job.begun_anew(other)

    def begun_anew(self, beginning: Beginning) -> Job:
        """The same from another beginning."""
        asked = prepared_for(beginning, self.asked.found, self.options, record=self.run.record)
        return replace(self, asked=asked, beginning=_decided(beginning, asked))

    def outlook(self, fit: Fit) -> Outlook:
        """How far it comes."""
        began = self.beginning
        return outlook_of(
            fit, self.started, resumed=self.run.resume, given_up=not began.steps, unhidden=not began.hides
        )


def beginning_of(path: Path, options: EncodeOptions, *, resume: bool) -> Beginning:
    """Of a fit that begins now, or did when its checkpoint says."""
    with contextlib.suppress(KeyError, TypeError):  # a checkpoint of another kind, which will be refused
        if resume:
            return Beginning(**told_to(path)["beginning"])
    return Beginning(time_limit=options.time_limit)


def _decided(beginning: Beginning, asked: Prepared) -> Beginning:
    """With all that a checkpoint has to tell of it."""
    return replace(beginning, guess=asked.settings.guess)
