"""`inrcodec browse`: the set in the terminal."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inrcodec.bitstream.collection import is_collection, is_url
from inrcodec.cli.opening import open_signal
from inrcodec.cli.options import Set, Trust, epilog
from inrcodec.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from inrcodec.archive import AnyArchive, Signal
    from inrcodec.tui.against import Against
    from inrcodec.tui.backend import Images
    from inrcodec.tui.preferences import Preferences

EPILOG = epilog(
    (
        "inrcodec browse set.inr",
        "inrcodec browse set.inr --against ./thumbs",
        "inrcodec browse set.inr --images half",
        "inrcodec browse photos.inrs",
        "inrcodec browse bell.inr",
        "inrcodec browse knot.inr",
        "inrcodec browse set.inr --serve",
    )
)
KEPT_BLOCKS = 48  # decoded ones, of up to 64 images each: one comes back to them
LEAST = 20, 6  # columns and lines
PORT = 8765
SERVED = "TEXTUAL_DRIVER"  # set by textual-serve: pipes then stand for the terminal


def browse(
    file: Set,
    serve: Annotated[
        bool, typer.Option("--serve", help="In a web browser on this computer, through textual-serve.")
    ] = False,
    images: Annotated[
        Literal["auto", "kitty", "sixel", "half", "none"],
        typer.Option(
            "--images",
            help="How single images are drawn: in the terminal's own pixels (kitty, sixel), in half blocks, or not at "
            "all; auto asks the terminal.",
        ),
    ] = "auto",
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FOLDER", help="Compare images with these originals.", show_default=False),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option("--background", metavar="COLOR", help="Flatten originals as encode did.", show_default="keep"),
    ] = None,
    trust: Trust = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of --serve.")] = PORT,
) -> None:
    """Look through the images, zoom into them, find neighbors and morph, with the keyboard; ? shows all keys.

    Of one signal: a sound's wave and spectrum, a clip that plays, a shape that turns.
    """
    if (signal := open_signal(file, trust=trust)) is not None:
        if against is not None or background is not None or images == "none":
            raise UsageError(f"--against, --background and --images none are for images; {file} holds a {signal.kind}")
        _browse_signal(signal, file, port, serve=serve, trust=trust)
        return
    archive = _opened(file, trust=trust)
    originals = _originals(archive, against, background)
    preferences = _preferences()
    if serve:
        given = {"--images": "none" if images == "none" else "half", "--against": against, "--background": background}
        _serve(file, port, {option: value for option, value in given.items() if value is not None}, trust=trust)
        return
    if SERVED not in os.environ:
        _check_terminal()
    _run(archive, images, originals, preferences)


def _browse_signal(signal: Signal, file: str, port: int, *, serve: bool, trust: bool) -> None:
    from inrcodec.tui.signals.app import SignalBrowser, screen_of

    screen_of(signal.kind)
    if serve:
        _serve(file, port, {}, trust=trust)
        return
    if SERVED not in os.environ:
        _check_terminal()
    app = SignalBrowser(signal)
    app.run()
    if app.return_code:
        raise SystemExit(app.return_code)


def _preferences() -> Preferences:
    """Read before anything is shown: what is wrong with them is said in a line."""
    from inrcodec.cli.defaults import config_path
    from inrcodec.tui.reading_preferences import read_preferences

    return read_preferences(config_path())


def _originals(archive: AnyArchive, folder: str | None, background: str | None) -> Against | None:
    """The pictures to compare with, if there is a folder of them."""
    if folder is None:
        if background is not None:
            raise UsageError("--background is for originals; add --against FOLDER")
        return None
    from inrcodec.tui.against import Against

    return Against(archive, folder, background)


def _run(archive: AnyArchive, images: Images, originals: Against | None, preferences: Preferences) -> None:
    """The terminal answers while the app is imported."""
    from inrcodec.tui.backend import PROTOCOLS, backend_for
    from inrcodec.tui.blocks import Blocks, processors
    from inrcodec.tui.terminal import Terminal, question

    blocks = Blocks(archive, processes) if (processes := processors()) > 1 and images != "none" else None
    if blocks is not None:
        blocks.start()  # it decodes while the app is imported
        blocks.want([0])
    with question() if images in ("auto", *PROTOCOLS) else nullcontext() as asked:
        from inrcodec.tui.app import Browser

        terminal = Terminal() if asked is None else asked.answer()
    app = Browser(archive, backend_for(images, terminal), blocks, originals, preferences)
    app.run()
    if app.failure is not None:
        raise app.failure
    if app.return_code:  # ended by a signal
        raise SystemExit(app.return_code)


def _opened(file: str, *, trust: bool) -> AnyArchive:
    """The archive, even with damaged blocks: they show as damaged cells."""
    from pathlib import Path

    from inrcodec.archive import Archive
    from inrcodec.cli.opening import open_archive

    path = Path(file)
    if is_collection(file) or is_url(file):
        from inrcodec.archive import open_images

        found = open_images(file, kept_blocks=KEPT_BLOCKS, trust=trust)
        _ = found.stored  # whoever cannot go through its blocks says so before the screen is taken
        return found
    if not path.is_file():
        return open_archive(file)
    return Archive.open(path, lenient=True, kept_blocks=KEPT_BLOCKS, trust=trust)


def _check_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("browse needs a terminal; for scripts there are report, neighbors and decode")
    if os.environ.get("TERM") == "dumb":
        raise UsageError("browse needs a terminal that can draw; this one says it is dumb (TERM=dumb)")
    columns, lines = os.get_terminal_size(sys.stdout.fileno())
    if 0 < columns < LEAST[0] or 0 < lines < LEAST[1]:
        raise UsageError(f"the terminal has {columns}x{lines} characters; browse needs {LEAST[0]}x{LEAST[1]}")


def _serve(file: str, port: int, options: dict[str, str], *, trust: bool) -> None:
    """On this computer only: whoever reaches the page reads the file and writes exports."""
    import shlex
    from importlib.util import find_spec

    if find_spec("textual_serve") is None:
        raise MissingPackageError("--serve needs textual-serve; install it with: pip install 'inrcodec[serve]'")
    from inrcodec.exporters.naming import displayed
    from inrcodec.tui.serving import serve

    given = [f"{option}={value}" for option, value in options.items()]  # a value may look like an option
    given += ["--trust"] if trust else []
    words = shlex.join([sys.executable, "-P", "-m", "inrcodec", "browse", *given, "--", file])
    title = f"inrcodec: {displayed(os.path.basename(file))}"  # noqa: PTH119 - what was typed, and nothing else
    try:
        serve(words, title, port, lambda line: print(f"inrcodec: {line}", file=sys.stderr, flush=True))
    except OSError as failure:
        raise UsageError(f"--port {port}: cannot be served on: {failure.strerror}; give another one") from failure
