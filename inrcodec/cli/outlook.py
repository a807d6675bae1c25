"""What was asked for and missed, and warnings of what a fit comes to."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from inrcodec.cli.console import Console, decibels
from inrcodec.cli.values import spoken_duration
from inrcodec.errors import Message

if TYPE_CHECKING:
    from inrcodec.benchmark.verdict import Verdict
    from inrcodec.encoding.encode import EncodeResult
    from inrcodec.encoding.options import EncodeOptions

MISSED = 4  # exit code
TIME, SIZE, PSNR = "time", "size", "psnr"
TIME_TOLERANCE, LEAST_TIME_TOLERANCE = 0.05, 2.0  # share; seconds, for limits so short that loading is much of them
VERDICT_SECONDS, VERDICT_SHARE = 2.0, 0.04  # that comparing with sheets takes; of a time limit, at most


def leaving_time(options: EncodeOptions, *, verdict: bool) -> EncodeOptions:
    """The options with a time limit that leaves time for a verdict."""
    if options.time_limit is None or not verdict:
        return options
    reserved = min(VERDICT_SECONDS, VERDICT_SHARE * options.time_limit)
    return dataclasses.replace(options, time_limit=options.time_limit - reserved)


def judge(result: EncodeResult, psnr: float | None, options: EncodeOptions, begun: float) -> Verdict | None:
    """Whether a sheet would be smaller; None where the PSNR is unknown, or a time limit is over.

    begun: when the time limit began, by the monotonic clock.
    """
    from inrcodec.benchmark.verdict import verdict_on

    left = math.inf if options.time_limit is None else options.time_limit - (time.monotonic() - begun)
    return None if psnr is None or left <= 0 else verdict_on(result.pictures, psnr, min(VERDICT_SECONDS, left))


def missed(options: EncodeOptions, seconds: float, size: int, psnr: float | None) -> Iterator[str]:
    """Which of time, size and PSNR were asked for and not met, with some tolerance."""
    from inrcodec.encoding.target import met

    limit = options.time_limit
    if limit is not None and seconds > limit + max(LEAST_TIME_TOLERANCE, TIME_TOLERANCE * limit):
        yield TIME
    if not met(options, size, psnr):
        yield PSNR if options.target_size is None else SIZE


def missed_line(what: str, options: EncodeOptions, answer: dict[str, Any]) -> str:
    """How far it was missed."""
    if what == TIME:
        return f"it took {spoken_duration(answer['seconds'])}, longer than --time-limit"
    if what == SIZE:
        return f"the file has {answer['file_size']:,} bytes, not {options.target_size:,}; more --effort may help"
    return (
        f"the mean PSNR is {decibels(answer['mean_psnr'])}, not {decibels(options.target_psnr)}; more --effort may help"
    )


def warn_of(warnings: Sequence[str], console: Console) -> None:
    """Say what is to be feared of a fit, or to be known of a file."""
    for warning in warnings:
        console.warn(Message("inrcodec: warning: ", warning))
