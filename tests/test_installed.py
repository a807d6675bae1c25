"""What users get: an sdist with everything in it, and wheels made of it that encode and decode in a fresh environment.

Also with other versions of Python where they are found, and without torch, which a server does not need.
"""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("3.12", "3.13", "3.14")
SHIPPED = ("docs/install.md", "docs/decode-only.txt", "docs/usage.md", "samples/labels.csv", "tools/measure_sets.py",
           "tests/test_walls.py", "Makefile", "README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE")  # fmt: skip
INSTALL = (
    "-m",
    "pip",
    "install",
    "-q",
    "--no-compile",
)  # compiling torch takes a minute, and no command needs all of it
QUICK = ("--passes", "2", "--threads", "1", "--quiet", "--no-verdict")

pytestmark = pytest.mark.slow


def run(*words: object, cwd: Path, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """A command, far from this repository and its packages."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True)
    if "connection" in done.stderr.lower() and "pip" in words:
        pytest.skip("no package index in reach")
    assert (done.returncode != 0) is fails, (words, done.stderr)
    return done


def fresh(folder: Path, python: str | Path = sys.executable) -> Path:
    """The folder of programs of a new environment."""
    if Path(python) == Path(sys.executable):
        venv.create(folder, with_pip=True)
    else:
        run(python, "-m", "venv", folder, cwd=folder.parent)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def found_pythons() -> Iterator[str]:
    """Other Pythons than this one that work."""
    kept = Path.home() / ".pyenv" / "versions"
    for wanted in OTHERS:
        places = [shutil.which(f"python{wanted}"), *sorted(kept.glob(f"{wanted}.*/bin/python"))]
        for place in map(str, filter(None, places)):
            said = subprocess.run([place, "-c", "import sys, venv; print(sys.version)"], capture_output=True, text=True)
            if said.stdout.startswith(wanted):
                yield place
                break


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from the sdist, which lies beside it."""
    folder = tmp_path_factory.mktemp("dist")
    python = fresh(folder / "build") / "python"
    run(python, *INSTALL, "hatchling>=1.26", cwd=folder)
    run(python, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    run(python, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, sdist, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


def test_the_sdist_has_the_documents_and_the_wheel_what_runs(wheel: Path) -> None:
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert names.issuperset(SHIPPED)
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "inrcodec").rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name}
    assert names >= ours
    with zipfile.ZipFile(wheel) as zipped:
        inside = set(zipped.namelist())
    assert {name for name in inside if ".dist-info/" not in name} == ours


def requirements(wheel: Path) -> list[str]:
    """What the wheel asks for, extras apart."""
    with zipfile.ZipFile(wheel) as zipped:
        (name,) = (name for name in zipped.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(zipped.read(name))
    return [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]


def encode_and_decode(programs: Path, folder: Path) -> None:
    """As the first lines of the README have it."""
    inrcodec = programs / "inrcodec"
    run(inrcodec, "encode", ROOT / "samples" / "48", "-o", "set.inr", *QUICK, cwd=folder)
    run(inrcodec, "verify", "set.inr", cwd=folder)
    run(inrcodec, "decode", "set.inr", "--index", "0-3", "--size", "96", "-o", "out", cwd=folder)
    assert len(list((folder / "out").iterdir())) == 4


def test_one_command_installs_it(wheel: Path, tmp_path: Path) -> None:
    try:  # the build of torch that is here is found again: for most, the small one
        torch = f"torch=={version('torch').partition('+')[0]}"
    except PackageNotFoundError:
        torch = "torch"
    programs = fresh(tmp_path / "venv")
    run(programs / "python", *INSTALL, torch, wheel, cwd=tmp_path)
    encode_and_decode(programs, tmp_path)
    words = ("encode", "out", "-o", "torch.inr", "--engine", "torch", "--target-size", "20k", *QUICK, "--passes", "1")
    done = run(programs / "inrcodec", *words, cwd=tmp_path, fails=True)
    assert done.returncode == 4, done.stderr  # a single pass does not get there
    assert (tmp_path / "torch.inr").stat().st_size <= 20_000


@pytest.mark.parametrize("python", [*found_pythons()] or [pytest.param("", marks=pytest.mark.skip("no other Python"))])
def test_other_pythons_encode_without_torch_and_say_when_it_is_missing(
    python: str, wheel: Path, tmp_path: Path
) -> None:
    programs = fresh(tmp_path / "venv", python)
    needed = [line for line in requirements(wheel) if not line.startswith("torch")]
    run(programs / "python", *INSTALL, *needed, cwd=tmp_path)
    run(programs / "python", *INSTALL, "--no-deps", wheel, cwd=tmp_path)
    encode_and_decode(programs, tmp_path)
    words = ("encode", "out", "-o", "b.inr", "--engine", "torch", *QUICK)
    said = run(programs / "inrcodec", *words, cwd=tmp_path, fails=True).stderr
    assert "pip install torch" in said
    assert len(said.strip().splitlines()) == 1
