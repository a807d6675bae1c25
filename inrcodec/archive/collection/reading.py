"""Reading the manifest of a collection, which may be anybody's: nothing in it is believed before it is compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.archive.collection.manifest import COLUMNS, DIGEST_BYTES, KEY, VERSIONS, About, Manifest, Shard, checksum
from inrcodec.archive.collection.pages import check_pages
from inrcodec.archive.collection.texts import ONCE, check_texts, texts_of
from inrcodec.archive.places import Place
from inrcodec.bitstream.collection import (
    MANIFEST,
    MOST_ABOUT_BYTES,
    MOST_BYTES,
    MOST_SETTINGS_BYTES,
    MOST_SHARD_BYTES,
    MOST_SHARDS,
    ROW_BYTES,
    most_images,
    most_text,
)
from inrcodec.bitstream.container import MAX_FILE_BYTES
from inrcodec.bitstream.header import MAX_IMAGES, MAX_PIXELS, MAX_SIDE
from inrcodec.bitstream.ranged import FRAME
from inrcodec.errors import CorruptFileError, UnsupportedFileError, UsageError
from inrcodec.parquet import Group, groups_of

FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}\.inr")  # names in the folder, none of which leads out of it
DIGEST = re.compile(rf"[0-9a-f]{{{2 * DIGEST_BYTES}}}")
ORDERS = ("names", "clusters")
CURE = "; the `encode` that made the collection writes its manifest anew, shards stay"


class _Settings(msgspec.Struct, frozen=True):
    """The part of it that may hold anything, as it is written."""

    settings: msgspec.Raw = msgspec.Raw(b"{}")


def read_manifest(place: Place) -> Manifest:
    """The manifest of the collection in that folder, checked against itself; shards are not looked at.

    UsageError where there is none, CorruptFileError and UnsupportedFileError say what is wrong with it.
    """
    called = place.called(MANIFEST)
    blob = place.read(MANIFEST, 0, MOST_BYTES + 1)
    if blob is None:
        raise UsageError(
            f"{place}: has no {MANIFEST}: no collection, or an unfinished one: the same `encode` goes on with it"
        )
    if len(blob) > MOST_BYTES:
        raise UnsupportedFileError(f"{called}: has more than {MOST_BYTES} bytes; so many are read")
    try:
        return _checked(*_parsed(blob), len(blob))
    except UnsupportedFileError as failure:
        raise UnsupportedFileError(f"{called}: ", failure.message) from failure
    except CorruptFileError as failure:
        raise CorruptFileError(f"{called}: ", failure.message, CURE) from failure


def read_files(folder: Path) -> frozenset[str]:
    """Names of the shards that a collection's manifest lists, and nothing else of it; CorruptFileError if it cannot."""
    import pyarrow
    from pyarrow import parquet

    path = folder / MANIFEST
    try:
        told = (parquet.read_metadata(path).metadata or {})[f"{KEY}shards".encode()]
        _check_lengths(told)
        return frozenset(shard.file for shard in msgspec.json.decode(told, type=tuple[Shard, ...]))
    except (
        KeyError,
        msgspec.ValidationError,
        msgspec.DecodeError,
        pyarrow.ArrowException,
        OSError,
        UnsupportedFileError,
    ) as failure:
        raise CorruptFileError(f"{path}: cannot be read", CURE) from failure


def _parsed(blob: bytes) -> tuple[tuple[Shard, ...], About, dict[str, Any], bool]:
    """Shards, how they were made, the columns as they are, and whether the first two have the checksum written."""
    import pyarrow
    from pyarrow import parquet

    try:
        groups = groups_of(blob, most_bytes=MOST_BYTES)
        footer = parquet.read_metadata(pyarrow.BufferReader(blob))
        told = {key.decode(): value for key, value in (footer.metadata or {}).items()}
        if KEY + "version" not in told:
            raise CorruptFileError("is no manifest of a collection")
        if told[KEY + "version"] not in (str(version).encode() for version in VERSIONS):
            raise UnsupportedFileError("is of a later version: update inrcodec")
        _check_claims(len(blob), footer.num_rows, sum(group.unpacked for group in groups))
        shards, about = _told(told[KEY + "shards"], told[KEY + "about"])
        known = _check_columns(blob, groups, footer.num_rows)
        table = _table(blob, footer, known=known)
        columns = {name: _values(table.column(name), name, len(blob)) for name in COLUMNS}
    except (KeyError, UnicodeDecodeError, msgspec.ValidationError, msgspec.DecodeError, pyarrow.ArrowException) as one:
        raise CorruptFileError("cannot be read: it is damaged") from one
    except OSError as failure:  # of Arrow, of bytes that it cannot read, or of its own limits
        raise CorruptFileError("cannot be read: it is damaged") from failure
    if KEY + "blake2b" not in told:
        raise CorruptFileError("has no checksum")
    return shards, about, columns, told[KEY + "blake2b"] == checksum(told[KEY + "shards"], told[KEY + "about"])


def _check_claims(size: int, images: int, unpacked: int) -> None:
    """UnsupportedFileError where a file of that size claims more than any that is written."""
    images_read = most_images(size)
    bytes_read = min(MOST_BYTES, most_text(size) + ROW_BYTES * images_read)
    if images > images_read or unpacked > bytes_read:
        raise UnsupportedFileError(
            f"claims {images} images and {unpacked} bytes in a file of {size}; at most {images_read} and {bytes_read} "
            "are read of one"
        )


