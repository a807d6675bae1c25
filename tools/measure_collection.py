"""What a collection of many small pictures takes: time and bytes that are not the fit's, memory, and after kills.

    python tools/measure_collection.py --images 100000 --shards 25
    python tools/measure_collection.py --images 100000 --shards 25 --kill 20

Pictures of 32 x 32 are drawn by a script (--folder keeps them for the next run). With --kill a worker is killed
whenever all of them have used so many seconds of a processor each (on an idle machine: every so many seconds), and the
program itself twice, after which the same command goes on. Shares of time are of processor time, which other programs
hardly disturb: of the program and its workers, what workers did not use at their shards' files, from the first picture
to the written file. Memory is the highest that /proc tells of each process, looked at ten times a second. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

SIDE, PAUSE, DRIVER_KILLS = 32, 0.1, 2
LEFT_OUT = 5  # exit code, where shards failed
TINY = ["--width", "16", "--depth", "2", "--holdout", "0", "--device", "cpu", "--threads", "1"]


def draw(folder: Path, count: int) -> None:
    """Smooth pictures with an edge, each another; a thousand to a folder."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    for number in range(count):
        path = folder / f"{number // 1000:04}" / f"{number:07}.png"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        dice = np.random.default_rng(number)
        turns, phases = dice.normal(0, 4, (3, 2)), dice.uniform(0, 6, 3)
        waves = np.sin(turns[:, 0, None, None] * rows + turns[:, 1, None, None] * columns + phases[:, None, None])
        inside = (rows - dice.uniform()) ** 2 + (columns - dice.uniform()) ** 2 < dice.uniform(0.01, 0.2)
        pixels = np.where(inside, dice.uniform(0, 1, 3)[:, None, None], 0.5 + 0.4 * waves)
        Image.fromarray(np.rint(255 * pixels.transpose(1, 2, 0)).astype(np.uint8)).save(path)


@dataclass
class Watched:
    """The highest memory of the program and of its workers in KiB; processor time; who was at which shard.

    tries: by shard, whether each process there, by its number, found a checkpoint; begun, ended: what it had used of a
    processor when it took its shard on, and when the file was there.
    """

    driver: int = 0
    worker: int = 0
    seconds: dict[int, float] = field(default_factory=dict)  # of each worker
    tries: dict[str, dict[int, bool]] = field(default_factory=lambda: defaultdict(dict))
    begun: dict[int, float] = field(default_factory=dict)
    ended: dict[int, float] = field(default_factory=dict)

    def look(self, process: int, output: Path) -> list[int]:
        """Look once; the workers there are."""
        self.driver = max(self.driver, _peak(process))
        serving = [one for one in _children(process) if "spawn_main" in _command(one)]
        forked = [one for server in serving for one in _children(server)]
        workers = forked + [one for one in _descendants(process) if "ray::" in _command(one)]
        for worker in serving + workers:
            self.worker = max(self.worker, _peak(worker))
            self.seconds[worker] = max(self.seconds.get(worker, 0.0), _seconds(worker))
        for lock in output.glob(".*.task.lock"):
            shard, number = lock.name.split(".")[1], _text(lock)
            if not number.isdigit():
                continue
            if int(number) not in self.tries[shard]:
                self.tries[shard][int(number)] = (output / f"{shard}.inr.checkpoint").exists()
                self.begun[int(number)] = _seconds(int(number))
            if int(number) not in self.ended and (output / f"{shard}.inr").exists():
                self.ended[int(number)] = _seconds(int(number))
        return workers

    @property
    def encoding(self) -> float:
        """Processor time of workers from when they took shards on to when these were written."""
        return sum(max(0.0, self.ended.get(one, self.seconds.get(one, 0.0)) - at) for one, at in self.begun.items())

    @property
    def most_tries(self) -> int:
        """At one shard."""
        return max(map(len, self.tries.values()), default=0)

    @property
    def most_begun_anew(self) -> int:
        """How often one shard was begun without a checkpoint."""
        return max((list(found.values()).count(False) for found in self.tries.values()), default=0)

    @property
    def most_work(self) -> float:
        """Processor time of all tries at one shard, by that of the shard which took least."""
        spent = [sum(self.seconds.get(one, 0.0) for one in found) for found in self.tries.values()]
        return max(spent) / max(1e-9, min(spent)) if spent else 0.0


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _command(process: int) -> str:
    return _text(Path(f"/proc/{process}/cmdline"))


