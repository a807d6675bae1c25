"""Fewer images of a collection: shards that had some of them are written anew, then the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.archive import Collection
from inrcodec.archive.collection import Rows, Shard, write_manifest
from inrcodec.bitstream.collection import MANIFEST
from inrcodec.bitstream.files import cut_link
from inrcodec.bitstream.one_writer import only_writer
from inrcodec.encoding.rearrange import remove
from inrcodec.encoding.shards.division import KEY_BYTES
from inrcodec.encoding.shards.journal import Journal
from inrcodec.encoding.shards.task import described
from inrcodec.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class RemovalResult:
    """What is left; names: of the images that left; rewritten: shards; size_before: bytes.

    left_behind: files that still hold images which left, as they could not be removed.
    """

    collection: Collection
    names: tuple[str, ...]
    rewritten: int
    size_before: int
    left_behind: tuple[Path, ...]


def remove_from_collection(folder: str | Path, images: str, *, trust: bool = False) -> RemovalResult:
    """Take images, named as in "3,7-9,icons/*", out of a collection; the others decode to what they did.

    Until the new manifest is in its place the old one holds, and all of its shards are there. Raises UsageError where
    this cannot be done.
    """
    path = Path(folder)
    with only_writer(path / MANIFEST):
        found = Collection.open(path, trust=trust)
        gone = set(found.select(images))
        if len(gone) == len(found):
            raise UsageError(f"{path}: nothing would be left; delete the collection instead")
        listed = {shard.file for shard in found.manifest.shards}
        with Journal(path, listed) as journal:
            shards, rows = _left(found, gone, journal, trust=trust)
            now = {shard.file for shard in shards}
            journal.replaces(now)
            write_manifest(path, shards, rows, found.manifest.about, overwrite=True)
            left_behind = journal.done(now)
    return RemovalResult(
        collection=Collection.open(path),
        names=tuple(found.names[number] for number in sorted(gone)),
        rewritten=len(listed - now),
        size_before=found.file_size,
        left_behind=left_behind,
    )


def _left(found: Collection, gone: set[int], journal: Journal, *, trust: bool) -> tuple[list[Shard], list[Rows]]:
    """The shards of the new manifest, those that lose images as other files."""
    shards, rows = list[Shard](), list[Rows]()
    for which, shard in enumerate(found.manifest.shards):
        members = [int(number) for number in found.manifest.members(which)]
        kept = [number for number in members if number not in gone]
        if len(kept) == len(members):
            shards.append(shard)
            rows.append(rows_of(found, kept))
        elif kept:
            lost = [place for place, number in enumerate(members) if number in gone]
            changed, told = _without(found, which, lost, journal, trust=trust)
            shards.append(changed)
            rows.append(told)
    return shards, rows


def _without(
    found: Collection, which: int, lost: Sequence[int], journal: Journal, *, trust: bool
) -> tuple[Shard, Rows]:
    """A shard without some of its images, as another file whose name says which."""
    old = found.manifest.shards[which]
    found.shard(which)  # which is checked here to be what the manifest says
    key = hashlib.blake2b(f"{old.blake2b} {list(lost)}".encode(), digest_size=KEY_BYTES).hexdigest()
    folder = Path(found.called)
    output = folder / f"{key}.inr"
    journal.makes(output.name)
    cut_link(output)
    result = remove(folder / old.file, list(lost), output, trust=trust, overwrite=True)
    return described(result.archive, old.seconds)


def rows_of(found: Collection, numbers: Sequence[int]) -> Rows:
    """What the manifest says of images."""
    manifest = found.manifest
    return Rows(
        names=[manifest.names[number] for number in numbers],
        heights=manifest.height[list(numbers)].tolist(),
        widths=manifest.width[list(numbers)].tolist(),
        psnr=[found[number].psnr for number in numbers],
        bytes=manifest.bytes[list(numbers)].tolist(),
    )
