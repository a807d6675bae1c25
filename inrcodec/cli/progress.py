"""Progress on stderr: a bar where a person watches a terminal, else a plain line every few seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.cli.console import Console
from inrcodec.cli.values import spoken_duration

if TYPE_CHECKING:
    from inrcodec.benchmark.steps import OnStep, Step
    from inrcodec.fitting.progress import Progress

LINE_SECONDS = 5.0
AT_ONCE = ("compile", "measure")  # phases in which the fit stands still, and an interrupt tears nothing


@contextmanager
def step_progress(console: Console) -> Iterator[Callable[[str, int, int, str], None]]:
    """Yields step(phase, done, total, figures); whatever was drawn is gone when the block ends."""
    if console.quiet:
        yield lambda phase, done, total, figures: None
    elif not console.animated:
        yield _plain_lines(console)
    else:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description:<7}"),
            BarColumn(30),
            TaskProgressColumn(),
            TextColumn("{task.fields[figures]}"),
        )
        with Bars(*columns, console=RichConsole(stderr=True), transient=True) as bars:
            task = bars.add_task("start", total=None, figures="")

            def step(phase: str, done: int, total: int, figures: str) -> None:
                bars.update(task, description=phase, completed=done, total=total, figures=figures)

            yield step


@contextmanager
def fit_progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Yields the callback that `encode` reports its progress to."""
    with step_progress(console) as step:
        yield lambda progress: step(progress.phase, progress.step, progress.steps, fit_figures(progress))


@contextmanager
def stoppable_progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """The same of a fit that Ctrl-C ends between two steps, so that it leaves a checkpoint."""
    from inrcodec.cli.interrupt import between_steps

    with between_steps() as check, fit_progress(console) as draw:

        def on_progress(progress: Progress) -> None:
            draw(progress)
            check.at_once = progress.phase in AT_ONCE
            check()

        check.at_once = True  # while pictures are read
        yield on_progress


@contextmanager
def resumable_progress(
    target: Path, console: Console
) -> Iterator[tuple[Callable[[Progress], None], Callable[[str], None]]]:
    """Yields the callbacks of a fit whose images join a file, for progress and notices.

    After Ctrl-C how to go on is said.
    """
    from inrcodec.cli.interrupt import Terminated, say_how_to_resume

    try:
        with stoppable_progress(console) as on_progress:
            yield on_progress, lambda line: console.warn(f"inrcodec: {line}")
    except (KeyboardInterrupt, Terminated):
        say_how_to_resume(target, console)
        raise


@contextmanager
def kept_progress(console: Console, save: str | None) -> Iterator[OnStep]:
    """Yields the callback that a comparison or a study reports to; after Ctrl-C says what is left to go on with."""
    from inrcodec.cli.interrupt import Terminated, between_steps

    try:
        with between_steps() as check, step_progress(console) as draw:

            def on_step(step: Step) -> None:
                figures = f"{step.at_work}  {fit_figures(step.fit)}" if step.fit else step.at_work
                draw(step.phase, step.done, step.total, figures)
                check()

            yield on_step
    except (KeyboardInterrupt, Terminated):
        if save is not None:
            console.warn(f"inrcodec: stopped; the same command goes on with what is in {save}")
        raise


def fit_figures(progress: Progress) -> str:
    """The figures of one progress report, for people."""
    if progress.phase == "compile":
        return "once on this machine, some seconds"
    known = {  # a fit without a pass has neither PSNR nor rate
        f"pass {progress.passes:.0f}": progress.passes,
        f"{progress.psnr:.2f} dB": progress.psnr,
        f"{progress.bits_per_pixel:.3f} bpp": progress.bits_per_pixel,
    }
    figures = [text for text, figure in known.items() if figure and not math.isnan(figure)]
    if not math.isnan(progress.remaining) and progress.remaining > 0:
        figures.append(f"{spoken_duration(progress.remaining)} left")
    return "  ".join(figures)


def _plain_lines(console: Console) -> Callable[[str, int, int, str], None]:
    """Steps as lines: one every LINE_SECONDS and one for each new phase, so that a short job says nothing."""
    last_phase: str | None = None
    last_time = time.monotonic()

    def step(phase: str, done: int, total: int, figures: str) -> None:
        nonlocal last_phase, last_time
        now, new_phase = time.monotonic(), phase == "compile" or phase != (last_phase or phase)
        last_phase = phase
        if now - last_time < LINE_SECONDS and not new_phase:
            return
        last_time = now
        console.say(f"{phase} {100 * done // max(1, total)} %  {figures}".rstrip())

    return step
