"""The REFS chunk: images may have a reference, another image of their block that their latents are like.

A latent of such an image is then as likely as ever, mixed with what its reference has at the same place. FORMAT.md,
section 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import static
from inrcodec.bitstream.laplace import Ints
from inrcodec.bitstream.rangecoder import TOTAL, RangeDecoder, RangeEncoder
from inrcodec.errors import CorruptFileError
from inrcodec.settings import ModelSettings

Codes = npt.NDArray[np.uint8]
NONE = -1  # the reference of an image that has none
DISTANCES = 8  # classes of how far an image is from its reference around a cell: the bits of that number
SCALE_BOUNDS = (-18, -9, 1)  # of a scale, in 1/8 octave: how sure the context model is
CLASSES = DISTANCES * (len(SCALE_BOUNDS) + 1)  # of a level
# Cells around one at which an image and its reference are compared, (down, across) as in `context`, and their counts.
SAME, SAME_COUNTS = ((0, -1), (-1, 0), (-1, -1), (-1, 1)), (2, 2, 1, 1)
PREVIOUS_COUNTS = (2, 1, 1, 1, 1)  # of the neighbors in the channel before
WEIGHTS = (0, 4, 10, 20, 36, 56, 80, 104, 128, 152, 176, 200, 220, 236, 248, 255)  # in 1/256, by their codes
USUAL_CODES = (
    9, 10, 12, 13, 4, 7, 9, 10, 3, 5, 6, 7, 0, 3, 4, 4, 0, 1, 2, 3, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0,
)  # fmt: skip


@dataclass(frozen=True)
class References:
    """How often images have which reference, in 1/256, and how much it counts; codes (levels, CLASSES), 0 to 15."""

    without: int  # images that have none
    previous: int  # images whose reference is the one before them
    codes: Codes

    @property
    def weights(self) -> Ints:
        """In 1/256, (levels, CLASSES)."""
        return np.array(WEIGHTS, dtype=np.int64)[self.codes]


def class_of(away: Ints, scales: Ints) -> Ints:
    """Classes of cells: how far image and reference are apart around them, and the context model's scale."""
    distances = np.minimum(np.frexp(away)[1], DISTANCES - 1)
    return distances * (len(SCALE_BOUNDS) + 1) + np.searchsorted(SCALE_BOUNDS, scales, side="right")


def encode_references(references: References) -> bytes:
    """The payload of REFS."""
    shares = bytes([references.without, references.previous])
    if np.array_equal(references.codes, usual_codes(len(references.codes))):
        return shares
    codes = references.codes.reshape(-1, 2)
    return shares + (codes[:, 0] | codes[:, 1] << 4).tobytes()


def usual_codes(levels: int) -> Codes:
    """What codes are in most files, (levels, CLASSES): a payload without codes stands for them."""
    return np.tile(np.array(USUAL_CODES, dtype=np.uint8), (levels, 1))


def decode_references(payload: bytes, model: ModelSettings) -> References:
    """The inverse; CorruptFileError on anything else."""
    levels = len(model.levels)
    if not levels or any(map(static, model.levels)):
        raise CorruptFileError("references: images of this design have no neighboring latents")
    if len(payload) not in (2, 2 + levels * CLASSES // 2):
        raise CorruptFileError(f"references: {len(payload)} bytes where there are 2 or {2 + levels * CLASSES // 2}")
    without, previous = payload[:2]
    if without + previous > 255:
        raise CorruptFileError("references: shares of images that are more than all")
    if len(payload) == 2:
        return References(without, previous, usual_codes(levels))
    pairs = np.frombuffer(payload, np.uint8, offset=2)
    codes = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(levels, CLASSES)
    if np.array_equal(codes, usual_codes(levels)):
        raise CorruptFileError("references: usual codes, which are not written")
    return References(without, previous, codes)


def references_of(references: References, payload: bytes, shapes: Sequence[tuple[int, int]]) -> list[int]:
    """The references of a block's images, of which nothing else is decoded."""
    return take_references(RangeDecoder(payload), references, shapes)


def put_references(coder: RangeEncoder, references: References, chosen: Sequence[int]) -> None:
    """Code the reference of every image of a block, by its number there, or NONE."""
    coder.put(np.array(chosen) + 1, _tables(references, len(chosen)))


def bounds(references: References, chosen: Sequence[int]) -> Ints:
    """Where the symbols of a block's references begin and end, of TOTAL, (images, 2)."""
    above = np.pad(_tables(references, len(chosen)).cumsum(axis=1), ((0, 0), (1, 0)))
    rows, symbols = np.arange(len(chosen)), np.array(chosen, dtype=np.int64) + 1
    return np.stack([above[rows, symbols], above[rows, symbols + 1]], axis=1)


def reference_bits(references: References, chosen: Sequence[int]) -> float:
    """What that takes."""
    tables = _tables(references, len(chosen))
    return float(-np.log2(tables[np.arange(len(chosen)), np.array(chosen) + 1] / TOTAL).sum())


def take_references(coder: RangeDecoder, references: References, shapes: Sequence[tuple[int, int]]) -> list[int]:
    """The inverse for images of these (height, width); CorruptFileError where one cannot be."""
    chosen: list[int] = (coder.take(_tables(references, len(shapes))) - 1).tolist()
    for image, reference in enumerate(chosen):
        if reference != NONE and shapes[reference] != shapes[image]:
            raise CorruptFileError("references: an image and its reference have different sizes")
    return chosen


def delays(chosen: Sequence[int]) -> list[int]:
    """How many references lead from each image to one that has none; CorruptFileError on a circle."""
    found = []
    for image in range(len(chosen)):
        count, at = 0, chosen[image]
        while at != NONE and count <= len(chosen):
            count, at = count + 1, chosen[at]
        if at != NONE:
            raise CorruptFileError("references: an image leads back to itself")
        found.append(count)
    return found


def _tables(references: References, images: int) -> Ints:
    """Frequencies (images, 1 + images): of none, and of each image as a reference."""
    left = TOTAL - 1 - images
    without, previous = (left * share >> 8 for share in (references.without, references.previous))
    each = (left - without - previous) // images
    tables = np.full((images, 1 + images), 1 + each, dtype=np.int64)
    tables[np.arange(1, images), np.arange(1, images)] += previous
    tables[:, 0] = TOTAL - tables[:, 1:].sum(axis=1)
    return tables
