"""The HEAD chunk of a file that holds one signal: version 2, positional msgpack, every field bounded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from inrcodec.bitstream.header import MAX_SOFTWARE_LENGTH, header_version
from inrcodec.errors import CorruptFileError, UnsupportedFileError
from inrcodec.settings import NetworkSettings

SIGNAL_VERSION = 2
KINDS = ("shape", "sound", "video", "field")
MAX_AXES = 3
MAX_COUNT = 1 << 31  # samples along an axis
MAX_SAMPLES = 1 << 32  # of a signal
MAX_CHANNELS = 16
MAX_SIGNAL_HEADER_BYTES = 1024
FARTHEST = 1e300  # so that no difference of two ends overflows
AXES_OF = {"shape": (3, 3), "sound": (1, 1), "video": (3, 3), "field": (1, MAX_AXES)}
CHANNELS_OF = {"shape": (1, 1), "sound": (1, MAX_CHANNELS), "video": (1, 4), "field": (1, MAX_CHANNELS)}
Ends = tuple[float, float]


class SignalHeader(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """The first chunk of a file of one signal.

    axes: samples along every axis, x first. places: what the coordinates -1 and 1 of every axis stand for, in the
    signal's units (seconds, millimeters); scale: what the network's outputs -1 and 1 stand for, of every channel.
    """

    version: int
    kind: str
    axes: tuple[int, ...]
    channels: int
    network: NetworkSettings
    places: tuple[Ends, ...]
    scale: tuple[Ends, ...]
    software: str  # that wrote the file


def encode_signal_header(header: SignalHeader) -> bytes:
    """The payload of HEAD; refuses what a reader would refuse."""
    _check(header)
    places, scale = (tuple((float(low), float(high)) for low, high in ends) for ends in (header.places, header.scale))
    return msgspec.msgpack.encode(msgspec.structs.replace(header, places=places, scale=scale))


def decode_signal_header(payload: bytes) -> SignalHeader:
    """The header in a HEAD payload of version 2, with every bound checked before anything of its size is allocated."""
    if len(payload) > MAX_SIGNAL_HEADER_BYTES:
        raise UnsupportedFileError(f"header: {len(payload)} bytes, more than the {MAX_SIGNAL_HEADER_BYTES} allowed")
    version = header_version(payload)
    if version != SIGNAL_VERSION:
        raise UnsupportedFileError(f"format version {version}, not {SIGNAL_VERSION} of a signal: update inrcodec")
    try:
        header = msgspec.msgpack.decode(payload, type=SignalHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as failure:
        raise CorruptFileError(f"header: malformed ({failure})") from failure
    _check(header)
    if msgspec.msgpack.encode(header) != payload:
        raise CorruptFileError("header: fields are missing, left over, or not in their shortest form")
    return header


def kind_in(payload: bytes) -> str | None:
    """Which kind of signal a HEAD payload is of; None for one of images, or of no version that is known."""
    if header_version(payload) != SIGNAL_VERSION:
        return None
    return decode_signal_header(payload).kind


def _check(header: SignalHeader) -> None:
    _bound("format version", header.version, SIGNAL_VERSION, SIGNAL_VERSION)
    if header.kind not in KINDS:
        raise UnsupportedFileError(f"header: unknown kind of signal {header.kind[:32]!a}: update inrcodec")
    _bound(f"number of axes of a {header.kind}", len(header.axes), *AXES_OF[header.kind])
    for count in header.axes:
        _bound("number of samples along an axis", count, 1, MAX_COUNT)
    _bound("number of samples", math.prod(header.axes), 1, MAX_SAMPLES)
    _bound(f"number of channels of a {header.kind}", header.channels, *CHANNELS_OF[header.kind])
    _check_ends("places", header.places, len(header.axes))
    _check_ends("scale", header.scale, header.channels)
    software = header.software
    if len(software) > MAX_SOFTWARE_LENGTH or not (software.isascii() and software.isprintable()):
        raise CorruptFileError(
            f"header: the name of the software is not {MAX_SOFTWARE_LENGTH} or fewer printable ASCII characters"
        )
    header.network.validate()


def _check_ends(what: str, pairs: Sequence[Ends], count: int) -> None:
    if len(pairs) != count:
        raise CorruptFileError(f"header: {len(pairs)} pairs of {what} where there should be {count}")
    for low, high in pairs:
        if not -FARTHEST <= low < high <= FARTHEST:  # NaN is neither
            raise CorruptFileError(f"header: {what} from {low} to {high}")


def _bound(what: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise UnsupportedFileError(f"header: {what} is {value}, outside {lowest} to {highest}")
