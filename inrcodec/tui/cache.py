"""What took long to work out, kept in the user's cache folder: arrays by a digest of what they were worked out from."""

from __future__ import annotations

import contextlib
import hashlib
import io
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from inrcodec.archive import AnyArchive, Archive
from inrcodec.errors import InrError
from inrcodec.numerics.arrays import FloatArray

MOST_BYTES = 256 << 20  # of all files in the folder: those that were not used for longest go
SUFFIX = ".npy"


def folder() -> Path:
    """Where such files belong on this system."""
    return user_cache_path("inrcodec", appauthor=False)


def digest(archive: AnyArchive, what: str) -> str:
    """A name for what is worked out from the contents of a file or a collection."""
    found = hashlib.sha256(what.encode())
    if not isinstance(archive, Archive):
        manifest = archive.manifest
        found.update(" ".join(shard.blake2b for shard in manifest.shards).encode())
        found.update(manifest.shard.tobytes() + manifest.number.tobytes())
        return found.hexdigest()[:40]
    for chunk in archive.stored.chunks:
        found.update(chunk.kind + len(chunk.payload).to_bytes(8, "big") + chunk.payload)
    return found.hexdigest()[:40]


def read(name: str, rows: int) -> FloatArray | None:
    """The array (rows, values) of that name, or None where there is none that is whole."""
    path = folder() / f"{name}{SUFFIX}"
    try:
        array = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        path.touch()
    except Exception:  # readers of damaged bytes raise whatever their parts raise
        return None
    if not isinstance(array, np.ndarray) or array.ndim != 2 or len(array) != rows or array.dtype != np.float32:
        return None
    return np.asarray(array, dtype=np.float32)


def write(name: str, array: FloatArray) -> None:
    """Keep it; where that cannot be, it is worked out again the next time."""
    from inrcodec.bitstream.files import write_atomically

    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    with contextlib.suppress(OSError, InrError, RuntimeError):
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(folder() / f"{name}{SUFFIX}", stream.getvalue(), overwrite=True)
        _prune(folder())


def _prune(place: Path) -> None:
    files = [(path, path.stat()) for path in place.glob(f"*{SUFFIX}")]
    left = sum(state.st_size for _, state in files)
    for path, state in sorted(files, key=lambda one: one[1].st_mtime):
        if left <= MOST_BYTES:
            return
        path.unlink(missing_ok=True)
        left -= state.st_size
