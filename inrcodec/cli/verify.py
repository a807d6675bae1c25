"""`inrcodec verify`: is every byte of a file intact?"""

from __future__ import annotations

from typing import Any

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.console import Console, print_json
from inrcodec.cli.opening import open_any, open_archive, open_signal
from inrcodec.cli.options import Files, Json, Quiet, Trust, Verbose, epilog
from inrcodec.cli.spelling import spelled
from inrcodec.errors import InrError

EPILOG = epilog(
    ("inrcodec verify set.inr", "inrcodec verify *.inr --json"),
    (
        "file, ok, error (null when ok), images (null of a sound, clip or shape), file_size",
        "(with several files) files: a list of these",
    ),
)


def verify(
    files: Files, trust: Trust = False, json: Json = False, quiet: Quiet = False, verbose: Verbose = False
) -> None:
    """Check every CRC of files and decode all their blocks; exit code 3 when something is wrong."""
    console = Console(quiet, verbose)
    if len(files) == 1 and not json:
        print(_line(_checked(files[0], console, trust=trust)), flush=True)
        return
    answers, worst = [], 0
    for file in files:
        try:
            answer = _checked(file, console, trust=trust)
        except InrError as error:
            worst = max(worst, error.exit_code)
            if error.exit_code != 3 and len(files) == 1:
                raise
            console.warn(f"inrcodec: error: {spelled(error.message)}")
            answer = {"file": file, "ok": False, "error": error.message, "images": None, "file_size": None}
        answers.append(answer)
        if not json and answer["ok"]:
            print(_line(answer), flush=True)
    if json:
        print_json(answers[0] if len(files) == 1 else {"files": answers})
    if worst:
        raise typer.Exit(worst)


def _checked(file: str, console: Console, *, trust: bool) -> dict[str, Any]:
    """What is said of an intact file; raises what is wrong with another."""
    if is_collection(file):
        from inrcodec.archive.collection.verifying import verify_side_by_side

        verify_side_by_side(file, trust=trust)
        found = open_any(file)
        what, images, size = f"{len(found):,} images", len(found), found.file_size
    elif (signal := open_signal(file, trust=trust)) is not None:
        signal.verify()
        what, images, size = f"one {signal.kind}", None, signal.file_size
    else:
        archive = open_archive(file, trust=trust)
        console.detail(f"{file}: every CRC is right; decoding all blocks")
        archive.verify()
        what, images, size = f"{len(archive):,} images", len(archive), archive.file_size
    console.detail(f"{file}: {what}")
    return {"file": file, "ok": True, "error": None, "images": images, "file_size": size}


def _line(answer: dict[str, Any]) -> str:
    images = answer["images"]
    what = "one signal" if images is None else f"{images:,} images"
    return f"{answer['file']}: ok, {what}, {answer['file_size']:,} bytes"
