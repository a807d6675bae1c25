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
from inrcodec.bitstream.files import write_atomically

VERSION = 2
VERSIONS = (1, 2)  # that are read: 1 had all columns plainly or with dictionaries
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
MANY, TINY = 4096, 512  # images from which on their figures are rounded more where they have fewer bytes each
COARSE_BITS, FINE_BITS = 4, 10  # of an image's share of bytes
LEVEL = 9  # of zstd: higher ones take longer and save next to nothing
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
    counts = [shard.images for shard in shards]
    images = sum(counts)
    size = sum(shard.bytes for shard in shards) / max(1, images)
    columns: dict[str, Any] = {
        "name": list(chain.from_iterable(one.names for one in rows)),
        "shard": np.repeat(np.arange(len(shards)), counts),
        "number": np.concatenate([np.arange(count) for count in counts]),
        "height": list(chain.from_iterable(one.heights for one in rows)),
        "width": list(chain.from_iterable(one.widths for one in rows)),
        "psnr": list(chain.from_iterable(one.psnr for one in rows)),
        "bytes": list(chain.from_iterable(one.bytes for one in rows)),
    }
    tiny = images >= MANY and size < TINY
    columns["psnr"] = [None if one is None else round(one, 1 if tiny else 2) for one in columns["psnr"]]
    columns["bytes"] = _rounded(columns["bytes"], COARSE_BITS if tiny else FINE_BITS)
    blob = _packed(columns, _metadata(shards, about))
    write_atomically(folder / MANIFEST, blob, overwrite=overwrite, follow=False)


def _metadata(shards: Sequence[Shard], about: About) -> dict[str, bytes]:
    """What the file tells beside its table."""
    listed = list(shards)
    if len(msgspec.json.encode(listed)) > MOST_SHARDS * MOST_SHARD_BYTES:  # who reads them reads whole files, then
        listed = [msgspec.structs.replace(shard, head=0, blocks=[]) for shard in listed]
    told = {"version": VERSION, "shards": listed, "about": about}
    metadata = {KEY + key: msgspec.json.encode(value) for key, value in told.items()}
    if len(metadata[KEY + "about"]) > MOST_ABOUT_BYTES:
        short = msgspec.structs.replace(about, missing=about.missing[:LISTED], skipped=about.skipped[:LISTED])
        metadata[KEY + "about"] = msgspec.json.encode(short)
    metadata[KEY + "blake2b"] = checksum(metadata[KEY + "shards"], metadata[KEY + "about"])
    return metadata


def _packed(columns: dict[str, Any], metadata: dict[str, bytes]) -> bytes:
    """The file: names as they are, or what each has not in common with the one before, whichever takes fewer bytes."""
    import pyarrow
    from pyarrow import parquet

    kinds = {name: pyarrow.float32() if kind == "float" else kind for name, kind in COLUMNS.items()}
    schema = pyarrow.schema([pyarrow.field(name, kind, nullable=name == "psnr") for name, kind in kinds.items()])
    arrays = [pyarrow.array(columns[field.name], field.type) for field in schema]
    table = pyarrow.Table.from_arrays(arrays, schema=schema)

    def packed(names: str) -> bytes:
        sink = io.BytesIO()
        with parquet.ParquetWriter(
            sink,
            table.schema,
            compression="zstd",
            compression_level=LEVEL,
            use_dictionary=["height", "width", "psnr", "bytes"],
            column_encoding={"name": names, "shard": "DELTA_BINARY_PACKED", "number": "DELTA_BINARY_PACKED"},
            store_schema=False,  # Arrow's own, which would have the metadata once more
            write_page_checksum=True,
            write_statistics=False,
        ) as file:
            file.write_table(table)
            file.add_key_value_metadata(metadata)
        return sink.getvalue()

    return min(packed("DELTA_BYTE_ARRAY"), packed("PLAIN"), key=len)


def _rounded(values: Sequence[float], bits: int) -> npt.NDArray[np.float32]:
    """To so many significant bits."""
    fractions, exponents = np.frexp(np.asarray(values, np.float64))
    found: npt.NDArray[np.float32] = np.ldexp(np.rint(np.ldexp(fractions, bits)), exponents - bits).astype(np.float32)
    return found


def checksum(shards: bytes, about: bytes) -> bytes:
    """BLAKE2b-256 of what the metadata tell, in hexadecimal digits; the pages of the table have CRCs of their own."""
    found = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for told in (shards, about):
        found.update(len(told).to_bytes(8, "little") + told)
    return found.hexdigest().encode()
