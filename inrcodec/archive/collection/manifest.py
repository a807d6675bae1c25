"""The manifest of a collection: a row per image, a short table of shards, and how they were made; one Parquet file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.collection import MANIFEST, MOST_ABOUT_BYTES, MOST_SHARD_BYTES, MOST_SHARDS
from inrcodec.bitstream.container import write_atomically

VERSION = 1
DIGEST_BYTES = 32  # of BLAKE2b
LISTED = 1000  # images of each list that are told of where all of them are too many
# Columns of the table, in its order: what pyarrow calls their types. The first holds text, the others numbers.
COLUMNS = {
    "name": "string",
    "shard": "int32",
    "number": "int32",
    "height": "int32",
    "width": "int32",
    "psnr": "float",
    "bytes": "float",
}
KEY = "inrcodec."  # in front of every key of the metadata


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """One file: how many images and bytes, BLAKE2b-256 in hexadecimal digits, and how it came to be.

    head, blocks: bytes before the blocks of latents, and of each; nothing where they do not lie side by side.
    """

    file: str
    images: int
    bytes: int
    blake2b: str
    channels: int
    base: str | None = None
    seconds: float = 0.0
    head: int = 0
    blocks: list[int] = []


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifest says of the images of one shard, in the shard's order; psnr: null where it is unknown."""

    names: list[str]
    heights: list[int]
    widths: list[int]
    psnr: list[float | None]
    bytes: list[float]


class About(msgspec.Struct, frozen=True, kw_only=True):
    """How a collection was made; missing: images whose shards failed, skipped: files not read, and why."""

    software: str
    settings: dict[str, Any] = {}
    order: str = "names"
    missing: list[str] = []
    skipped: list[tuple[str, str]] = []


@dataclass(frozen=True, eq=False)
class Manifest:
    """A manifest that agrees with itself; all arrays are (images,), in the order of the images' numbers."""

    shards: tuple[Shard, ...]
    about: About
    names: tuple[str, ...]
    shard: npt.NDArray[np.int32]
    number: npt.NDArray[np.int32]  # in the shard
    height: npt.NDArray[np.int32]
    width: npt.NDArray[np.int32]
    psnr: npt.NDArray[np.float32]
    bytes: npt.NDArray[np.float32]
    size: int = 0  # of its file
    intact: bool = True  # what its metadata tell has the checksum that is written there

    def members(self, shard: int) -> npt.NDArray[np.int64]:
        """Numbers of a shard's images, in the shard's order."""
        found = np.flatnonzero(self.shard == shard)
        ordered: npt.NDArray[np.int64] = found[np.argsort(self.number[found])]
        return ordered


def check_library() -> None:
    """ModuleNotFoundError where what reads and writes manifests is missing: better before hours of work."""
    import pyarrow.parquet  # noqa: F401


def write_manifest(
    folder: Path, shards: Sequence[Shard], rows: Sequence[Rows], about: About, *, overwrite: bool
) -> None:
    """Write the manifest of these shards, whole or not at all; images are numbered shard by shard."""
    import pyarrow
    from pyarrow import parquet

    counts = [shard.images for shard in shards]
    numbers = {
        "shard": np.repeat(np.arange(len(shards)), counts),
        "number": np.concatenate([np.arange(count) for count in counts]),
    }
    columns: dict[str, Any] = {
        "name": chain.from_iterable(one.names for one in rows),
        "height": chain.from_iterable(one.heights for one in rows),
        "width": chain.from_iterable(one.widths for one in rows),
        "psnr": chain.from_iterable(one.psnr for one in rows),
        "bytes": chain.from_iterable(one.bytes for one in rows),
    }
    arrays = [
        pyarrow.array(numbers[name].astype(np.int32) if name in numbers else list(columns[name]), _type(kind))
        for name, kind in COLUMNS.items()
    ]
    listed = list(shards)
    if len(msgspec.json.encode(listed)) > MOST_SHARDS * MOST_SHARD_BYTES:  # who reads them reads whole files, then
        listed = [msgspec.structs.replace(shard, head=0, blocks=[]) for shard in listed]
    told = {"version": VERSION, "shards": listed, "about": about}
    metadata = {KEY + key: msgspec.json.encode(value) for key, value in told.items()}
    if len(metadata[KEY + "about"]) > MOST_ABOUT_BYTES:
        short = msgspec.structs.replace(about, missing=about.missing[:LISTED], skipped=about.skipped[:LISTED])
        metadata[KEY + "about"] = msgspec.json.encode(short)
    metadata[KEY + "blake2b"] = checksum(metadata[KEY + "shards"], metadata[KEY + "about"])
    table = pyarrow.Table.from_arrays(arrays, names=list(COLUMNS)).replace_schema_metadata(metadata)
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    write_atomically(folder / MANIFEST, sink.getvalue(), overwrite=overwrite)


def checksum(shards: bytes, about: bytes) -> bytes:
    """BLAKE2b-256 of what the metadata tell, in hexadecimal digits; the pages of the table have CRCs of their own."""
    found = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for told in (shards, about):
        found.update(len(told).to_bytes(8, "little") + told)
    return found.hexdigest().encode()


def _type(kind: str) -> Any:
    import pyarrow

    return pyarrow.float32() if kind == "float" else pyarrow.type_for_alias(kind)
