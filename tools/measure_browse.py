"""How fast `browse` is, as a terminal sees it: python tools/measure_browse.py set.inr [start zoom sort map hold morph]

The set's images are repeated, 3,000 and 150 of them, into files beside one another in a temporary folder; the program
runs on a pseudo-terminal whose screen is kept by a small emulator. Times are medians of RUNS; note the machine's load.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from inrcodec.archive import Archive
from inrcodec.bitstream.header import pack_shapes
from inrcodec.bitstream.packing import pack, pack_latents

RUNS = 3
PATIENCE = 180.0  # seconds
TOKEN = re.compile(r"\x1b\[([0-9;?$]*)([A-Za-z])|\x1b[\]_P][^\x1b\x07]*(?:\x1b\\|\x07)|\x1b[^\[\]_P]|([^\x1b]+)")
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?$]*|[\]_P][^\x1b\x07]*\x1b?)?$")
SMALL, LARGE = (120, 36), (200, 60)  # columns and lines


class Screen:
    """The program on a pseudo-terminal, and what it shows."""

    def __init__(self, path: Path, size: tuple[int, int], cache: Path) -> None:
        self.columns, self.lines = size
        self.cells = [[" "] * self.columns for _ in range(self.lines)]
        self.bytes, self._row, self._column, self._left = 0, 0, 0, ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.started = time.monotonic()
        self._line, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", self.lines, self.columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_CACHE_HOME": str(cache)}
        command = [sys.executable, "-m", "inrcodec", "browse", str(path), "--images", "half"]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)

    def press(self, keys: bytes) -> None:
        """As if typed."""
        os.write(self._line, keys)

    def read(self, seconds: float) -> bool:
        """Take what comes within that time; whether anything did."""
        if not select.select([self._line], [], [], seconds)[0]:
            return False
        try:
            part = os.read(self._line, 1 << 16)
        except OSError:
            return False
        self.bytes += len(part)
        self._show(self._left + self._decoder.decode(part))
        return bool(part)

    def until(self, true: Callable[[Screen], bool]) -> float:
        """Seconds until that is so."""
        start = time.monotonic()
        while not true(self):
            if time.monotonic() - start > PATIENCE:
                raise TimeoutError(self.text())
            self.read(0.02)
        return time.monotonic() - start

    def rest(self, seconds: float = 0.5) -> None:
        """Until nothing has come for so long."""
        while self.read(seconds):
            pass

    def text(self) -> str:
        """All lines."""
        return "\n".join("".join(row) for row in self.cells)

    def full(self) -> bool:
        """Whether there are thumbnails, and no place of one is empty."""
        text = self.text()
        return "▀" in text and "·" not in text

    def cpu(self) -> float:
        """Seconds of processors that it and the processes beside it have taken; Linux alone tells."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                told = path.read_text().rpartition(")")[2].split()  # state, parent, ..., utime, stime
                if self.process.pid in (int(path.parent.name), int(told[1])):
                    ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self._line)

    def _show(self, words: str) -> None:
        cut = UNFINISHED.search(words)
        self._left = "" if cut is None else words[cut.start() :]
        for found in TOKEN.finditer(words if cut is None else words[: cut.start()]):
            if found[2] == "H":
                row, _, column = found[1].partition(";")
                self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
            elif found[3] is not None:
                self._write(found[3])

    def _write(self, text: str) -> None:
        for character in text:
            if character == "\n":
                self._row += 1
            elif character == "\r":
                self._column = 0
            elif character >= " " and self._row < self.lines and self._column < self.columns:
                self.cells[self._row][self._column] = character
                self._column += 1


def repeated(source: Path, target: Path, count: int) -> Path:
    """The images of a file over and over, in a file of so many."""
    archive = Archive.open(source)
    stored, size = archive.stored, len(archive)
    images = [number % size for number in range(count)]
    shapes, index = pack_shapes([stored.shapes[image] for image in images])
    header = msgspec.structs.replace(stored.header, images=count, shapes=shapes, shape_index=index)
    ranges, blocks, _ = pack_latents(header, stored.context, [stored.latents(image) for image in images])
    noise = np.random.default_rng(1).normal(0, 0.5, count).astype(np.float32)  # an order of their own
    figures = [replace(column, values=column.values[images] + noise) for column in stored.figures()]
    names = [f"{number:05d}-{archive.names[image]}" for number, image in enumerate(images)]
    target.write_bytes(pack(header, (*stored.network, *stored.context), ranges, blocks, names, figures))
    return target


@contextlib.contextmanager
def shown(path: Path, size: tuple[int, int], cache: Path) -> Iterator[Screen]:
    """The program, until the block ends."""
    screen = Screen(path, size, cache)
    try:
        yield screen
    finally:
        screen.close()


