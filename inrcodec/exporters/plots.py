"""Rate-distortion plots as PNG or SVG; matplotlib, the extra `plots`, is loaded for them alone."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.bitstream.record import Record
from inrcodec.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABELS = {"train_psnr": "fitted pixels", "holdout_psnr": "held-out pixels"}  # of pictures
SUFFIXES = (".png", ".svg")
# Okabe and Ito's colors, which color-blind eyes can tell apart too.
COLORS = ("#000000", "#E69F00", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#8C6D31", "#7F7F7F")


@dataclass(frozen=True)
class PlottedCurve:
    """One line: bits per pixel and PSNR in dB of its points; curves of one family share a color.

    A lossless codec has one rate and no PSNR: a vertical line.
    """

    label: str
    family: str
    rates: tuple[float, ...]
    psnrs: tuple[float, ...]
    strong: bool = False
    dashed: bool = False
    lossless: bool = False


def check_plot(path: Path) -> None:
    """UsageError where the suffix is none of a plot, else as `check_plots`."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: a plot is drawn; end the name with {' or '.join(SUFFIXES)}")
    check_plots()


def check_plots() -> None:
    """MissingPackageError with the cure where matplotlib is not installed; it is not loaded for this."""
    if find_spec("matplotlib") is None:
        raise MissingPackageError("a plot needs matplotlib; install it with: pip install 'inrcodec[plots]'")


def draw_curves(title: str, curves: Sequence[PlottedCurve], suffix: str) -> bytes:
    """The plot as the bytes of a .png or .svg file; the first curve is drawn on top."""
    families = list(dict.fromkeys(curve.family for curve in curves))
    with _figure(5.5) as (figure, axes):
        for curve in reversed(curves):
            _draw(axes, curve, families.index(curve.family))
        _label(axes, title)
        return _saved(figure, suffix)


def draw_record(title: str, record: Record, suffix: str) -> bytes:
    """How a fit went, as the bytes of a .png or .svg file."""
    with _figure(5) as (figure, axes):
        for number, column in enumerate(record.columns):
            places = (np.arange(len(column.values)) + 0.5) / len(column.values) * record.steps
            label = LABELS.get(column.name, column.name)
            axes.plot(places, column.values, color=COLORS[2 - number % 2], marker=".", label=label)
        axes.set_title(title)
        axes.set_xlabel("step")
        axes.set_ylabel("PSNR in dB" if record.columns[0].name in LABELS else "dB")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(frameon=False)
        return _saved(figure, suffix)


@dataclass(frozen=True)
class Course:
    """A fit: its label, and PSNRs in dB on fitted and on held-out pixels at even moments."""

    label: str
    train: tuple[float, ...]
    holdout: tuple[float, ...]


def draw_courses(courses: Sequence[Course], suffix: str) -> bytes:
    """Many fits in one plot: solid on fitted pixels, dashed on held-out ones."""
    with _figure(5.5) as (figure, axes):
        for number, course in enumerate(courses):
            color = COLORS[number % len(COLORS)]
            for values, style in ((course.train, "solid"), (course.holdout, "dashed")):
                places = (np.arange(len(values)) + 0.5) / max(1, len(values))
                axes.plot(
                    places, values, color=color, linestyle=style, label=course.label if style == "solid" else None
                )
        axes.set_xlabel("share of the fit")
        axes.set_ylabel("PSNR in dB; dashed: held-out pixels")
        axes.grid(visible=True, alpha=0.3)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        return _saved(figure, suffix)


@contextmanager
def _figure(height: float) -> Iterator[tuple[Figure, Axes]]:
    """An empty plot of that many inches; equal plots are saved as equal bytes inside the block."""
    check_plots()
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "inrcodec", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, height), layout="constrained")
        yield figure, figure.add_subplot()


def _saved(figure: Figure, suffix: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"Date": None} if suffix.lower() == ".svg" else None
    figure.savefig(stream, format=suffix.lower().lstrip("."), dpi=150, metadata=metadata)
    return stream.getvalue()


def _draw(axes: Axes, curve: PlottedCurve, family: int) -> None:
    color = COLORS[family % len(COLORS)]
    if curve.lossless:
        dots = (0, (1, 4)) if curve.dashed else (0, (1, 1))
        axes.axvline(curve.rates[0], color=color, linestyle=dots, linewidth=1, label=curve.label)
        return
    style, width = "dashed" if curve.dashed else "solid", 2.6 if curve.strong else 1.3
    marker = "o" if len(curve.rates) == 1 else "."  # a single fit is no line: it has to be seen
    axes.plot(curve.rates, curve.psnrs, color=color, linestyle=style, linewidth=width, marker=marker, label=curve.label)


def _label(axes: Axes, title: str) -> None:
    from matplotlib.ticker import NullFormatter

    axes.set_title(title)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("bits per pixel, all bytes counted")
    axes.set_ylabel("PSNR in dB, mean over images")
    axes.grid(visible=True, alpha=0.3)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
