"""kill -9 at random moments: what is lost of outputs and of work, and what stays behind after the next run."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from forked import EVERY, Seen, command
from PIL import Image

from inrcodec.archive import Archive, Collection
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.encoding.checkpoints import waiting
from inrcodec.errors import InrError
from inrcodec.fitting.checkpoint import read

FIT = ("--passes", "90", "--threads", "1", "--device", "cpu", "--no-record", "--no-verdict")
COLD = 10  # one process in so many is a fresh one; the others are forked from one that has loaded all it needs
SLACK = 1.0  # seconds that writing a checkpoint may take on a machine that is busy with other things, too


@dataclass
class Killed:
    """What came of kills; alive: met a process at work; lost: seconds of a fit, at most."""

    kills: int = 0
    alive: int = 0
    fitting: int = 0
    kept: int = 0
    lost: float = 0.0
    faults: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """What is added up, by name."""
        told = {"at work": self.alive}
        if self.fitting:
            told |= {"in the fit": self.fitting, "went on from a checkpoint": self.kept}
        return told


class Killer:
    """Starts commands on a small set in a folder of its own, and kills them."""

    def __init__(self, samples: Path, folder: Path) -> None:
        """Six of the samples become the set."""
        self._collection = folder / "all.inrs"  # which is made when it is needed
        self._pictures, self._work = folder / "pictures", folder / "work"
        for made in (self._pictures, self._work):
            made.mkdir()
        samples_found = sorted(samples.glob("*.png"))
        for source in samples_found[:6]:
            shutil.copy(source, self._pictures)
        self._extra = samples_found[20]
        self._seen = Seen(folder / "seen")
        self._took: dict[str, float] = {}  # seconds of a whole run, by command
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # for what is forked from, which starts with none of ours
        self._start = multiprocessing.get_context("forkserver")
        self._start.set_forkserver_preload(["forked", "warmed"])
        self._set = folder / "set.inr"
        if code := self._ended(["encode", str(self._pictures), "-o", str(self._set), *FIT]):
            raise RuntimeError(f"the set to attack cannot be made: exit code {code}")

    def encodes(self, kills: int, seed: int) -> Killed:
        """Encodes over a file that exists; each is resumed, and has to end with the bytes of one that nobody killed."""
        found, whole, path = Killed(), self._set.read_bytes(), self._work / "set.inr"
        words = ["encode", str(self._pictures), "-o", str(path), "--force", *FIT]
        for number in range(seed, seed + kills):
            what = f"encode {number}"
            shutil.copy(self._set, path)
            self._kill(words, number, found)
            first, seconds, done = self._seen.read()
            if path.read_bytes() != whole:
                found.faults.append(f"{what}: the old file is not whole")
            if 0.0 < done < 1.0:
                lost = seconds - max(first, _kept_seconds(path))
                found.fitting, found.lost = found.fitting + 1, max(found.lost, lost)
                if lost > EVERY + SLACK:
                    found.faults.append(f"{what}: {lost:.1f} s of {seconds - first:.1f} s of steps are lost")
            resume = ["--resume"] if waiting(path) else []
            found.kept += bool(resume) and 0.0 < done < 1.0
            code = self._ended([*words, *resume])
            if code or path.read_bytes() != whole:
                found.faults.append(f"{what}: exit code {code}, or other bytes after resumption")
            self._check_left({"set.inr"}, what, found)
        return found

    def adds(self, kills: int, seed: int) -> Killed:
        """Additions in place: the file is the old or the new one, and the next run ends with the usual bytes."""
        found, path = Killed(), self._work / "set.inr"
        words = ["add", str(path), str(self._extra), "--refine", "60", "--threads", "1"]
        images = len(Archive.open(self._set))
        shutil.copy(self._set, path)
        self._ended(words)
        whole = path.read_bytes()
        for number in range(seed, seed + kills):
            shutil.copy(self._set, path)
            self._kill(words, number, found)
            if len(_intact(path, found)) not in (images, images + 1):
                found.faults.append(f"add {number}: neither the old file nor the new one")
            found.fitting += 0.0 < self._seen.read()[2] < 1.0
            shutil.copy(self._set, path)
            resume = ["--resume"] if waiting(path) else []
            found.kept += bool(resume)
            code = self._ended([*words, *resume])
            if code or path.read_bytes() != whole:
                found.faults.append(f"add {number}: exit code {code} of the next run, or other bytes")
            self._check_left({"set.inr"}, f"add {number}", found)
        return found

    def adds_to_a_collection(self, kills: int, seed: int) -> Killed:
        """All shards of the old manifest or of the new one are there, and the next run ends with the usual bytes."""
        found, path = Killed(), self._work / "all.inrs"
        words = ["add", str(path), str(self._extra), "--refine", "60", "--threads", "1"]
        if not self._collection.exists():
            made = ["--shards", "2", "--passes", "9", "--threads", "1", "--device", "cpu"]
            self._ended(["encode", str(self._pictures), "-o", str(self._collection), *made])
        images = len(Collection.open(self._collection))
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self._collection, path)
        self._ended(words)
        whole = _shards(path)
        for number in range(seed, seed + kills):
            what = f"add to a collection {number}"
            shutil.rmtree(path)
            shutil.copytree(self._collection, path)
            self._kill(words, number, found)
            names = _intact(path, found)
            if len(names) not in (images, images + 1):
                found.faults.append(f"{what}: neither the old collection nor the new one")
            found.fitting += 0.0 < self._seen.read()[2] < 1.0
            found.kept += any(path.glob("*.checkpoint"))
            if len(names) == images:
                code = self._ended(words)
                if code or _shards(path) != whole:
                    found.faults.append(f"{what}: exit code {code} of the next run, or other shards")
            else:  # what it did not come to remove goes with the next change
                if code := self._ended(["remove", str(path), "0"]):
                    found.faults.append(f"{what}: exit code {code} of the next change")
            listed = {shard.file for shard in Collection.open(path).manifest.shards}
            if left := {one.name for one in path.iterdir()} - {*listed, MANIFEST}:
                found.faults.append(f"{what}: left behind: {', '.join(sorted(left))}")
            self._check_left({"set.inr", "all.inrs"}, what, found)
        return found

    def decodes(self, kills: int, seed: int) -> Killed:
        """Decodes over pictures that exist: each of them is whole afterwards."""
        stills = self._work / "stills"
        words = ["decode", str(self._set), "--index", "0-2", "--size", "64", "-o", str(stills), "--force"]
        return self._outputs(words, kills, seed)

    def morphs(self, kills: int, seed: int) -> Killed:
        """The same of moving pictures."""
        moving = self._work / "moving.gif"
        words = ["morph", str(self._set), "0", "1", "--frames", "5", "--size", "48", "-o", str(moving), "--force"]
        return self._outputs(words, kills, seed)

    def _outputs(self, words: list[str], kills: int, seed: int) -> Killed:
        found = Killed()
        self._ended(words)
        for number in range(seed, seed + kills):
            what = f"{words[0]} {number}"
            self._kill(words, number, found)
            for picture in [*self._work.rglob("*.png"), *self._work.rglob("*.gif")]:
                try:
                    with Image.open(picture) as image:
                        image.load()
                except OSError as failure:
                    found.faults.append(f"{what}: {picture.name}: {failure}")
            if code := self._ended(words):
                found.faults.append(f"{what}: exit code {code} of the next run")
            self._check_left({"set.inr", "stills", "moving.gif"}, what, found)
        return found

    def _kill(self, words: list[str], number: int, found: Killed) -> None:
        """Start, and kill at a moment between the start and the usual end."""
        self._seen.forget()
        dice = random.Random(number)
        if number % COLD:
            started = self._start.Process(target=command, args=(words, self._seen.path))
            started.start()
            started.join(dice.uniform(0.0, 1.0) * self._took[words[0]])
            at_work = started.is_alive()
            started.kill()
            started.join()
        else:
            cold = subprocess.Popen(
                [sys.executable, "-c", _COLD, str(self._seen.path), *words],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                cold.wait(dice.uniform(0.2, 2.0) * self._took[words[0]] + 2.0)
            except subprocess.TimeoutExpired:
                cold.send_signal(signal.SIGKILL)
            at_work = cold.wait() == -signal.SIGKILL
        found.kills, found.alive = found.kills + 1, found.alive + at_work

    def _ended(self, words: list[str]) -> int:
        """Exit code of a run that nobody kills."""
        begun = time.monotonic()
        started = self._start.Process(target=command, args=(words, self._seen.path))
        started.start()
        started.join()
        took = time.monotonic() - begun
        self._took[words[0]] = min(took, self._took.get(words[0], took))
        return int(started.exitcode or 0)

    def _check_left(self, known: set[str], what: str, found: Killed) -> None:
        left = {one.name for one in self._work.iterdir()} - known
        parts = {one.name for one in self._work.rglob("*.part")}
        if left | parts:
            found.faults.append(f"{what}: left behind: {', '.join(sorted(left | parts))}")


_COLD = "import sys; from pathlib import Path; from forked import run; sys.exit(run(sys.argv[2:], Path(sys.argv[1])))"


def _kept_seconds(path: Path) -> float:
    """How far the fit was, in its own seconds, that the latest checkpoint keeps; 0 where there is none."""
    for one in waiting(path):
        try:
            return float(read(one)[0]["meter"][4])
        except InrError:
            continue
    return 0.0


def _intact(path: Path, found: Killed) -> list[str]:
    try:
        archive = Collection.open(path) if path.is_dir() else Archive.open(path)
        archive.verify()
        return list(archive.names)
    except InrError as failure:
        found.faults.append(f"{path.name}: {failure}")
        return []


def _shards(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.glob("*.inr")}
