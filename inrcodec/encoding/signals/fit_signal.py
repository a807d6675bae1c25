"""One SIREN for one sound, clip or shape: read it, fit it, write it, and measure what is read back."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.archive import Signal
from inrcodec.bitstream.figures import Column
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.limits import check_signal_limits
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.signal_header import SIGNAL_VERSION, SignalHeader, encode_signal_header
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.signals.kept import fitted, only_fit
from inrcodec.encoding.signals.kinds import Figure, Task, Values, kind_named
from inrcodec.encoding.signals.options import SignalKeywords
from inrcodec.errors import InputError, UsageError
from inrcodec.field.signal_field import signal_shapes
from inrcodec.signals import kind_of
from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.fitting.constrained import ConstrainedFit

FINISHING, LEAST_FINISHING = 0.05, 1.0  # share of a time limit, and seconds, kept for quantization and writing
ROUNDING_STEPS = 60  # that trying quantization steps takes as long as
JUDGED_A_STEP, MOST_JUDGED = 1000, 1 << 17  # samples that are measured in the time of a step, twice each
SAMPLES = 128  # of the loss, in the training record
CONSTANT_STEP, CONSTANT_ONE = -56, 1 << 14  # a step of 2**-14


@dataclass(frozen=True, kw_only=True)
class SignalResult:
    """What was written, as read back.

    known: what the constraints told, in words; figures: of the file; unquantized: of the network before it became
    integers; warnings: what the user should know of the input.
    """

    path: Path
    signal: Signal
    known: str
    steps: int
    loss: float
    figures: tuple[Figure, ...]
    unquantized: tuple[Figure, ...]
    warnings: tuple[str, ...]
    source_bytes: int
    seconds: float


@dataclass(frozen=True)
class _Fitted:
    """The network as integers, the loss behind every step, their seconds, and figures before rounding."""

    network: tuple[CodedTensor, ...]
    losses: list[float]
    seconds: float
    unquantized: tuple[Figure, ...]


@KeywordsOf(SignalKeywords)
def fit_signal(source: str | Path, output: str | Path, keywords: SignalKeywords) -> SignalResult:
    """Fit one network to one sound, clip or shape and return what was written, as read back from its own bytes.

    source: a file of sound, a moving picture, a film, a mesh or points with normals; output: the file to write. A
    KeyboardInterrupt between two steps leaves a checkpoint beside it, for `resume` to go on from. Raises UsageError
    where this cannot be done, and InputError where the source cannot be read.
    """
    return fit_signal_with(source, output, keywords)


def fit_signal_with(source: str | Path, output: str | Path, options: SignalKeywords) -> SignalResult:
    """The same of options that are built already."""
    started, path = time.monotonic(), Path(output)
    with only_fit(path, options):
        return _made(source, path, options, started)


def _made(source: str | Path, path: Path, options: SignalKeywords, started: float) -> SignalResult:
    if not Path(source).is_file():
        raise UsageError(f"{source}: no such file")
    if not Path(source).stat().st_size:
        raise InputError(f"{source}: the file is empty")
    kind = kind_of(source)
    if kind is None:
        raise UsageError(f"{source}: no sound, moving picture or shape by its name; for a picture use inrcodec.fit")
    task = kind_named(kind).prepare(Path(source), options)
    header = header_of(task)
    with _fitted(task, path, options, started) as done:
        record = _record(task, done.losses, done.seconds) if done.losses else None
        bare = Signal.from_bytes(pack_signal(header, done.network, task.name))
        times = task.times or ()
        figures = tuple(task.judge(bare.at))
        columns = [Column(one.name, one.value, np.array([one.value], np.float32)) for one in figures]
        blob = pack_signal(header, done.network, task.name, columns, record, times)
        write_atomically(path, blob, overwrite=options.overwrite)
    return SignalResult(
        path=path,
        signal=Signal.open(path),
        known=task.known,
        steps=len(done.losses),
        loss=done.losses[-1] if done.losses else 0.0,
        figures=figures,
        unquantized=done.unquantized,
        warnings=task.warnings,
        source_bytes=task.source_bytes,
        seconds=time.monotonic() - started,
    )


def header_of(task: Task) -> SignalHeader:
    """The header of a file of this; raises what a reader would, were it written."""
    header = SignalHeader(
        version=SIGNAL_VERSION,
        kind=task.kind,
        axes=task.axes,
        channels=task.channels,
        network=task.network,
        places=task.places,
        scale=task.scale,
        software=f"inrcodec {__version__}",
    )
    encode_signal_header(header)
    check_signal_limits(math.prod(task.axes), signal_shapes(task.network, task.channels, len(task.axes)))
    return header


@contextmanager
def _fitted(task: Task, path: Path, options: SignalKeywords, started: float) -> Iterator[_Fitted]:
    """Inside, the fit is through, and is kept until the file is written."""
    if task.empty is not None:
        yield _Fitted(_constant(task, task.empty), [], 0.0, ())
        return
    work = _begin(task, options, started)
    with fitted(work, path, options) as losses:
        unquantized = tuple(task.judge(_in_units(task, work)))
        yield _Fitted(work.finish(), losses, work.advance.seconds, unquantized)


def _begin(task: Task, options: SignalKeywords, started: float) -> ConstrainedFit:
    from inrcodec.fitting.constrained import (  # torch takes seconds to load
        LEARNING_RATE,
        PLACES,
        ConstrainedFit,
        ConstrainedSettings,
    )
    from inrcodec.fitting.networks import SignalNetwork

    limit = options.time_limit
    if limit is not None:
        limit = max(0.5, limit - max(FINISHING * limit, LEAST_FINISHING) - (time.monotonic() - started))
    settings = ConstrainedSettings(
        steps=task.steps,
        time_limit=limit,
        device=options.device,
        threads=options.threads,
        seed=options.seed,
        places=task.places_a_step or PLACES,
        learning_rate=task.learning_rate or LEARNING_RATE,
        ending_steps=ROUNDING_STEPS + min(math.prod(task.axes), MOST_JUDGED) / JUDGED_A_STEP,
        precise=task.precise,
    )
    return ConstrainedFit(
        SignalNetwork(task.network, task.channels, task.axes, task.speeds), task.constraints, settings
    )


def _in_units(task: Task, work: ConstrainedFit) -> Values:
    """The network that is being fitted, as a reader of its file would have it."""
    low, high = np.array(task.scale).T
    return lambda places: np.asarray((low + high) / 2 + (high - low) / 2 * work.evaluated(places), dtype=np.float32)


def _constant(task: Task, offset: np.ndarray) -> tuple[CodedTensor, ...]:
    """A network that is the same everywhere: nothing but the last numbers of its first bias."""
    shapes = signal_shapes(task.network, task.channels, len(task.axes))
    tensors = [np.zeros(shape, np.int64) for shape in shapes]
    tensors[1][-task.channels :] = np.rint(offset * CONSTANT_ONE)
    return tuple(CodedTensor(tensor, CONSTANT_STEP) for tensor in tensors)


def _record(task: Task, losses: Sequence[float], seconds: float) -> Record:
    """The running mean of the loss in dB, at moments spread evenly over the steps."""
    places = np.unique(np.linspace(0, len(losses) - 1, SAMPLES).astype(np.int64))
    course = -10 * np.log10(np.maximum(np.array(losses, dtype=np.float64)[places], 1e-30))
    column = Column("loss_db", float(course[-1]), course.astype(np.float32))
    visits = len(losses) * (task.places_a_step or 1024) / math.prod(task.axes)
    return Record(len(losses), visits, seconds, (column,))
