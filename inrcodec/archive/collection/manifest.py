"""The manifest of a collection: a row per image, a short table of shards, and how they were made; one Parquet file."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.container import write_atomically
from inrcodec.bitstream.header import MAX_IMAGES
from inrcodec.errors import CorruptFileError, InrError, UnsupportedFileError, UsageError

MANIFEST, SUFFIX = "manifest.parquet", ".inrs"
VERSION = 1
MOST_IMAGES, MOST_SHARDS, MOST_BYTES = 1 << 24, 1 << 16, 1 << 30  # more belong into several collections
FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}\.inr")  # names in the folder, none of which leads out of it
DIGEST_BYTES = 32  # of BLAKE2b
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
    """One file: how many images and bytes, BLAKE2b-256 in hexadecimal digits, and how it came to be."""

    file: str
    images: int
    bytes: int
    blake2b: str
    channels: int
    base: str | None = None
    seconds: float = 0.0


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
    told = {"version": VERSION, "shards": list(shards), "about": about}
    metadata = {KEY + key: msgspec.json.encode(value) for key, value in told.items()}
    table = pyarrow.Table.from_arrays(arrays, names=list(COLUMNS)).replace_schema_metadata(metadata)
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    write_atomically(folder / MANIFEST, sink.getvalue(), overwrite=overwrite)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the collection in that folder, checked against itself; shards are not looked at.

    UsageError where there is none, CorruptFileError and UnsupportedFileError say what is wrong with it.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise UsageError(f"{folder}: has no {MANIFEST}: no collection, or one that is not finished")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise UnsupportedFileError(f"{path}: has {size} bytes; at most {MOST_BYTES} are read")
    try:
        return _checked(*_parsed(path), size)
    except (CorruptFileError, UnsupportedFileError) as failure:
        raise type(failure)(f"{path}: ", failure.message) from failure


def _parsed(path: Path) -> tuple[tuple[Shard, ...], About, dict[str, Any]]:
    """Shards, how they were made, and the columns as they are."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            told = {key.decode(): value for key, value in (file.schema_arrow.metadata or {}).items()}
            if KEY + "version" not in told:
                raise CorruptFileError("is no manifest of a collection")
            if told[KEY + "version"] != str(VERSION).encode():
                raise UnsupportedFileError("is of a later version: update inrcodec")
            kinds = {field.name: str(field.type) for field in file.schema_arrow}
            if kinds != COLUMNS:
                raise CorruptFileError(f"has other columns than {', '.join(COLUMNS)}")
            claimed = sum(file.metadata.row_group(at).total_byte_size for at in range(file.metadata.num_row_groups))
            if file.metadata.num_rows > MOST_IMAGES or claimed > MOST_BYTES:
                raise UnsupportedFileError(
                    f"claims {file.metadata.num_rows} images and {claimed} bytes; at most {MOST_IMAGES} and "
                    f"{MOST_BYTES} are read"
                )
            table = file.read()
        shards = msgspec.json.decode(told[KEY + "shards"], type=tuple[Shard, ...])
        about = msgspec.json.decode(told[KEY + "about"], type=About)
        columns = {name: _values(table.column(name), kind) for name, kind in COLUMNS.items()}
    except (KeyError, UnicodeDecodeError, msgspec.ValidationError, msgspec.DecodeError, pyarrow.ArrowException) as one:
        raise CorruptFileError(f"cannot be read: {' '.join(str(one).split())[:200]}") from one
    except OSError as failure:
        raise InrError(f"{path}: cannot be read: {failure.strerror or failure}") from failure
    return shards, about, columns


def _values(column: Any, kind: str) -> Any:
    if kind == "string":
        return tuple(column.to_pylist())
    if kind == "int32" and column.null_count:
        raise CorruptFileError("has numbers that are missing")
    found = column.combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(found, np.float32 if kind == "float" else np.int32)


def _checked(shards: tuple[Shard, ...], about: About, columns: dict[str, Any], size: int) -> Manifest:
    found = Manifest(
        shards=shards, about=about, names=columns["name"], shard=columns["shard"], number=columns["number"],
        height=columns["height"], width=columns["width"], psnr=columns["psnr"], bytes=columns["bytes"], size=size,
    )  # fmt: skip
    files = {shard.file for shard in shards}
    if not 1 <= len(shards) <= MOST_SHARDS or len(files) < len(shards):
        raise CorruptFileError(f"lists {len(shards)} shards, {len(files)} of them different")
    for shard in shards:
        good = 1 <= shard.images <= MAX_IMAGES and shard.bytes > 0 and 1 <= shard.channels <= 4
        if not (
            good and FILE.fullmatch(shard.file) and re.fullmatch(rf"[0-9a-f]{{{2 * DIGEST_BYTES}}}", shard.blake2b)
        ):
            raise CorruptFileError(f"has a row that is none of a shard: {shard.file[:100]!r}")
    if not all(found.names) or len(set(found.names)) < len(found.names):
        raise CorruptFileError("has images without names, or two of one name")
    if found.shard.min(initial=0) < 0 or found.shard.max(initial=0) >= len(shards):
        raise CorruptFileError("has images of shards that it does not list")
    counts = np.array([shard.images for shard in shards])
    order = np.lexsort((found.number, found.shard))
    expected = np.concatenate([np.arange(count) for count in counts])
    if not np.array_equal(np.bincount(found.shard, minlength=len(shards)), counts) or not np.array_equal(
        found.number[order], expected
    ):
        raise CorruptFileError("has other images than its shards have")
    if min(found.height.min(), found.width.min()) < 1:
        raise CorruptFileError("has images without pixels")
    return found


def _type(kind: str) -> Any:
    import pyarrow

    return pyarrow.float32() if kind == "float" else pyarrow.type_for_alias(kind)
