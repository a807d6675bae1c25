"""The walls of the house: imports only go down, and libraries stay in their rooms; what is loaded: `test_loading`."""

from __future__ import annotations

import ast
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
def looked_at(path: Path) -> tuple[list[ast.Import | ast.ImportFrom], list[ast.Call]]:
    """Where a file imports something, and where it calls; several tests ask, and reading it takes longest."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return imports, [node for node in nodes if isinstance(node, ast.Call)]


def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return looked_at(path)[0]


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


def test_many_values_are_given_by_name() -> None:
    """Seven values in a row are told apart by nobody."""
    wrong = []
    for path in modules():
        for node in looked_at(path)[1]:
            if len(node.args) >= 7 and (made := ast.unparse(node.func).rpartition(".")[2].lstrip("_"))[:1].isupper():
                wrong.append(f"{path}:{node.lineno}: {made}")
    assert not wrong
