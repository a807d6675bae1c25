"""`make attack`: minutes of hostile files, faults and kills, and a table of what came of them; exit code 1: a fault."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from claims import claims  # noqa: E402, it stands beside this file
from killer import Killed, kill_adds, kill_encodes, kill_outputs  # noqa: E402
from reading import damaged, fuzz, golden, is_found  # noqa: E402

Row = tuple[str, str, bool]  # what, what came of it, whether all is well
COMMANDS = ("info", "verify", "decode --size 16 -o {out}", "decode -o {out}", "report", "derive --gradient -o {out}")
MOST_SECONDS, MOST_MEGABYTES = 10.0, 300.0
BATCH = 2  # kills of a kind before the clock is looked at
SOURCES = ROOT / "samples" / "48"
SHARES = {"fuzz": 0.35, "deep": 0.15, "encode": 0.25, "add": 0.1, "outputs": 0.1}  # of the time


def main() -> int:
    """Attack for about so many minutes, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    seconds = {name: 60 * asked.minutes * share for name, share in SHARES.items()}
    rows = [
        *_fuzzed("mutated files with right checksums, read as `info` does", seconds["fuzz"], asked.seed, 0.0, 5000),
        *_fuzzed("the same, verified and drawn", seconds["deep"], asked.seed + 10**6, 1.0, 200),
        _all_damage(),
        *_claimed(),
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows += _killed(Path(folder), seconds, asked.seed)
    rows.append(_faults())
    print("\n| what | what came of it | |\n|---|---|---|")
    for what, came, well in rows:
        print(f"| {what} | {came} | {'ok' if well else 'FAULT'} |")
    return 0 if all(well for *_, well in rows) else 1


def _fuzzed(what: str, seconds: float, seed: int, decoding: float, batch: int) -> list[Row]:
    print(what, file=sys.stderr, flush=True)
    until, inputs, refused, slowest, faults = time.monotonic() + seconds, 0, 0, 0.0, list[str]()
    while time.monotonic() < until:
        found = fuzz(seed + inputs, batch, decoding=decoding)
        inputs, refused, slowest = inputs + found.inputs, refused + found.refused, max(slowest, found.slowest)
        faults += found.faults
    for fault in faults:
        print(fault, file=sys.stderr)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    came = f"{inputs:,} inputs, {refused:,} refused, slowest {slowest:.2f} s, {memory:.0f} MB, {len(faults)} faults"
    return [(what, came, not faults and slowest < MOST_SECONDS and memory < MOST_MEGABYTES)]


def _all_damage() -> Row:
    missed = sum(not is_found(blob) for original in golden() for blob in damaged(original))
    count = sum(9 * len(original) for original in golden())
    return "every bit and every truncation of all golden files", f"{count:,}, {missed} not found", not missed


def _claimed() -> list[Row]:
    worst, largest, odd = 0.0, 0.0, list[str]()
    for name, blob in claims().items():
        for command in COMMANDS:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, f"{name}.inr")
                path.write_bytes(blob)
                first, *rest = command.format(out=Path(folder, "out")).split()
                seconds, megabytes, code = _measured([first, str(path), *rest])
            worst, largest = max(worst, seconds), max(largest, megabytes)
            if code not in (0, 3):
                odd.append(f"{command} on {name}: exit code {code}")
    for line in odd:
        print(line, file=sys.stderr)
    came = f"{len(claims()) * len(COMMANDS)} commands, at most {worst:.1f} s of a core and {largest:.0f} MB"
    well = worst < MOST_SECONDS and largest < MOST_MEGABYTES and not odd
    return [("files of 250 bytes that claim much, any command that reads", came, well)]


def _measured(words: list[str]) -> tuple[float, float, int]:
    """Seconds of a core, megabytes, exit code of a command in a process of its own."""
    script = (
        "import resource, subprocess, sys\n"
        "code = subprocess.run([sys.executable, '-m', 'inrcodec', *sys.argv[1:]], capture_output=True).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code)\n"
    )
    run = [sys.executable, "-c", script, *words]
    said = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=True).stdout.split()
    return float(said[0]), float(said[1]), int(said[2])


def _killed(folder: Path, seconds: dict[str, float], seed: int) -> list[Row]:
    pictures = folder / "pictures"
    pictures.mkdir()
    for source in sorted(SOURCES.glob("*.png"))[:12]:
        (pictures / source.name).write_bytes(source.read_bytes())
    whole = folder / "small.inr"
    from inrcodec import encode

    encode(pictures, whole, passes=60, threads=1, device="cpu")
    extra = sorted(SOURCES.glob("*.png"))[20]
    attacks: dict[str, Callable[[Path, int, int], Killed]] = {
        "encode": lambda place, kills, dice: kill_encodes(pictures, place, kills, dice),
        "add": lambda place, kills, dice: kill_adds(whole, extra, place, kills, dice),
        "outputs": lambda place, kills, dice: kill_outputs(whole, place, kills, dice),
    }
    rows = []
    for name, attack in attacks.items():
        print(f"kills of {name}", file=sys.stderr, flush=True)
        until, kills, found = time.monotonic() + seconds[name], 0, Killed()
        while time.monotonic() < until or not kills:
            place = folder / f"{name}-{kills}"
            place.mkdir()
            one = attack(place, BATCH, seed + kills)
            kills += BATCH
            found.kills, found.alive, found.resumed = (
                found.kills + one.kills, found.alive + one.alive, found.resumed + one.resumed
            )  # fmt: skip
            found.faults += one.faults
        for fault in found.faults:
            print(fault, file=sys.stderr)
        resumed = f", {found.resumed} had a checkpoint and ended with the same bytes" if name == "encode" else ""
        came = f"{found.kills} kills, {found.alive} of them at work{resumed}, {len(found.faults)} faults"
        title = {"outputs": "decode and morph"}.get(name, name)
        rows.append((f"kill -9 of {title} at random moments", came, not found.faults))
    return rows


def _faults() -> Row:
    run = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/attacks/test_faults.py"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    came = "old output or new one, and the fit kept" if not done.returncode else done.stdout[-300:]
    return "a fault at every call to the disk, and a disk that is full from there on", came, not done.returncode


if __name__ == "__main__":
    sys.exit(main())
