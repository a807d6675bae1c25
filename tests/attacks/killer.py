"""kill -9 at random moments: what is lost of outputs and of work, and what stays behind after the next run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from inrcodec.archive import Archive
from inrcodec.encoding.checkpoints import waiting
from inrcodec.errors import InrError

# A checkpoint whenever half a second or 2 % of the fit are over: what a minute is for a fit of an hour.
RUN = (
    "import sys; from inrcodec.encoding import keeping; keeping.EVERY = 0.5; keeping.UNSAVED = 0.2; "
    "from inrcodec.cli.app import main; sys.exit(main(sys.argv[1:]))"
)
FIT = ("--passes", "150", "--threads", "1", "--device", "cpu", "--no-record", "--no-verdict")


@dataclass
class Killed:
    """What came of kills: how many, how many met a process at work, how many fits went on; what went wrong."""

    kills: int = 0
    alive: int = 0
    resumed: int = 0
    faults: list[str] = field(default_factory=list)


def kill_encodes(sources: Path, folder: Path, kills: int, seed: int = 0) -> Killed:
    """Encodes over a file that exists; each is resumed, and has to end with the bytes of one that nobody killed."""
    dice, found = random.Random(seed), Killed()
    whole, path = folder / "whole.inr", folder / "set.inr"
    begun = time.monotonic()
    _ended(["encode", str(sources), "-o", str(whole), "--force", *FIT])
    took = time.monotonic() - begun
    for number in range(kills):
        shutil.copy(whole, path)
        _kill(["encode", str(sources), "-o", str(path), "--force", *FIT], dice.uniform(0.1, 1.0) * took, found)
        if path.read_bytes() != whole.read_bytes():
            found.faults.append(f"encode {number}: the old file is not whole")
        resume = ["--resume"] if waiting(path) else []
        found.resumed += bool(resume)
        code = _ended(["encode", str(sources), "-o", str(path), "--force", *resume, *FIT])
        if code or path.read_bytes() != whole.read_bytes():
            found.faults.append(f"encode {number}: exit code {code}, or other bytes after resumption")
        _check_left(folder, {"whole.inr", "set.inr"}, f"encode {number}", found)
    return found


def kill_adds(source: Path, picture: Path, folder: Path, kills: int, seed: int = 0) -> Killed:
    """Additions in place: the file is the old or the new one, and holds what it held."""
    dice, found, path = random.Random(seed), Killed(), folder / "set.inr"
    words = ["add", str(path), str(picture), "--refine", "20", "--threads", "1"]
    images = len(Archive.open(source))
    for number in range(kills):
        shutil.copy(source, path)
        _kill(words, dice.uniform(0.2, 6.0), found)
        if len(_intact(path, found)) not in (images, images + 1):
            found.faults.append(f"add {number}: neither the old file nor the new one")
        shutil.copy(source, path)
        _ended(words)
        _check_left(folder, {"set.inr"}, f"add {number}", found)
    return found


def kill_outputs(source: Path, folder: Path, kills: int, seed: int = 0) -> Killed:
    """Decodes and morphs over pictures that exist: each of them is whole afterwards."""
    dice, found = random.Random(seed), Killed()
    stills = ["decode", str(source), "--size", "64", "-o", str(folder / "stills"), "--force"]
    moving = ["morph", str(source), "0", "1", "--size", "48", "-o", str(folder / "moving.gif"), "--force"]
    for number in range(kills):
        words = (stills, moving)[number % 2]
        _kill(words, dice.uniform(0.1, 2.0), found)
        for picture in [*folder.rglob("*.png"), *folder.rglob("*.gif")]:
            try:
                with Image.open(picture) as image:
                    image.load()
            except OSError as failure:
                found.faults.append(f"{words[0]} {number}: {picture.name}: {failure}")
        _ended(words)
        _check_left(folder, {"stills", "moving.gif"}, f"{words[0]} {number}", found)
    return found


def _kill(words: list[str], after: float, found: Killed) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        found.alive += 1
    found.kills += 1


def _ended(words: list[str]) -> int:
    run = [sys.executable, "-c", RUN, *words]
    return subprocess.run(run, capture_output=True, env=_environment(), check=False).returncode


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def _intact(path: Path, found: Killed) -> list[str]:
    try:
        archive = Archive.open(path)
        archive.verify()
        return list(archive.names)
    except InrError as failure:
        found.faults.append(f"{path.name}: {failure}")
        return []


def _check_left(folder: Path, known: set[str], what: str, found: Killed) -> None:
    left = {one.name for one in folder.iterdir()} - known
    parts = {one.name for one in folder.rglob("*.part")}
    if left | parts:
        found.faults.append(f"{what}: left behind: {', '.join(sorted(left | parts))}")
