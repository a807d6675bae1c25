"""One SIREN for one signal: a list of constraints, the fit, the bytes, and what came of it as read back."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.archive import Archive, ArchivedImage
from inrcodec.bitstream.files import write_atomically
from inrcodec.bitstream.packing import pack
from inrcodec.encoding.assemble import header_of
from inrcodec.encoding.keywords import KeywordsOf
from inrcodec.encoding.signals.kept import fitted, only_fit
from inrcodec.encoding.signals.listed import ConstraintList, read_list
from inrcodec.encoding.signals.options import SignalKeywords, SignalOptions, picture_list
from inrcodec.encoding.signals.signal import Signal, read_signal
from inrcodec.evaluate.measuring import measured
from inrcodec.fitting.constraints import Constraint
from inrcodec.fitting.constraints.domain import Cells
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.metrics import psnr
from inrcodec.settings import Holdout, ModelSettings

if TYPE_CHECKING:
    from inrcodec.bitstream.weights import CodedTensor
    from inrcodec.fitting.constrained import ConstrainedFit

LIST_SUFFIX = ".toml"
FINISHING = 0.04  # share of a time limit that is kept for quantization and writing
COLORS = 3  # that a gray signal is stored in


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """What was written, as read back. Figures in dB are None where there is nothing to compare with.

    known: what the constraints told, in words. psnr: of the file against the picture that they came from;
    psnr_unquantized: of the network before it became integers; psnr_unsettled: before constants were settled;
    psnr_lattice: of the exact solution on the lattice; slopes: signal-to-noise ratio of slopes half-way between pixels.
    """

    path: Path
    archive: Archive
    known: str
    steps: int
    loss: float
    psnr: float | None
    psnr_unquantized: float | None
    psnr_unsettled: float | None
    psnr_lattice: float | None
    slopes: float | None
    source_bytes: int
    seconds: float


@KeywordsOf(SignalKeywords)
def fit(source: str | Path | ConstraintList, output: str | Path, keywords: SignalKeywords) -> FitResult:
    """Fit one network to one signal and return what was written, as read back from its own bytes.

    source: a picture file, a list of constraints (.toml), or such a list in memory, whose paths are relative to here;
    output: the file to write. A KeyboardInterrupt between two steps leaves a checkpoint beside it, for `resume` to
    go on from. Raises UsageError where this cannot be done, naming the constraint that is wrong, and InputError where a
    picture cannot be read.
    """
    return fit_with(source, output, keywords)


def fit_with(source: str | Path | ConstraintList, output: str | Path, options: SignalKeywords) -> FitResult:
    """The same of options that are built already."""
    started = time.monotonic()
    path = Path(output)
    with only_fit(path, options):
        return _made(source, path, options, started)


def _made(source: str | Path | ConstraintList, path: Path, options: SignalKeywords, started: float) -> FitResult:
    signal = _signal(source)
    sides, channels = signal.listed.axes, signal.listed.channels
    model = options.model(sides)
    header_of([sides[::-1]], max(COLORS, channels), model, Holdout())  # refuses, before any work, what no file can hold
    work = _begin(signal, model, options, started)
    with fitted(work, path, options):
        unsettled = work.samples()
        if signal.constants is not None:
            work.settle(signal.constants)
        unquantized = work.samples()
        blob = _packed(signal, model, work.finish(_settled(signal)))
        write_atomically(path, blob, overwrite=options.overwrite)
    archive, lattice = Archive.open(path), _lattice(signal)
    against = signal.reference
    return FitResult(
        path=path,
        archive=archive,
        known=known_words(signal),
        steps=work.advance.step,
        loss=work.advance.loss,
        psnr=_psnr(against, _channels(archive[0].render_stored(), channels)),
        psnr_unquantized=_psnr(against, unquantized),
        psnr_unsettled=_psnr(against, unsettled) if signal.constants is not None else None,
        psnr_lattice=_psnr(against, lattice),
        slopes=None if against is None else slope_ratio(archive[0], against),
        source_bytes=signal.source_bytes,
        seconds=time.monotonic() - started,
    )


def known_words(signal: Signal) -> str:
    """What the constraints of a signal tell, in words."""
    parts = [_told(constraint) for constraint in signal.constraints]
    if signal.constants is not None:
        parts.append("the mean of each channel")
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def slope_ratio(image: ArchivedImage, reference: Pixels) -> float | None:
    """How exact slopes half-way between pixels meet a picture's differences: 10 log10 of their power over errors."""
    wanted = np.diff(reference, axis=1), np.diff(reference, axis=0)
    found = [_channels(slopes, reference.shape[2]) for slopes in image.midpoint_slopes()]
    power = sum(float(np.square(one, dtype=np.float64).sum()) for one in wanted)
    error = sum(float(np.square(one - other, dtype=np.float64).sum()) for one, other in zip(found, wanted, strict=True))
    return 10 * math.log10(power / error) if power > 0 and error > 0 else None