def _children(process: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{process}/task").glob("*/children") for child in _text(task).split()]


def _descendants(process: int) -> list[int]:
    children = _children(process)
    return children + [one for child in children for one in _descendants(child)]


def _seconds(process: int) -> float:
    """Of a processor, that it and the threads in it have used."""
    told = _text(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK") if len(told) > 12 else 0.0


def _peak(process: int) -> int:
    lines = (line.split() for line in _text(Path(f"/proc/{process}/status")).splitlines())
    return next((int(line[1]) for line in lines if line and line[0] == "VmHWM:"), 0)


def encode(words: list[str], output: Path, watched: Watched, kill: float | None) -> tuple[dict[str, object], int, int]:
    """Encode again and again, until nothing is left out; what the last one said, kills, and how often it was begun.

    kill: seconds of all workers together between two kills.
    """
    dice, kills, drivers, begun = random.Random(0), 0, 0, 0
    following = kill or 0.0
    while True:
        begun += 1
        with tempfile.TemporaryFile() as said, subprocess.Popen(words, stdout=said) as process:  # a pipe may fill up
            while process.poll() is None:
                time.sleep(PAUSE)
                workers = watched.look(process.pid, output)
                if kill is None or sum(watched.seconds.values()) < following or not workers:
                    continue
                following, kills = following + kill, kills + 1
                if drivers < DRIVER_KILLS and kills % 3 == 0:
                    drivers += 1
                    process.kill()
                else:
                    os.kill(dice.choice(workers), signal.SIGKILL)
            said.seek(0)
            told = said.read()
        if process.returncode in (0, LEFT_OUT):
            answer: dict[str, object] = json.loads(told)
            if not answer["failed"]:
                return answer, kills, begun
        elif process.returncode != -signal.SIGKILL:
            raise SystemExit(process.returncode)


def main() -> None:
    """Draw, encode, say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--shards", type=int, default=25)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ray", action="store_true", help="through a Ray cluster that is started here")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--share", default="auto", help="as of encode: images coded from others, auto or none")
    parser.add_argument("--kill", type=float, metavar="SECONDS")
    parser.add_argument("--folder", type=Path, help="where pictures and collection go, and stay")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        place = asked.folder or Path(passing)
        pictures, output = place / f"pictures-{asked.images}", place / f"collected-{asked.images}.inrs"
        draw(pictures, asked.images)
        print(json.dumps(measured(asked, pictures, output), indent=2))


def measured(asked: argparse.Namespace, pictures: Path, output: Path) -> dict[str, object]:
    """All figures of one run."""
    words = [sys.executable, "-m", "inrcodec", "encode", str(pictures), "-o", str(output), "--shards"]
    words += [str(asked.shards), "--workers", str(asked.workers), "--passes", str(asked.passes), "--json", "--quiet"]
    words += [*TINY, "--order", "names", *(["--ray", "local"] if asked.ray else [])]
    words += ["--share", asked.share]
    watched, begun, before = Watched(), time.monotonic(), _processor_seconds()
    answer, kills, times = encode(words, output, watched, asked.kill and asked.kill * asked.workers)
    seconds, spent = time.monotonic() - begun, _processor_seconds() - before
    subprocess.run([sys.executable, "-m", "inrcodec", "verify", str(output)], check=True)
    sizes = {path.name: path.stat().st_size for path in output.iterdir() if path.is_file()}
    shards = sum(size for name, size in sizes.items() if name.endswith(".inr"))
    everything = sum(sizes.values())
    return {
        "images": answer["images"],
        "shards": answer["shards"],
        "mean PSNR": answer["mean_psnr"],
        "bits per pixel": answer["bits_per_pixel"],
        "seconds": seconds,
        "processor seconds": spent,
        "seconds in encodes of shards": answer["fitting_seconds"],
        "share of time that is none of them": 1 - answer["fitting_seconds"] / (seconds * asked.workers),
        "processor seconds in encodes of shards": watched.encoding,
        "share of processor time that is none of them": 1 - watched.encoding / spent,
        "share of bytes that is none of shards": 1 - shards / everything,
        "bytes": everything,
        "highest memory of the program, MiB": watched.driver / 1024,
        "highest memory of a worker, MiB": watched.worker / 1024,
        "kills": kills,
        "times that the command was given": times,
        "most tries at one shard": watched.most_tries,
        "most times that one shard was begun without a checkpoint": watched.most_begun_anew,
        "most work at one shard, in shards": watched.most_work,
    }


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
