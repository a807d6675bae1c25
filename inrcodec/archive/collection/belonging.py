"""Does a file belong to a collection? One that is changed by itself would not be what the manifest says any more."""

from __future__ import annotations

import re
from pathlib import Path

from inrcodec.archive.collection.reading import read_files
from inrcodec.bitstream.collection import MANIFEST, is_collection
from inrcodec.errors import InrError, UsageError

OURS = re.compile(r"[0-9a-f]{20}\.inr")  # a shard's name: nothing else is ever removed


def check_changeable(file: str | Path, output: str | Path | None) -> None:
    """UsageError where a collection would be changed as if it were a file, or a shard behind its manifest's back."""
    path = Path(file)
    if is_collection(path):
        raise UsageError(
            f"{file}: is a collection, which is changed by encoding its pictures again, with those that are new or "
            f"other; unchanged shards stay (the commands `inrcodec add` and `remove` put images in and take them out)"
        )
    target = path if output is None else Path(output)
    if is_shard(target):
        raise UsageError(
            f"{target}: is a shard of the collection {target.parent}, which would not fit its manifest any more; "
            "write another file (-o elsewhere), or encode the collection's pictures again"
        )


def is_shard(path: Path) -> bool:
    """Whether a manifest beside the file lists it."""
    if not (path.parent / MANIFEST).is_file():
        return False
    try:
        return path.name in read_files(path.parent)
    except (InrError, ModuleNotFoundError):
        return OURS.fullmatch(path.name) is not None
