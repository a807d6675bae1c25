"""`make attack`: minutes of hostile files, faults and kills, and a table of what came of them; exit code 1: a fault."""

from __future__ import annotations

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from claims import COMMANDS, MADE, claims  # noqa: E402, it stands beside this file
from forked import EVERY  # noqa: E402
from killer import Killed, Killer  # noqa: E402
from reading import damaged, fuzz, golden, is_found  # noqa: E402
from tally import Came, Tally  # noqa: E402

from inrcodec.cli.app import main as main_of_commands  # noqa: E402

MOST_SECONDS, MOST_MEGABYTES = 10.0, 300.0
SLOWEST, LARGEST = 1.0, 256.0  # of an input that is read: seconds of a core, megabytes of the whole process
SEEDS = 2 * 10**9  # as far apart as two seeds are: inputs of one never become those of another
BATCH = 10  # kills of a kind before the clock is looked at
SOURCES = ROOT / "samples" / "48"
PICTURE = SOURCES / "arrow-e.png"


def main() -> int:
    """Attack for about so many minutes, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), help="of the kinds of attacks")
    parser.add_argument("--tally", type=Path, help="counts are kept here, and gone on from")
    parser.add_argument("--seed", type=int, default=0, help="another number makes other inputs and moments")
    asked = parser.parse_args()
    tally, shares = Tally(asked.tally), sum(KINDS[name].share for name in asked.only) or 1.0
    for name in asked.only:
        kind, came = KINDS[name], tally.of(name)
        print(kind.what, file=sys.stderr, flush=True)
        until = time.monotonic() + 60 * asked.minutes * kind.share / shares if kind.share else math.inf
        for _ in kind.run(came, SEEDS * asked.seed):
            came.cpu = round(came.cpu + _spent(), 1)
            tally.keep()
            if came.count >= kind.wanted or time.monotonic() > until:
                break
    print("\n| what | count | what came of it | |\n|---|---|---|---|")
    for name in asked.only:
        print(KINDS[name].row(tally.of(name)))
        for fault in tally.of(name).faults:
            print(fault, file=sys.stderr)
    return 0 if all(KINDS[name].well(tally.of(name)) for name in asked.only) else 1


class Kind:
    """One kind of attack: a run yields after every batch, whose counts it adds to those so far."""

    def __init__(
        self,
        what: str,
        run: Callable[[Came, int], Iterator[None]],
        *,
        wanted: int = 1,
        share: float = 0.0,
        slowest: float = MOST_SECONDS,
        largest: float = MOST_MEGABYTES,
    ) -> None:
        """run: of what came so far and a first seed; wanted: the count at which it ends.

        share: of the time; with none, it ends when all is done.
        """
        self.what, self.run, self.wanted, self.share = what, run, wanted, share
        self._slowest, self._largest = slowest, largest

    def well(self, came: Came) -> bool:
        """Whether nothing went wrong."""
        return not came.faults and came.slowest < self._slowest and came.megabytes < self._largest

    def row(self, came: Came) -> str:
        """Of the table."""
        told = [f"{number:,} {name}" for name, number in came.more.items()]
        told += [f"at most {came.slowest:.2f} s"] if came.slowest else []
        told += [f"{came.megabytes:.0f} MB"] if came.megabytes else []
        told += [f"at most {came.lost:.2f} s of a fit lost, with checkpoints {EVERY} s apart"] if came.lost else []
        told += [f"{len(came.faults)} faults"]
        wanted = f" of {self.wanted:,}" if self.wanted > 1 else ""
        return f"| {self.what} | {came.count:,}{wanted} | {', '.join(told)} | {'ok' if self.well(came) else 'FAULT'} |"


def _fuzzed(came: Came, first: int, batch: int, decoding: float) -> Iterator[None]:
    while True:
        found = fuzz(first + came.count, batch, decoding=decoding)
        came.add(found.inputs, {"refused": found.refused, "drawn": found.decoded}, found.faults)
        came.most(found.slowest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        yield


def _all_damage(came: Came, _: int) -> Iterator[None]:
    """Every bit and every truncation of all golden files, once."""
    came.count, came.more = 0, {"found before a pixel is drawn": 0}
    for number, original in enumerate(golden()):
        missed = [f"golden file {number}: damage is not found" for blob in damaged(original) if not is_found(blob)]
        count = 9 * len(original)
        came.add(count, {"found before a pixel is drawn": count - len(missed)}, missed)
    yield


def _claimed(came: Came, _: int) -> Iterator[None]:
    """Every command on every file, once; those that are done stay done."""
    for name, blob in list(claims().items())[came.count // len(COMMANDS) :]:
        for command in COMMANDS:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "claims.inr")
                path.write_bytes(blob)
                words = command.format(file=path, out=Path(folder, "out"), picture=PICTURE).split()
                seconds, megabytes, code = measured(words)
            odd = code not in (0, 2, 3) or seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES
            told = f"{command} on {name}: {seconds:.1f} s, {megabytes:.0f} MB, exit code {code}"
            came.add(1, {"refused": int(code == 3)}, [told] if odd else [])
            came.most(seconds, megabytes)
        yield


def measured(words: list[str]) -> tuple[float, float, int]:
    """Seconds of a core, megabytes, exit code of a command in a process that is forked for it."""
    if not (child := os.fork()):
        code = 1
        try:
            for number in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            code = main_of_commands(words)
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def _killed_by(attack: Callable[[Killer, int, int], Killed]) -> Callable[[Came, int], Iterator[None]]:
    def run(came: Came, first: int) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as folder:
            killer = Killer(SOURCES, Path(folder))
            while True:
                found = attack(killer, BATCH, first + came.count)
                came.add(found.kills, found.counts(), found.faults)
                came.lost = max(came.lost, found.lost)
                yield

    return run


def _faults(came: Came, _: int) -> Iterator[None]:
    files = ("tests/attacks/test_faults.py", "tests/attacks/test_faults_of_commands.py")
    run = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not gpu", "-p", "no:cacheprovider", *files]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    came.count, came.faults = 1, [done.stdout[-600:]] if done.returncode else []
    yield


def _spent() -> float:
    """Seconds of a core since it was last asked, children's too."""
    now = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    before, _CLOCK[0] = _CLOCK[0], now
    return now - before


