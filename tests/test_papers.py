"""The root holds what it should, papers lead where they say, and the same words stand wherever they have to agree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IN_THE_ROOT = {
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "pyproject.toml",
    "Makefile",
    "inrcodec",
    "samples",
    "tests",
    "docs",
    "tools",
    ".ci",
    ".gitignore",
    ".pre-commit-config.yaml",
}
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
MOST_LINES = 200  # of the README; what is longer has a place in docs/


def tracked() -> list[str]:
    """Names in the root that git knows, or that came with a source archive."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def test_what_may_stand_in_the_root() -> None:
    assert {path.split("/")[0] for path in tracked()} <= IN_THE_ROOT


def anchors(paper: Path) -> set[str]:
    """Headings as GitHub links to them."""
    headings = re.findall(r"^#+ (.+)$", paper.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_links_between_papers_lead_somewhere(paper: Path) -> None:
    for link in LINK.findall(paper.read_text("utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        aim = (paper.parent / path).resolve() if path else paper
        assert aim.exists(), f"{paper.name}: {link}"
        assert not anchor or anchor in anchors(aim), f"{paper.name}: {link}"


def named_paths(text: str) -> set[Path]:
    """Paths from the root, or from the package, that a paper puts in code marks."""
    rooms = [folder.name for folder in (ROOT / "inrcodec").iterdir() if folder.is_dir()]
    named = re.findall(r"`((?:inrcodec|tests|tools|samples|docs)/[\w./-]*\w)`", text)
    inside = re.findall(rf"`((?:{'|'.join(rooms)})/[\w./-]*\w)`", text)
    return {ROOT / path for path in named} | {ROOT / "inrcodec" / path for path in inside}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_files_that_papers_name_are_there(paper: Path) -> None:
    missing = [path for path in named_paths(paper.read_text("utf-8")) if not path.exists()]
    assert not missing


def test_files_to_start_from_are_there() -> None:
    """The tables of the architecture: a folder in one column, a file of it in the next."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    found = re.findall(r"^\|.*?`(inrcodec/[\w/]+/)` .*?\| `([\w/]+\.py)`", text, re.MULTILINE)
    assert len(found) > 15
    for folder, start in found:
        assert (ROOT / folder / start).is_file(), (folder, start)


def test_the_readme_is_short_and_knows_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    source = (ROOT / "inrcodec" / "cli" / "app.py").read_text("utf-8")
    for command in re.findall(r'app\.command\("(\w+)"', source):
        assert f"`inrcodec {command} " in text, command


def test_the_source_archive_holds_the_papers() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        included = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    hidden = {name for name in IN_THE_ROOT if name.startswith(".")} | {"pyproject.toml"}  # hatchling takes the latter
    assert set(included) == IN_THE_ROOT - hidden


def test_the_picture_of_the_floors_is_the_one_that_is_enforced() -> None:
    walls = (ROOT / "tests" / "test_walls.py").read_text("utf-8")
    enforced = [set(re.findall(r'"(\w+)"', floor)) for floor in re.findall(r"frozenset\(\{(.*?)\}\)", walls)]
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    picture = text.split("```")[1].strip("\n").splitlines()
    drawn = [set(re.split(r" {2,}", line[:30].strip())) for line in picture]
    assert drawn[::-1] == [rooms for rooms in enforced if rooms != {"__main__"}]
    for rooms in enforced:
        for room in rooms - {"errors", "version", "settings", "__main__"}:
            assert f"`inrcodec/{room}" in text, room
