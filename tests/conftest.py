"""What the tests of several rooms share: a folder of tiny images, and the archive that was really encoded from it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from inrcodec.cli.app import ENVIRONMENT

for room in ("bitstream", "attacks"):  # made-up sets and the second reader help other rooms too
    sys.path.insert(0, str(Path(__file__).parent / room))

os.environ["INRCODEC_CONFIG"] = ""  # the defaults of whoever runs the tests are theirs
for name, value in ENVIRONMENT.items():  # as commands have it: kernels take a quarter longer to compile without
    os.environ.setdefault(name, value)
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # no test fails because a machine is busy

LONG = (  # files that take longest are begun first, or one worker ends with one of them while the others rest
    "tui/test_app.py",
    "fitting/gpu/test_wrong_device.py",
    "tui/test_hostile.py",
    "tui/test_screens.py",
    "tui/test_pixels.py",
    "tui/test_leaving.py",
    "tui/test_damaged.py",
    "tui/test_blocks.py",
    "cli/test_browse.py",
    "cli/test_encode.py",
    "cli/test_collections.py",
    "cli/test_signals.py",
    "encoding/test_plan.py",
    "encoding/test_keeping.py",
    "encoding/test_interrupts.py",
    "encoding/test_executors.py",
    "encoding/test_shards.py",
    "fitting/gpu/test_graphs.py",
    "fitting/test_engine.py",
    "fitting/test_engines.py",
    "fitting/test_workers.py",
    "test_loading.py",
)
PATIENCE = 600.0  # seconds that one worker waits for what another makes
HOSTILE = "\u202egnp.exe.png"  # shows as "exe.png" backwards where it is not escaped


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; within a file, and among the others, the order stays."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


def draw(path: Path, width: int, height: int, phase: float, alpha: bool = False) -> None:
    """One smooth picture as PNG."""
    rows, columns = np.mgrid[0:height, 0:width] / max(width, height)
    waves = [0.5 + 0.5 * np.sin(phase + (k + 2) * rows + (4 - k) * columns) for k in range(3)]
    if alpha:
        waves.append(((rows - 0.5) ** 2 + (columns - 0.5) ** 2 < 0.2).astype(float))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(np.stack(waves, axis=-1) * 255).astype(np.uint8)).save(path)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first of all workers fills, while others wait: they would need as long, and share its cores.

    The first fit of a fresh clone compiles kernels, too, half a minute of two cores; all others find them.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    filled = folder.with_suffix(".filled")
    try:
        folder.mkdir()
    except FileExistsError:
        limit = time.monotonic() + PATIENCE
        while not filled.exists():
            assert time.monotonic() < limit, f"{folder}: the worker that fills it takes too long"
            time.sleep(0.05)
    else:
        try:
            make(folder)
        finally:
            filled.touch()
    return folder


@pytest.fixture(autouse=True, scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's folder for state, where checkpoints go that find no room: never that of who runs the tests."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def newcomers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two more pictures like those of `small_images`, of a size that is among those and one that is not."""
    folder = tmp_path_factory.mktemp("newcomers")
    draw(folder / "five.png", 12, 12, 0.5)
    draw(folder / "six.png", 14, 10, 2.5)
    return folder


@pytest.fixture(scope="session")
def small_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six images in three sizes, one with alpha, one in a subfolder, one with a hostile name."""
    folder = tmp_path_factory.mktemp("sources") / "icons"
    draw(folder / "one.png", 12, 12, 0.0)
    draw(folder / "two.png", 12, 12, 1.0)
    draw(folder / "three.png", 16, 8, 2.0)
    draw(folder / "clear.png", 12, 12, 3.0, alpha=True)
    draw(folder / "sub" / "four.png", 9, 14, 4.0)
    draw(folder / HOSTILE, 12, 12, 5.0)
    for path in folder.rglob("*.png"):  # a collection knows its sources by their times, and workers share one
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture(scope="session")
def small_collection(small_images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection of `small_images`: two shards, made by two processes."""
    pytest.importorskip("pyarrow")

    def make(folder: Path) -> None:
        import inrcodec

        path = folder / "small.inrs"
        inrcodec.encode_collection([small_images], path, shards=2, workers=2, passes=3, threads=1, device="cpu")

    made = once(tmp_path_factory, "small-collection", make) / "small.inrs"
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("collected") / "small.inrs"))


@pytest.fixture(scope="session")
def small_set(small_images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of `small_images`; a number of passes, not a time, so that it is as good on a busy machine."""

    def make(folder: Path) -> None:
        import inrcodec

        inrcodec.encode([small_images], folder / "small.inr", passes=100, threads=1, device="cpu")

    made = once(tmp_path_factory, "small-set", make) / "small.inr"
    return Path(shutil.copy(made, tmp_path_factory.mktemp("encoded")))