_CLOCK = [0.0]
KINDS = {
    "fuzz": Kind(
        "mutated files with right checksums, read as `info` does",
        lambda came, first: _fuzzed(came, first, 5000, 0.0),
        wanted=5_000_000, share=0.35, slowest=SLOWEST, largest=LARGEST,
    ),
    "deep": Kind(
        "the same, verified and drawn",
        lambda came, first: _fuzzed(came, first + SEEDS // 2, 200, 1.0),
        wanted=100_000, share=0.15, slowest=SLOWEST, largest=LARGEST,
    ),
    "damage": Kind("every bit and every truncation of all golden files", _all_damage),
    "claims": Kind(
        "files below 10 kB that claim much, any command that reads them",
        _claimed,
        wanted=len(MADE) * len(COMMANDS),
    ),
    "encode": Kind("`kill -9` of encode", _killed_by(Killer.encodes), wanted=200, share=0.25),
    "add": Kind("`kill -9` of add", _killed_by(Killer.adds), wanted=100, share=0.1),
    "grow": Kind("`kill -9` of add to a collection", _killed_by(Killer.adds_to_a_collection), wanted=100, share=0.05),
    "decode": Kind("`kill -9` of decode", _killed_by(Killer.decodes), wanted=100, share=0.05),
    "morph": Kind("`kill -9` of morph", _killed_by(Killer.morphs), wanted=100, share=0.05),
    "faults": Kind("a fault at every call of a command to the disk; a disk that is full from there on", _faults),
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