def start(many: Path, cache: Path) -> str:
    """Until the first frame, the first thumbnail, all on the screen; and the bytes of the next screen of thumbnails."""
    rows = []
    for _ in range(RUNS):
        with shown(many, SMALL, cache) as screen:
            screen.until(lambda screen: "images by number" in screen.text())
            times = [time.monotonic() - screen.started]
            screen.until(lambda screen: "▀" in screen.text())
            times.append(time.monotonic() - screen.started)
            screen.until(Screen.full)
            times.append(time.monotonic() - screen.started)
            cpu = screen.cpu()
            screen.rest()
            before = screen.bytes
            screen.press(b"\x1b[6~")
            screen.until(lambda screen: "00000-" not in screen.text() and screen.full())
            screen.rest()
            rows.append((*times, (screen.bytes - before) / 1000, cpu))
    first, thumbnail, full, size, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
    return (
        f"first frame {first:.2f} s, first thumbnail {thumbnail:.2f} s, all {full:.2f} s (CPU {cpu:.2f} s); "
        f"the next screen {size:.0f} kB"
    )


def zoom(some: Path, cache: Path) -> str:
    """150 images, one step smaller."""
    times = []
    for _ in range(RUNS):
        with shown(some, LARGE, cache) as screen:
            screen.until(Screen.full)
            screen.rest()
            screen.press(b"-")
            screen.until(lambda screen: "·" in screen.text() or "0002" not in screen.text())
            times.append(screen.until(Screen.full))
    return f"one step smaller {statistics.median(times):.2f} s"


def sort(many: Path, cache: Path) -> str:
    """By PSNR, at once after the start."""
    times = []
    for _ in range(RUNS):
        with shown(many, SMALL, cache) as screen:
            screen.until(Screen.full)
            before = screen.cpu()
            screen.press(b"ss")
            start = time.monotonic()
            screen.until(lambda screen: "by psnr" in screen.text())
            screen.until(Screen.full)
            times.append((time.monotonic() - start, screen.cpu() - before))
    late, cpu = (statistics.median(column) for column in zip(*times, strict=True))
    return f"cold sort by PSNR, screen full {late:.2f} s (CPU {cpu:.2f} s)"


def map_(many: Path, cache: Path) -> str:
    """The first time and the second time."""
    times = []
    for _ in range(2):
        with shown(many, SMALL, cache) as screen:
            screen.until(Screen.full)
            screen.rest()
            before = screen.cpu()
            screen.press(b"a")
            late = screen.until(lambda screen: "of 3,000 images" in screen.text().splitlines()[0])
            times += [late, screen.cpu() - before]
    return "map {:.1f} s (CPU {:.1f} s), the second time {:.1f} s (CPU {:.1f} s)".format(*times)


def hold(many: Path, cache: Path) -> str:
    """Down 30 times a second for three seconds: how long after the last key the screen still moves, and the bytes."""
    rows = []
    for _ in range(RUNS):
        with shown(many, LARGE, cache) as screen:
            screen.until(Screen.full)
            screen.rest(2.0)
            before, number, start = screen.bytes, 90 * _columns(screen), screen.cpu()
            for _ in range(90):
                screen.press(b"j")
                until = time.monotonic() + 1 / 30
                while (left := until - time.monotonic()) > 0:
                    screen.read(left)
            late = screen.until(lambda screen, number=number: f"number   {number} " in screen.text())
            rows.append((late, (screen.bytes - before) / 90_000, (screen.cpu() - start) / 0.09))
    late, size, cpu = (statistics.median(column) for column in zip(*rows, strict=True))
    return f"after the last of 90 keys {late:.2f} s late, {size:.0f} kB and CPU {cpu:.0f} ms a key"


def morph(some: Path, cache: Path) -> str:
    """Frames a second of the player once all are decoded, on a terminal of 256 columns."""
    with shown(some, (256, 130), cache) as screen:
        screen.until(Screen.full)
        screen.press(b" l v")
        screen.until(lambda screen: "━" * 20 in screen.text() and "·" not in screen.text().splitlines()[-2])
        seen, start, before = 0, time.monotonic(), screen.cpu()
        last = ""
        while time.monotonic() - start < 4:
            screen.read(0.01)
            line = screen.text().splitlines()[-2]
            seen, last = seen + (line != last), line
        cpu = (screen.cpu() - before) / max(1, seen)
    return f"morph {seen / 4:.1f} frames a second, CPU {1000 * cpu:.0f} ms a frame"


def _columns(screen: Screen) -> int:
    """Thumbnails side by side: names of the first row."""
    line = next(line for line in screen.text().splitlines() if "00000-" in line)
    return len(re.findall(r"\b\d{5}-", line.partition("│")[0]))


MEASURES: dict[str, tuple[Callable[[Path, Path], str], int]] = {
    "start": (start, 3000), "zoom": (zoom, 150), "sort": (sort, 3000), "map": (map_, 3000),
    "hold": (hold, 3000), "morph": (morph, 150),
}  # fmt: skip


def main(source: str, *wanted: str) -> None:
    """Measure what is named, or all."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in wanted or MEASURES:
            measure, count = MEASURES[name]
            path = place / f"{count}.inr"
            if not path.exists():
                repeated(Path(source), path, count)
            print(f"load {os.getloadavg()[0]:.1f}: {measure(path, place / 'cache')}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
