"""The fIGS chunk: what the encoder measured per image (PSNR and the like), in one byte per image and column."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.deflate import deflate, inflate
from inrcodec.errors import CorruptFileError

PSNR, HOLDOUT_PSNR, LATENT_BITS = "psnr", "holdout_psnr", "log2_bits"  # names of columns
SSIM, MAE, HOLDOUT_MAE, FITTED_MAE = "ssim", "mae", "holdout_mae", "fitted_mae"
TRAIN_PSNR = "train_psnr"  # in a training record, beside HOLDOUT_PSNR
MAX_COLUMNS = 16
FINEST = 253  # the largest code of a finite value
# How figures become smaller, step by step: the resolution, and the column of which only the mean is kept from then on.
STEPS_DOWN = (
    (127, None), (63, None), (63, FITTED_MAE), (63, HOLDOUT_MAE), (63, MAE), (63, SSIM), (31, None),
    (31, HOLDOUT_PSNR), (15, None), (15, PSNR), (15, LATENT_BITS),
)  # fmt: skip
_INFINITE, _UNKNOWN = 254, 255
_NAME = re.compile(rb"[a-z][a-z0-9_]{0,31}")
_RANGE = struct.Struct("<Bfff")  # top, mean, low, high


@dataclass(frozen=True)
class Column:
    """One figure: its exact float32 mean and `values`, float32 (images,); NaN where unknown, infinity allowed."""

    name: str
    mean: float
    values: npt.NDArray[np.float32]
    resolution: int = FINEST  # how many steps its range is cut into when it is written, at most


def encode_figures(columns: Sequence[Column], *, top: int = FINEST) -> bytes:
    """The payload of fIGS; a lower `top` rounds values to top + 1 steps of their range, which compress better."""
    if len(columns) > MAX_COLUMNS or not 1 <= top <= FINEST or len({column.name for column in columns}) != len(columns):
        raise ValueError("too many columns, a name used twice, or too many steps")
    return deflate(bytes([len(columns)]) + b"".join(_pack(column, min(top, column.resolution)) for column in columns))


def encode_figures_within(columns: Sequence[Column], room: int) -> bytes:
    """The payload of fIGS in that many bytes, if it can be: in coarser steps, and with means alone of the least needed.

    A set of thousands of tiny images would spend a sixth of its file on them.
    """
    payload = encode_figures(columns)
    kept = list(columns)
    for resolution, blank in STEPS_DOWN:
        if len(payload) <= room:
            break
        kept = [replace(one, values=np.full_like(one.values, np.nan)) if one.name == blank else one for one in kept]
        payload = encode_figures(kept, top=resolution)
    return payload


def decode_figures(payload: bytes, images: int) -> tuple[Column, ...]:
    """The columns in a fIGS payload, each with one value for each of `images`."""
    plain = inflate(payload, 1 + MAX_COLUMNS * (1 + 32 + _RANGE.size + images), "figures")
    columns, offset = [], 1
    if not plain or plain[0] > MAX_COLUMNS:
        raise CorruptFileError(f"figures: no count of columns, or more than {MAX_COLUMNS}")
    for _ in range(plain[0]):
        column, offset = _unpack(plain, offset, images)
        columns.append(column)
    if offset != len(plain):
        raise CorruptFileError(f"figures: {len(plain) - offset} bytes too many")
    if len({column.name for column in columns}) != len(columns):
        raise CorruptFileError("figures: two columns have the same name")
    return tuple(columns)


def _pack(column: Column, top: int) -> bytes:
    name = column.name.encode("ascii")
    values = np.asarray(column.values, dtype=np.float32).astype(np.float64)
    if not _NAME.fullmatch(name) or values.ndim != 1 or np.isneginf(values).any() or np.isneginf(column.mean):
        raise ValueError(f"column {column.name!r} cannot be written")
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    codes = np.full(len(values), _UNKNOWN, dtype=np.uint8)
    codes[np.isposinf(values)] = _INFINITE
    codes[np.isfinite(values)] = np.rint((finite - low) / ((high - low) or 1.0) * top).astype(np.uint8)
    return bytes([len(name)]) + name + _RANGE.pack(top, column.mean, low, high) + codes.tobytes()


def _unpack(plain: bytes, offset: int, images: int) -> tuple[Column, int]:
    length = plain[offset] if offset < len(plain) else 0
    start = offset + 1 + length
    name, end = plain[offset + 1 : start], start + _RANGE.size + images
    if end > len(plain) or not _NAME.fullmatch(name):
        raise CorruptFileError("figures: cut short, or a column without a proper name")
    top, mean, low, high = _RANGE.unpack_from(plain, start)
    codes = np.frombuffer(plain, dtype=np.uint8, count=images, offset=start + _RANGE.size)
    in_range = 1 <= top <= FINEST and not bool(np.any((codes > top) & (codes < _INFINITE)))
    if not in_range or not (np.isfinite(low) and np.isfinite(high) and low <= high) or np.isneginf(mean):
        raise CorruptFileError(f"figures: column {name.decode('ascii')} has values out of range")
    values = (low + (high - low) * (codes.astype(np.float64) / top)).astype(np.float32)
    values[codes == _INFINITE] = np.inf
    values[codes == _UNKNOWN] = np.nan
    return Column(name.decode("ascii"), mean, values, top), end
