"""What `info` and `report` say of a file of one signal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inrcodec.archive import Signal

UNITS = {"shape": ("", "", ""), "sound": (" s",), "video": (" px", " px", " s"), "field": ("", "", "")}
AXES = ("x", "y", "z")
DECIBELS = ("psnr", "snr")


def describe_signal(file: str, signal: Signal) -> dict[str, Any]:
    """What the file is, as plain values, in the order of the JSON keys."""
    header, network = signal.header, signal.header.network
    return {
        "file": file,
        "file_size": signal.file_size,
        "format_version": header.version,
        "encoder": header.software,
        "kind": signal.kind,
        "name": signal.name,
        "axes": list(signal.axes),
        "channels": signal.channels,
        "places": [list(pair) for pair in signal.places],
        "scale": [list(pair) for pair in signal.scale],
        "hidden_width": network.hidden_width,
        "hidden_layers": network.hidden_layers,
        "activation": network.activation,
        "w0": list(network.w0),
        "figures": signal.figures,
        "parts": [{"label": label, "bytes": size} for label, size in signal.parts],
    }


def signal_lines(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The same as (name, value) lines for people."""
    size = told["file_size"]
    yield "file", told["file"]
    yield "format", f"version {told['format_version']}, written by {told['encoder']}"
    yield "kind", f"{told['kind']}, from {told['name']}"
    yield "samples", " x ".join(f"{count:,}" for count in told["axes"])
    for axis, (low, high), unit in zip(axis_names(told["kind"]), told["places"], UNITS[told["kind"]], strict=False):
        yield f"  {axis}", f"{low:.6g} to {high:.6g}{unit}"
    yield "channels", str(told["channels"])
    speeds = ", ".join(f"{w0:,}" for w0 in told["w0"])
    yield "network", f"{told['hidden_layers']} layers of {told['hidden_width']}, {told['activation']}, w0 {speeds}"
    yield from figure_lines(told["figures"])
    yield "size", f"{size:>12,} bytes"
    for part in told["parts"]:
        if part["bytes"]:
            yield f"  {part['label']}", f"{part['bytes']:>12,} bytes  {100 * part['bytes'] / size:5.1f} %"


def axis_names(kind: str) -> tuple[str, ...]:
    """What the axes of a kind are called."""
    return {"sound": ("time",), "video": ("across", "down", "time")}.get(kind, AXES)


def figure_lines(figures: dict[str, float]) -> Iterator[tuple[str, str]]:
    """Figures by name, with their units where they are known."""
    for name, value in figures.items():
        yield name, f"{value:.2f} dB" if name in DECIBELS else f"{value:.6g}"


def course_lines(signal: Signal) -> Iterator[tuple[str, str]]:
    """How the fit went."""
    record = signal.record
    if record is not None:
        yield "fit", f"{record.steps:,} steps, {record.passes:,.0f} visits of every sample, {record.seconds:,.1f} s"
        for column in record.columns:
            yield f"  {column.name}", f"{column.values[0]:.1f} at first, {column.values[-1]:.1f} at the end"
