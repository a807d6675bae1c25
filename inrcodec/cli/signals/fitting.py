"""What `fit` shows and says of a sound, a clip or a shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inrcodec.cli.console import Console, print_json
from inrcodec.cli.values import spoken_duration

if TYPE_CHECKING:
    from inrcodec.encoding.signals.fit_signal import SignalResult
    from inrcodec.encoding.signals.options import SignalKeywords
    from inrcodec.fitting.constrained import Advance

FEW_STEPS = 300  # a sound has 15 dB then, and a shape loose parts


@contextmanager
def shown(target: Path, options: SignalKeywords, console: Console) -> Iterator[SignalKeywords]:
    """The options with progress on stderr; Ctrl-C ends a fit between two steps, and how to go on is said."""
    from inrcodec.cli.interrupt import Terminated, between_steps, say_how_to_resume
    from inrcodec.cli.progress import step_progress

    try:
        with between_steps() as check, step_progress(console) as draw:

            def on_progress(news: Advance) -> None:
                figures = f"error {news.loss:.3g}  {spoken_duration(news.remaining)} left"
                draw("fit", round(1000 * news.done), 1000, figures)
                check()

            def on_notice(line: str) -> None:
                console.warn(f"inrcodec: {line}")

            yield replace(options, on_progress=on_progress, on_notice=on_notice)
    except (KeyboardInterrupt, Terminated):
        say_how_to_resume(target, console)
        raise


def fit_signal_shown(source: str, target: Path, options: SignalKeywords, console: Console, *, json: bool) -> float:
    """Fit with progress on stderr, then say what came of it; the seconds that it took."""
    from inrcodec.encoding.signals.fit_signal import fit_signal_with

    with shown(target, options, console) as told:
        result = fit_signal_with(source, target, told)
    if options.time_limit is not None and result.steps < FEW_STEPS:
        console.warn(
            f"inrcodec: warning: the fit was cut short after {result.steps} steps, too few for a good one; "
            "give it a longer --time-limit"
        )
    for warning in result.warnings:
        console.warn(f"inrcodec: {warning}")
    if json:
        print_json(_answer(result))
    else:
        print(result.path, flush=True)
        for line in _lines(result):
            console.say(line)
    return result.seconds


def _answer(result: SignalResult) -> dict[str, Any]:
    """The outcome as plain values, in the order of the JSON keys."""
    size = result.signal.file_size
    return {
        "file": str(result.path),
        "file_size": size,
        "kind": result.signal.kind,
        "known": result.known,
        "figures": {one.name: one.value for one in result.figures},
        "unquantized": {one.name: one.value for one in result.unquantized},
        "loss": result.loss,
        "steps": result.steps,
        "warnings": result.warnings,
        "source_bytes": result.source_bytes,
        "ratio": result.source_bytes / size,
        "seconds": result.seconds,
    }


def _lines(result: SignalResult) -> Iterator[str]:
    yield f"{result.path}: {result.signal.file_size:,} bytes; known: {result.known}"
    told = [figure.words for figure in result.figures]
    yield "; ".join(told) if told else f"error {result.loss:.3g} after {result.steps:,} steps"
