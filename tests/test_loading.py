"""What must answer quickly loads neither torch nor textual, by what a process of its own has in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOUND = ROOT / "tests" / "golden" / "signals" / "sound.inr"
HEAVY = ("torch", "numba", "textual", "scipy", "skimage", "matplotlib", "imagecodecs", "pyarrow", "ray", "fsspec")


def loaded_by(code: str, cwd: Path, watched: tuple[str, ...] = HEAVY) -> set[str]:
    """Which of the watched libraries are in memory after a fresh process ran the code."""
    return said_by(f"import sys\n{code}\nprint('SAID', *(name for name in {watched!r} if name in sys.modules))", cwd)


def said_by(script: str, cwd: Path) -> set[str]:
    """The words after the last SAID that a fresh process prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("SAID")[2].split())


def test_help_needs_no_arrays(tmp_path: Path) -> None:
    """Of any command: numpy and Pillow cost more than all the rest."""
    code = "from inrcodec.cli import app\nfor name in app.COMMANDS: assert app.main([name, '--help']) == 0"
    assert loaded_by(code, tmp_path, (*HEAVY, "numpy", "PIL")) == set()


def test_a_command_has_one_thread_in_its_matrix_products(small_set: Path, tmp_path: Path) -> None:
    """A second one gains nothing at these sizes, and on a busy machine it waits for a core for many times longer."""
    pytest.importorskip("threadpoolctl")
    script = f"""
from inrcodec.cli.app import main
assert main(["decode", {str(small_set)!r}, "--quiet"]) == 0
from threadpoolctl import threadpool_info
print("SAID", *(pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"))
"""
    assert said_by(script, tmp_path) <= {"1"}


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by("import inrcodec; inrcodec.open", tmp_path) == set()


QUICK = (
    ["--help"],
    ["encode", "--help"],
    ["compare", "--help"],
    ["info", "FILE"],
    ["verify", "FILE"],
    ["report", "FILE"],
    ["decode", "FILE", "--size", "16", "--quiet", "-f"],
    ["decode", "FILE", "--sheet", "--quiet", "-f"],
    ["fit", "PICTURE", "--from", "gradient", "--show-constraints"],
    ["fuse", "FILE", "--index", "one.png,two.png", "-o", "fused.png", "--quiet", "-f"],
    ["derive", "FILE", "--sheet", "--quiet", "-f"],
    ["derive", "FILE", "--index", "0", "--gradient", "-o", "slopes.npy", "--quiet", "-f"],
    ["neighbors", "FILE", "one.png"],
    ["pairs", "FILE", "--similar", "1"],
    ["morph", "FILE", "one.png", "two.png", "--frames", "2", "--size", "12", "--quiet", "-f"],
    ["info", "SOUND"],
    ["report", "SOUND"],
    ["decode", "SOUND", "--rate", "8000", "--quiet", "-f"],
    ["morph", "FILE", "one.png", "two.png", "--mode", "code", "--frames", "2", "--size", "12", "--quiet", "-f"],
)


def test_quick_commands_load_nothing_heavy(small_set: Path, small_images: Path, tmp_path: Path) -> None:
    """In one process, one after the other: what is loaded stays, so each is asked what was not there before it."""
    given = {"FILE": str(small_set), "PICTURE": str(small_images / "one.png"), "SOUND": str(SOUND)}
    lines = [[given.get(word, word) for word in words] for words in QUICK]
    script = f"""
import sys
from inrcodec.cli.app import main
found = []
for words in {lines!r}:
    before = sys.modules.keys() & {set(HEAVY)!r}
    code = main(words)
    loaded = (sys.modules.keys() & {set(HEAVY)!r}) - before
    found += [f"{{words[0]}}:exit:{{code}}"] * (code != 0) + [f"{{words[0]}}:{{name}}" for name in loaded]
print("SAID", *found)
"""
    assert said_by(script, tmp_path) == set()


def test_meshes_of_shapes_load_no_torch(tmp_path: Path) -> None:
    """What marches through cubes is loaded where it is asked for; distances as numbers need nothing but numpy."""
    pytest.importorskip("trimesh")
    file = str(ROOT / "tests" / "golden" / "signals" / "shape.inr")
    for out, watched in (("a.npy", HEAVY), ("a.stl", ("torch", "numba", "textual"))):
        words = ["decode", file, "-o", out, "--size", "8", "--quiet", "-f"]
        code = f"from inrcodec.cli.app import main\nassert main({words!r}) in (0, 2)"
        assert loaded_by(code, tmp_path, watched) == set()


def test_encoding_with_kernels_loads_no_torch(small_images: Path, tmp_path: Path) -> None:
    """Its import takes longer than a short fit; held-out pixels, snapshots and the report at the end do without."""
    pytest.importorskip("numba")
    words = [
        "encode",
        str(small_images),
        "-o",
        "set.inr",
        "--passes",
        "60",
        "--snapshots",
        "1,final",
        "--device",
        "cpu",
    ]
    words += ["--engine", "kernel", "--quiet"]
    assert (
        loaded_by(f"from inrcodec.cli.app import main\nassert main({words!r}) == 0", tmp_path, ("torch", "textual"))
        == set()
    )


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="where threads are listed")
def test_tables_are_read_without_threads_that_outlive_it(
    small_collection: Path, small_set: Path, small_images: Path, tmp_path: Path
) -> None:
    """Arrow's own ask for Python's lock when they let go of what they read, and abort a program that has ended."""
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pictures = [path.read_bytes() for path in sorted(small_images.glob("*.png"))]
    parquet.write_table(pyarrow.table({"image": pictures, "label": [1] * len(pictures)}), tmp_path / "some.parquet")
    script = f"""
import pathlib
from inrcodec.cli.app import main
def threads():
    names = [path.read_text().strip() for path in pathlib.Path("/proc/self/task").glob("*/comm")]
    return len([name for name in names if "jemalloc" not in name])
assert main(["verify", {str(small_set)!r}]) == 0
before = threads()
assert main(["verify", {str(small_collection)!r}]) == 0
from inrcodec.images import find_packed
assert [file.within.read()[:4] for file in find_packed(["some.parquet"], "parquet").files]
print("SAID", threads() - before)
"""
    assert said_by(script, tmp_path) == {"0"}
