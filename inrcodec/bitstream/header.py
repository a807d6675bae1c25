"""The HEAD chunk: what a decoder must know before it allocates anything; positional msgpack, every field bounded."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.deflate import deflate, inflate
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.settings import Architecture, Holdout, ModelSettings

CHANNELS = (1, 3, 4)  # gray, colors, colors with alpha
FORMAT_VERSION = 1
MAX_HEADER_BYTES = 1 << 20
MAX_IMAGES = 100_000
MAX_SHAPES = 65_535
MAX_SIDE = 16_384
MAX_PIXELS = 1 << 26  # of one image
MAX_TOTAL_PIXELS = 1 << 32
MAX_SOFTWARE_LENGTH = 64
MAX_HOLDOUT_PPM = 900_000
MODEL_FIELD = 5  # of the header
HOLDOUT_MODES = ("none", "release", "strict")


class Header(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The first chunk of a file; `shapes` are the distinct (height, width), `shape_index` says which each image has."""

    version: int
    channels: int
    images: int
    shapes: tuple[tuple[int, int], ...]
    shape_index: bytes
    model: ModelSettings
    holdout: Holdout
    software: str  # that wrote the file


class _Version(msgspec.Struct, array_like=True, frozen=True):
    version: int


def pack_shapes(sizes: Sequence[tuple[int, int]]) -> tuple[tuple[tuple[int, int], ...], bytes]:
    """From the (height, width) of each image to the header's `shapes` and `shape_index`."""
    numbers = {shape: number for number, shape in enumerate(dict.fromkeys(sizes))}
    if len(numbers) <= 1:
        return tuple(numbers), b""
    index = np.array([numbers[shape] for shape in sizes], dtype=_index_type(len(numbers)))
    return tuple(numbers), deflate(index.tobytes())


def image_shapes(header: Header) -> npt.NDArray[np.int64]:
    """The (height, width) of every image, int64 (images, 2)."""
    shapes = np.array(header.shapes, dtype=np.int64)
    if len(shapes) == 1:
        if header.shape_index:
            raise CorruptFileError("header: a shape index where all images have one shape")
        return np.repeat(shapes, header.images, axis=0)
    index_type = _index_type(len(shapes))
    plain = inflate(header.shape_index, header.images * index_type.itemsize, "header: shape index")
    index = np.frombuffer(plain, dtype=index_type) if len(plain) % index_type.itemsize == 0 else np.zeros(0, index_type)
    if len(index) != header.images:
        raise CorruptFileError(f"header: shape index has {len(plain)} bytes for {header.images} images")
    if int(index.max()) >= len(shapes):
        raise CorruptFileError(f"header: shape index names shape {index.max()} of {len(shapes)}")
    return shapes[index]


def encode_header(header: Header) -> bytes:
    """The payload of HEAD; refuses what a reader would refuse."""
    _check(header)
    payload = _packed(header)
    if len(payload) > MAX_HEADER_BYTES:
        raise UnsupportedFileError(f"header: {len(payload)} bytes, more than {MAX_HEADER_BYTES}; encode fewer images")
    return payload


def decode_header(payload: bytes) -> Header:
    """The header in a HEAD payload, with every bound checked before anything of its size is allocated."""
    if len(payload) > MAX_HEADER_BYTES:
        raise UnsupportedFileError(f"header: {len(payload)} bytes, more than the {MAX_HEADER_BYTES} allowed")
    version = header_version(payload)
    if version != FORMAT_VERSION:
        raise UnsupportedFileError(f"format version {version}, newer than {FORMAT_VERSION}: update inrcodec")
    try:
        header = msgspec.msgpack.decode(payload, type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as failure:
        raise CorruptFileError(f"header: malformed ({failure})") from failure
    _check(header)
    if _packed(header) != payload:
        raise CorruptFileError("header: fields are missing, left over, or not in their shortest form")
    return header


def header_version(payload: bytes) -> int:
    """The first element of a header, whatever follows."""
    try:
        return msgspec.msgpack.decode(payload, type=_Version).version
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as failure:
        raise CorruptFileError(f"header: malformed ({failure})") from failure


def _packed(header: Header) -> bytes:
    """The header as bytes; what is as usual at the end of the model is not written."""
    fields, model = list(msgspec.structs.astuple(header)), header.model
    architecture = msgspec.structs.astuple(model.architecture)
    if not model.architecture.hidden_w0:
        architecture = architecture[:-1]
    written = [*msgspec.structs.astuple(model)[:-2], architecture, model.space]
    if not model.posed:
        written = written[: -2 if model.architecture == Architecture() else -1]
    fields[MODEL_FIELD] = written
    return msgspec.msgpack.encode(fields)


def _check(header: Header) -> None:
    _bound("format version", header.version, FORMAT_VERSION, FORMAT_VERSION)
    if header.channels not in CHANNELS:
        raise CorruptFileError(f"header: number of channels {header.channels} is none of 1, 3 and 4")
    _bound("number of images", header.images, 1, MAX_IMAGES)
    _bound("number of different shapes", len(header.shapes), 1, min(MAX_SHAPES, header.images))
    for height, width in header.shapes:
        _bound("image height", height, 1, MAX_SIDE)
        _bound("image width", width, 1, MAX_SIDE)
        _bound("number of pixels of an image", height * width, 1, MAX_PIXELS)
    if len(set(header.shapes)) != len(header.shapes):
        raise CorruptFileError("header: a shape is listed twice")
    _bound("number of pixels of all images", int(image_shapes(header).prod(axis=1).sum()), 1, MAX_TOTAL_PIXELS)
    _check_holdout(header.holdout)
    software = header.software
    if len(software) > MAX_SOFTWARE_LENGTH or not (software.isascii() and software.isprintable()):
        raise CorruptFileError(
            f"header: the name of the software is not {MAX_SOFTWARE_LENGTH} or fewer printable ASCII characters"
        )
    header.model.validate()


def _check_holdout(holdout: Holdout) -> None:
    if holdout.mode not in HOLDOUT_MODES:
        raise UnsupportedFileError(f"header: unknown holdout mode {holdout.mode[:32]!a}: update inrcodec")
    _bound("held-out fraction", holdout.fraction_ppm, 0, MAX_HOLDOUT_PPM)
    _bound("holdout seed", holdout.seed, 0, (1 << 32) - 1)
    if (holdout.mode == "none") != (holdout.fraction_ppm == 0):
        raise CorruptFileError(f"header: holdout mode {holdout.mode} with a fraction of {holdout.fraction_ppm} ppm")


def _bound(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise UnsupportedFileError(f"header: {what} is {value}, outside {lowest} to {highest}")


def _index_type(shapes: int) -> np.dtype[np.unsignedinteger[npt.NBitBase]]:
    return np.dtype("<u1" if shapes <= 256 else "<u2")
