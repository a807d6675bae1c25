"""The WGTS chunk: weights as whole numbers of their tensor's step, and the ranges of the latents that blocks hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, frequencies
from inrcodec.bitstream.rangecoder import RangeDecoder, RangeEncoder
from inrcodec.errors import CorruptFileError

STEPS_PER_OCTAVE = 4
LOWEST_STEP, HIGHEST_STEP = -96, 32  # 2**-24 to 2**8
LARGEST_WEIGHT = 1 << 14
LARGEST_LATENT = 1023
_MOST_ENTRIES = 1 << 16  # of frequency tables that are made together
Range = tuple[int, int]  # lowest and highest latent of one channel, over the whole file


@dataclass(frozen=True)
class CodedTensor:
    """Integers of any shape; a weight is an integer times 2**(step / 4)."""

    integers: npt.NDArray[np.int64]
    step: int

    def values(self) -> npt.NDArray[np.float32]:
        """The weights, float32, shaped like `integers`."""
        return (self.integers * step_size(self.step)).astype(np.float32)


class _Alphabet(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    step: int
    scale: int
    lowest: int
    highest: int


class _Table(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    tensors: tuple[_Alphabet, ...]
    ranges: tuple[Range, ...]


def step_size(step: int) -> float:
    """The quantization step 2**(step / 4)."""
    return float(2.0 ** (step / STEPS_PER_OCTAVE))


def encode_weights(tensors: Sequence[CodedTensor], ranges: Sequence[Range]) -> bytes:
    """A length-prefixed table of alphabets and ranges, then all integers in order as one range-coded stream."""
    alphabets = tuple(_alphabet(tensor) for tensor in tensors)
    coder = RangeEncoder()
    for tensor, alphabet in zip(tensors, alphabets, strict=True):
        coder.put(tensor.integers.reshape(-1) - alphabet.lowest, _frequencies(alphabet))
    table = msgspec.msgpack.encode(_Table(alphabets, tuple(ranges)))
    return len(table).to_bytes(2, "little") + table + coder.finish()


def decode_weights(
    payload: bytes, shapes: Sequence[tuple[int, ...]], channels: int
) -> tuple[tuple[CodedTensor, ...], tuple[Range, ...]]:
    """Tensors of the given shapes and the ranges of `channels` latent channels; CorruptFileError on anything else."""
    length = int.from_bytes(payload[:2], "little")
    plain = payload[2 : 2 + length]
    try:
        table = msgspec.msgpack.decode(plain, type=_Table)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as failure:
        raise CorruptFileError(f"network weights: the table of alphabets is unreadable ({failure})") from failure
    if len(plain) != length or msgspec.msgpack.encode(table) != plain:
        raise CorruptFileError("network weights: the table of alphabets is cut short or not in its shortest form")
    if len(table.tensors) != len(shapes) or len(table.ranges) != channels:
        raise CorruptFileError("network weights: the table of alphabets does not match the header")
    if any(not -LARGEST_LATENT <= lowest <= highest <= LARGEST_LATENT for lowest, highest in table.ranges):
        raise CorruptFileError("network weights: a range of latents is out of bounds")
    coder = RangeDecoder(payload[2 + length :])
    tensors = tuple(_take(coder, alphabet, shape) for alphabet, shape in zip(table.tensors, shapes, strict=True))
    coder.done()
    return tensors, table.ranges


def _take(coder: RangeDecoder, alphabet: _Alphabet, shape: tuple[int, ...]) -> CodedTensor:
    _check(alphabet)
    count = int(np.prod(shape, dtype=np.int64))
    symbols = coder.take(_frequencies(alphabet), count)
    return CodedTensor((symbols + np.int64(alphabet.lowest)).reshape(shape), alphabet.step)


def _check(alphabet: _Alphabet) -> None:
    in_order = -LARGEST_WEIGHT <= alphabet.lowest <= alphabet.highest <= LARGEST_WEIGHT
    if not in_order or not LOWEST_SCALE <= alphabet.scale <= HIGHEST_SCALE:
        raise CorruptFileError("network weights: an alphabet is out of bounds")
    if not LOWEST_STEP <= alphabet.step <= HIGHEST_STEP:
        raise CorruptFileError("network weights: a quantization step is out of bounds")


def _alphabet(tensor: CodedTensor) -> _Alphabet:
    """The range of the integers and the scale index that codes them in the fewest bits."""
    flat = tensor.integers.reshape(-1)
    lowest, highest = (int(flat.min()), int(flat.max())) if flat.size else (0, 0)
    symbols, counts = np.unique(flat - lowest, return_counts=True)
    scales = np.arange(LOWEST_SCALE, HIGHEST_SCALE + 1, 2)
    together = max(1, _MOST_ENTRIES // (highest - lowest + 1))
    bits = [
        -(counts * np.log2(_tables(part, lowest, highest).take(symbols, axis=1))).sum(axis=1)
        for part in np.array_split(scales, range(together, len(scales), together))
    ]
    return _Alphabet(tensor.step, int(scales[np.argmin(np.concatenate(bits))]), lowest, highest)


def _frequencies(alphabet: _Alphabet) -> npt.NDArray[np.int64]:
    return _tables(np.array([alphabet.scale]), alphabet.lowest, alphabet.highest).reshape(-1)


def _tables(scales: npt.NDArray[np.int64], lowest: int, highest: int) -> npt.NDArray[np.int64]:
    return frequencies(np.zeros(len(scales), dtype=np.int64), scales, lowest, highest)