def _signal(source: str | Path | ConstraintList) -> Signal:
    """What is to be fitted, with everything that it names read."""
    if isinstance(source, ConstraintList):
        return read_signal(source, Path(), "list")
    if Path(source).suffix.lower() == LIST_SUFFIX:
        return read_signal(read_list(Path(source)), Path(source).parent, str(source))
    return read_signal(picture_list(source), Path(), str(source))


def _begin(signal: Signal, model: ModelSettings, options: SignalOptions, started: float) -> ConstrainedFit:
    from inrcodec.fitting.constrained import PLACES, ConstrainedFit, ConstrainedSettings  # torch takes seconds to load
    from inrcodec.fitting.networks import PictureNetwork

    listed = signal.listed
    steps = options.steps(math.prod(listed.axes), PLACES)
    limit = options.time_limit
    if limit is not None:
        limit = max(0.5, (1 - FINISHING) * limit - (time.monotonic() - started))
    settings = ConstrainedSettings(steps, limit, options.device, options.threads, options.seed)
    return ConstrainedFit(PictureNetwork(model, listed.channels, listed.axes), signal.constraints, settings)


def _lattice(signal: Signal) -> Pixels | None:
    """The exact solution (height, width, channels) where one constraint alone has one and constants are known."""
    potentials = [one.potential for one in signal.constraints if one.potential is not None]
    if len(potentials) != 1 or len(signal.constraints) != 1 or signal.constants is None:
        return None
    return np.asarray((potentials[0] + signal.constants[:, None, None]).transpose(1, 2, 0), dtype=np.float32)


def _settled(signal: Signal) -> tuple[Constraint, ...]:
    """The same as a constraint on values: what quantization must leave as it is, constants and all."""
    lattice = _lattice(signal)
    if lattice is None:
        return ()
    targets = np.ascontiguousarray(lattice.transpose(2, 0, 1).reshape(lattice.shape[2], 1, -1))
    return (Constraint("settled", "value", signal.listed.axes, (Cells(signal.listed.axes, targets),)),)


def _packed(signal: Signal, model: ModelSettings, network: tuple[CodedTensor, ...]) -> bytes:
    """The file's bytes, with its PSNR as read back where there is a picture to compare with."""
    from inrcodec.fitting.constrained import repeated

    channels = signal.listed.channels
    if channels == 1:
        network = repeated(network, COLORS)
    header = header_of([signal.listed.axes[::-1]], max(COLORS, channels), model, Holdout())
    bare = pack(header, network, (), (), [signal.name], ())
    if signal.reference is None:
        return bare
    drawn = np.asarray(np.rint(Archive.from_bytes(bare)[0].render_stored() * 255) / 255, dtype=np.float32)
    columns = list(measured([(signal.reference, _channels(drawn, channels))], None, None))
    return pack(header, network, (), (), [signal.name], columns)


def _channels(pixels: FloatArray, channels: int) -> FloatArray:
    """A stored picture with the signal's own channels."""
    return pixels[..., :channels]


def _psnr(reference: Pixels | None, pixels: Pixels | None) -> float | None:
    """Of a picture as it would be shown, limited to [0, 1]."""
    if reference is None or pixels is None:
        return None
    return psnr(reference, np.clip(pixels, 0.0, 1.0))


def _told(constraint: Constraint) -> str:
    """What one constraint tells, in words."""
    counts = [domain.count() for domain in constraint.known]
    one = {"value": "value", "gradient": "gradient", "direction": "direction", "slope": "slope"}
    noun = one.get(constraint.quantity, "Laplacian")
    if any(isinstance(domain, Cells) and domain.between is not None for domain in constraint.known):
        noun = "difference"
    total = sum(count for count in counts if count is not None)
    return f"the {noun} in a continuum" if None in counts else f"{total:,} {noun}{'s' * (total != 1)}"