def _table(blob: bytes, footer: Any, *, known: bool) -> Any:
    """The table, whose columns are those that there are; known: how long its names are."""
    import pyarrow
    from pyarrow import parquet

    source, once = pyarrow.BufferReader(blob), [] if known else ["name"]
    with parquet.ParquetFile(
        source, metadata=footer, read_dictionary=once, page_checksum_verification=True, pre_buffer=False
    ) as file:
        kinds = {field.name: str(field.type) for field in file.schema_arrow}
        if kinds != (COLUMNS if known else COLUMNS | {"name": ONCE}):
            raise CorruptFileError(f"has other columns than {', '.join(COLUMNS)}")
        return file.read(use_threads=False)  # Arrow's own may outlive what they read, and abort a process that ends


def _check_columns(blob: bytes, groups: Sequence[Group], images: int) -> bool:
    """CorruptFileError where what is packed comes to more than the footer claims, before any of it is unpacked.

    Rows are what their groups say they are, whatever the footer says of all of them together. True where names are
    told by what each has not in common with the one before, whose lengths are known then, and not too many.
    """
    rows = [group.rows for group in groups]
    if sum(rows) != images or min(rows, default=0) < 0:
        raise CorruptFileError(f"claims {images} images, and {sum(rows)} in its groups of rows")
    texts = []
    for group in groups:
        for column in group.columns:
            if column.values != group.rows:
                raise CorruptFileError(f"claims {column.values} values of {group.rows} images")
        texts.append(sum(check_pages(blob, column) for column in group.columns))
    check_texts(sum(texts), len(blob))
    if any(texts) and not all(texts):
        raise CorruptFileError("has names in two encodings")
    return any(texts)


def _told(shards: bytes, about: bytes) -> tuple[tuple[Shard, ...], About]:
    """What the metadata tell, whose lengths are looked at before they become objects, which take more memory."""
    _check_lengths(shards, about)
    if len(msgspec.json.decode(about, type=_Settings).settings) > MOST_SETTINGS_BYTES:
        raise UnsupportedFileError(f"tells more than {MOST_SETTINGS_BYTES} bytes of settings")
    return msgspec.json.decode(shards, type=tuple[Shard, ...]), msgspec.json.decode(about, type=About)


def _check_lengths(shards: bytes, about: bytes = b"") -> None:
    if len(shards) > MOST_SHARDS * MOST_SHARD_BYTES or len(about) > MOST_ABOUT_BYTES:
        raise UnsupportedFileError(f"tells {len(shards)} bytes of shards and {len(about)} of how it was made: too many")


def _values(column: Any, name: str, size: int) -> Any:
    if name != "psnr" and column.null_count:
        raise CorruptFileError(f"has images without {name}")
    if name == "name":
        return texts_of(column, size)
    found = column.combine_chunks().to_numpy(zero_copy_only=False)
    return np.asarray(found, np.float32 if COLUMNS[name] == "float" else np.int32)


def _checked(shards: tuple[Shard, ...], about: About, columns: dict[str, Any], intact: bool, size: int) -> Manifest:
    found = Manifest(
        shards=shards, about=about, names=columns["name"], shard=columns["shard"], number=columns["number"],
        height=columns["height"], width=columns["width"], psnr=columns["psnr"], bytes=columns["bytes"], size=size,
        intact=intact,
    )  # fmt: skip
    files = {shard.file for shard in shards}
    if not 1 <= len(shards) <= MOST_SHARDS or len(files) < len(shards):
        raise CorruptFileError(f"lists {len(shards)} shards, {len(files)} of them different")
    for shard in shards:
        told_of = shard.head + sum(shard.blocks)
        within = shard.head >= 0 and told_of <= shard.bytes and min(shard.blocks, default=FRAME) >= FRAME
        good = (
            within
            and 1 <= shard.images <= MAX_IMAGES
            and 1 <= shard.bytes <= MAX_FILE_BYTES
            and shard.channels in (3, 4)
        )
        if not (good and shard.seconds >= 0 and FILE.fullmatch(shard.file) and DIGEST.fullmatch(shard.blake2b)):
            raise CorruptFileError(f"has a row that is none of a shard: {shard.file[:100]!r}")
    if about.order not in ORDERS:
        raise CorruptFileError(f"has an order that is none of {', '.join(ORDERS)}: {about.order[:100]!r}")
    if not all(found.names) or len(set(found.names)) < len(found.names):
        raise CorruptFileError("has images without names, or two of one name")
    if "\0" in "".join(found.names):
        raise CorruptFileError("has names with a zero byte")
    if found.shard.min(initial=0) < 0 or found.shard.max(initial=0) >= len(shards):
        raise CorruptFileError("has images of shards that it does not list")
    counts = np.array([shard.images for shard in shards])
    if not _complete(found, counts):
        raise CorruptFileError("has other images than its shards have")
    if min(found.height.min(), found.width.min()) < 1:
        raise CorruptFileError("has images without pixels")
    pixels = int((found.height.astype(np.int64) * found.width).max())
    if max(found.height.max(), found.width.max()) > MAX_SIDE or pixels > MAX_PIXELS:
        raise UnsupportedFileError(f"has images of more than {MAX_SIDE} pixels a side or {MAX_PIXELS} in all")
    if not (np.isfinite(found.bytes) & (found.bytes >= 0)).all():
        raise CorruptFileError("has images whose bytes are no number of bytes")
    return found


def _complete(found: Manifest, counts: npt.NDArray[np.int64]) -> bool:
    """Whether every shard has as many rows as it says, (shards,), with the numbers from 0 on, each once.

    Counts come first: what takes memory for every image that is claimed is made when there are as many rows.
    """
    if not np.array_equal(np.bincount(found.shard, minlength=len(counts)), counts):
        return False
    expected = np.concatenate([np.arange(count) for count in counts])
    return np.array_equal(found.number[np.lexsort((found.number, found.shard))], expected)
