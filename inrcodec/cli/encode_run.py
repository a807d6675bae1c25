"""What `inrcodec encode` does once its options are read: a forecast, or a fit with all that is said about it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.console import Console, print_json, say_pairs
from inrcodec.cli.loading import begun
from inrcodec.cli.outcome import finish, next_commands, plan_keys, plan_lines, result_keys, summary
from inrcodec.cli.outlook import MISSED, judge, leaving_time, missed_line, warn_of
from inrcodec.errors import Message

if TYPE_CHECKING:
    from inrcodec.encoding.options import EncodeOptions, EncodeRun
    from inrcodec.encoding.outlook import Outlook
    from inrcodec.fitting.progress import Progress
    from inrcodec.images.scan import Source


def say_plan(
    sources: Sequence[Source], target: Path, options: EncodeOptions, resume: bool, json: bool, console: Console
) -> None:
    """`--dry-run`: what it would take; nothing is written."""
    from inrcodec.encoding.checkpoints import check_waiting
    from inrcodec.encoding.job import beginning_of
    from inrcodec.encoding.plan import plan_with

    check_waiting(target, resume=resume)
    resumed = beginning_of(target, options, resume=True) if resume else None
    plan = plan_with(sources, options, begun(), resumed)
    answer = plan_keys(target, plan)
    if json:
        print_json(answer)
    else:
        for name, value in plan_lines(answer):
            print(f"{name:<12}{value}")
    warn_of(answer["warnings"], console)
    finish(plan.skipped, plan.notes, console)


def encode_and_say(
    sources: Sequence[Source],
    target: Path,
    options: EncodeOptions,
    run: EncodeRun,
    json: bool,
    console: Console,
    *,
    verdict: bool,
) -> None:
    """Fit, write, and say what came of it; a stop between two steps says how to go on."""
    from inrcodec.cli.interrupt import Terminated, between_steps, say_how_to_resume
    from inrcodec.cli.progress import AT_ONCE, fit_progress
    from inrcodec.encoding.encode import encode_with
    from inrcodec.evaluate import evaluate

    console.detail("loading the images")
    said, started = "", begun()
    try:
        with between_steps() as check, fit_progress(console) as draw:

            def on_progress(progress: Progress) -> None:
                nonlocal said
                now = f"fitting with the engine {progress.engine}{progress.note and f': {progress.note}'}"
                if now != said:
                    console.detail(now)
                    said = now
                draw(progress)
                check.at_once = progress.phase in AT_ONCE
                check()

            def on_outlook(outlook: Outlook) -> None:
                warn_of(list(outlook.warnings()), console)

            def on_notice(line: str) -> None:
                console.warn(f"inrcodec: {line}")

            check.at_once = True  # while pictures are read
            told = dataclasses.replace(run, on_progress=on_progress, on_outlook=on_outlook, on_notice=on_notice)
            result = encode_with(sources, target, leaving_time(options, verdict=verdict), told, started)
    except (KeyboardInterrupt, Terminated):
        say_how_to_resume(target, console)
        raise
    report = evaluate(result.archive)
    judged = judge(result, report.mean_psnr, options, started) if verdict else None
    took = time.monotonic() - started if options.time_limit is not None else result.seconds  # as it was forecast
    answer = result_keys(result, report, options, took, judged)
    if json:
        print_json(answer)
    else:
        print(result.path, flush=True)
        say_pairs(console, summary(answer))
        for line in next_commands(result.path):
            console.say(line)
    warn_of(answer["warnings"], console)
    for note in judged.notes(answer["file_size"]) if judged else ():
        console.say(Message("note: ", note))
    for what in answer["missed"]:
        console.warn(f"inrcodec: {missed_line(what, options, answer)}; the file is complete")
    finish(result.skipped, result.notes, console, MISSED if answer["missed"] else 0)
