"""Write the manual pages of all commands into a folder: python tools/write_man_pages.py build/man/man1."""

from __future__ import annotations

import sys
from pathlib import Path

from inrcodec.cli.app import program
from inrcodec.cli.man_pages import man_pages

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/man/man1")
folder.mkdir(parents=True, exist_ok=True)
for name, text in man_pages(program()):
    (folder / name).write_text(text, "utf-8")
print(f"{folder}: as in man -M {folder.parent} inrcodec-encode")
