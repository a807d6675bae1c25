"""The walls of the house: imports only go down, and what must answer quickly loads neither torch nor textual."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "inrcodec"

# From the ground up; a module may import from its own room and from lower floors, never from a neighbour or from above.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "version"}),
    frozenset({"settings", "numerics", "parquet"}),
    frozenset({"bitstream", "images", "signals"}),
    frozenset({"field", "detail"}),
    frozenset({"archive"}),
    frozenset({"fitting"}),
    frozenset({"evaluate", "morph", "retrieval"}),
    frozenset({"encoding", "exporters"}),
    frozenset({"benchmark"}),
    frozenset({"tui"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
ONLY_IN = {
    "torch": {"fitting"},
    "numba": {"fitting"},
    "llvmlite": {"fitting"},
    "textual": {"tui"},
    "typer": {"cli"},
    "PIL": {"images", "signals", "exporters", "benchmark", "tui"},
    "soundfile": {"signals", "exporters"},
    "trimesh": {"signals", "exporters"},
    "skimage": {"evaluate"},
    "scipy": {"evaluate", "signals"},
    "imagecodecs": {"benchmark"},
    "matplotlib": {"exporters"},
    "pyarrow": {"archive", "images"},
    "ray": {"encoding"},
    "fsspec": {"archive"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room of a file: its folder or file name directly below the package; "" for the package's own door."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


@cache
def imports_of(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Where a file imports something; several tests ask, and reading it takes longer than looking at it."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module with its line, wherever in the file the import stands."""
    for node in imports_of(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        else:
            assert node.level == 0, f"{path}:{node.lineno}: relative import; the walls are read from absolute ones"
            assert node.module is not None
            yield node.module, node.lineno
            if node.module == "inrcodec":
                yield from ((f"inrcodec.{alias.name}", node.lineno) for alias in node.names)


def test_imports_only_go_down() -> None:
    wrong = []
    for path in modules():
        room = room_of(path)
        if room == "":
            continue  # the public door opens every room, lazily
        assert room in FLOOR, f"{path}: a new room; give it a floor here"
        for name, line in imported(path):
            parts = name.split(".")
            if parts[0] != "inrcodec" or len(parts) < 2 or parts[1] not in FLOOR:
                continue
            if parts[1] != room and FLOOR[parts[1]] >= FLOOR[room]:
                wrong.append(f"{path}:{line}: {room} must not import {name}")
    assert not wrong


def test_libraries_stay_in_their_rooms() -> None:
    wrong = []
    for path in modules():
        for name, line in imported(path):
            rooms = ONLY_IN.get(name.split(".")[0])
            if rooms is not None and room_of(path) not in rooms:
                wrong.append(f"{path}:{line}: {name} belongs in {rooms} only")
    assert not wrong


def test_few_rooms_below_the_package() -> None:
    single = {"__init__", "__main__", "errors", "settings", "parquet", "archive", "version", "py"}
    rooms = {path.name.split(".")[0] for path in PACKAGE.iterdir() if path.name != "__pycache__"} - single
    assert len(rooms) <= 15, rooms


def test_no_module_imports_itself_by_way_of_others() -> None:
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in modules()
    }
    arrows = {
        name: {one for other, _ in imported_modules(path) for one in loaded_with(other, name)} & names.keys() - {name}
        for name, path in names.items()
    }
    sorter = TopologicalSorter(arrows)
    try:
        sorter.prepare()
    except CycleError as failure:
        pytest.fail(f"a circle of imports: {' -> '.join(failure.args[1])}")


def loaded_with(module: str, importer: str) -> Iterator[str]:
    """A module and the folders above it, whose `__init__` runs first, but for those that the importer stands in."""
    yield module
    for folder in PurePosixPath(module.replace(".", "/")).parents:
        above = str(folder).replace("/", ".")
        if not f"{importer}.".startswith(f"{above}.") and above not in (".", ""):
            yield above


def imported_modules(path: Path) -> Iterator[tuple[str, int]]:
    """The same as `imported`, but a module taken out of its folder by name is that module, not the folder."""
    for node in imports_of(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("inrcodec"):
            for alias in node.names:
                place = ROOT.joinpath(*node.module.split("."), alias.name)
                inside = place.is_dir() or place.with_suffix(".py").is_file()
                yield (f"{node.module}.{alias.name}" if inside else node.module), node.lineno
        elif isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)


def test_kernels_stand_in_one_folder_without_torch() -> None:
    kernels = PACKAGE / "fitting" / "kernels"
    for path in modules():
        found = {name.split(".")[0] for name, _ in imported(path)}
        if kernels in path.parents:
            assert "torch" not in found, path
        else:
            assert not found & {"numba", "llvmlite"}, path


def test_tui_never_fits() -> None:
    for path in (PACKAGE / "tui").rglob("*.py"):
        for name, line in imported(path):
            assert not name.startswith(("inrcodec.fitting", "inrcodec.encoding")), f"{path}:{line}"


def test_nobody_imports_the_command_line() -> None:
    for path in modules():
        for name, line in imported(path):
            if name.startswith("inrcodec.cli"):
                assert room_of(path) in ("cli", "__main__"), f"{path}:{line}"


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


def test_many_values_are_given_by_name() -> None:
    """Seven values in a row are told apart by nobody."""
    wrong = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                made = ast.unparse(node.func).rpartition(".")[2].lstrip("_")
                if made[:1].isupper() and len(node.args) >= 7:
                    wrong.append(f"{path}:{node.lineno}: {made}")
    assert not wrong
