"""What `encode` says of its outcome or its forecast: JSON keys, lines for people, and what was asked for and missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from inrcodec.cli.console import Console, decibels
from inrcodec.cli.outlook import MISSED, missed
from inrcodec.cli.spelling import quoted
from inrcodec.cli.values import spoken_duration
from inrcodec.errors import Message

if TYPE_CHECKING:
    from inrcodec.benchmark.verdict import Verdict
    from inrcodec.encoding.encode import EncodeResult
    from inrcodec.encoding.options import EncodeOptions
    from inrcodec.encoding.plan import Plan
    from inrcodec.evaluate import Report
    from inrcodec.images import Skipped

SKIPPED, MISSED_AND_SKIPPED = 5, 6  # exit codes


def result_keys(
    result: EncodeResult, report: Report, options: EncodeOptions, seconds: float, verdict: Verdict | None
) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys; seconds: that all of it took."""
    worst, psnr = report.worst, report.mean_psnr
    return {
        "file": str(result.path),
        "file_size": report.file_size,
        "images": len(report.images),
        "pixels": report.pixels,
        "bits_per_pixel": report.bits_per_pixel,
        "mean_psnr": report.mean_psnr,
        "exact_images": report.exact_images,
        "worst_psnr": worst.psnr if worst else None,
        "worst_image": worst.name if worst else None,
        "holdout_mode": report.holdout_mode,
        "holdout_psnr": report.mean_holdout_psnr,
        "source_bytes": result.source_bytes,
        "ratio": result.source_bytes / report.file_size,
        "seconds": seconds,
        "passes": result.outlook.passes,
        "start": result.start,
        "missed": list(missed(options, seconds, report.file_size, psnr)),
        "warnings": [] if psnr is None else list(result.outlook.verdicts(psnr)),
        "verdict": verdict,
        **passed_over(result.skipped, result.notes),
    }


def passed_over(skipped: Sequence[Skipped], notes: Sequence[str]) -> dict[str, Any]:
    """What did not take part and why, as plain values."""
    reasons = [{"path": one.path, "reason": one.reason} for one in skipped]
    return {"skipped": reasons, "notes": list(notes)}


def plan_keys(target: Path, plan: Plan) -> dict[str, Any]:
    """The forecast as plain values, in the order of the JSON keys."""
    return {
        "file": str(target),
        "images": plan.images,
        "pixels": plan.pixels,
        "channels": plan.channels,
        "parameters": plan.parameters,
        "passes": plan.outlook.passes,
        "estimated_seconds": plan.estimated_seconds,
        "estimated_bytes": plan.estimated_bytes,
        "source_bytes": plan.source_bytes,
        "warnings": list(plan.outlook.warnings()),
        **passed_over(plan.skipped, plan.notes),
    }


def summary(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was achieved, as (name, value) lines."""
    yield "images", f"{answer['images']:,}, {answer['pixels']:,} pixels"
    yield "file size", f"{answer['file_size']:,} bytes, {answer['bits_per_pixel']:.3f} bits per pixel"
    ratio = answer["ratio"]
    compared = f"{ratio:.1f} times the file" if ratio >= 1 else f"smaller than the file: {ratio:.2f} times its size"
    yield "sources", f"{answer['source_bytes']:,} bytes, {compared}"
    if ratio < 1:
        yield "", "a set this small or simple does not pay for its network; more images or --quality 30 may"
    exact = f", {answer['exact_images']:,} exact" if answer["exact_images"] else ""
    yield "mean PSNR", decibels(answer["mean_psnr"]) + exact
    if answer["worst_image"] is not None:
        yield "worst PSNR", f"{decibels(answer['worst_psnr'])}  {answer['worst_image']}"
    if answer["holdout_psnr"] is not None:
        ending = "never fitted" if answer["holdout_mode"] == "strict" else "measured before they were released"
        yield "held-out", f"{decibels(answer['holdout_psnr'])}  {ending}"
    if answer["start"] == "guess":
        passes = round(answer["passes"])
        fitted = f"then {passes:,} pass{'' if passes == 1 else 'es'}" if answer["passes"] else "nothing fitted"
        yield "start", f"latents guessed by a network, {fitted}"
    yield "time", spoken_duration(answer["seconds"])


def plan_lines(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The forecast as (name, value) lines."""
    yield "images", f"{answer['images']:,}, {answer['pixels']:,} pixels, {answer['channels']} channels"
    yield "sources", f"{answer['source_bytes']:,} bytes"
    yield "network", f"{answer['parameters']:,} parameters"
    yield "time", f"about {spoken_duration(answer['estimated_seconds'])}, {answer['passes']:,.0f} passes"
    yield "file size", f"about {answer['estimated_bytes']:,} bytes"


def next_commands(path: Path) -> tuple[str, ...]:
    """What to try with the file, line by line."""
    return (
        "next:",
        f"  inrcodec decode {quoted(path)} --sheet --size 256 -o {quoted(f'{path.stem}-sheet.png')}",
        f"  inrcodec report {quoted(path)} --sort psnr --limit 10",
    )


def finish(skipped: Sequence[Skipped], notes: Sequence[str], console: Console, code: int = 0) -> None:
    """Say what was passed over, and leave with the exit code that it means."""
    for note in notes:
        console.say(Message("note: ", note))
    if skipped:
        console.warn(f"inrcodec: {len(skipped)} skipped:")
        for one in skipped:
            console.warn(Message(f"  {one.path}: ", one.reason))
    if code or skipped:
        raise typer.Exit(MISSED_AND_SKIPPED if code == MISSED and skipped else code or SKIPPED)
