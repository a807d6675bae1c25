"""What single images come to: their codes, and their shares of the file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.stored import StoredSet
from inrcodec.field.field import Field
from inrcodec.field.moments import moments
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.coordinates import Axis

CODE_POINTS = 16  # along each side, where a code is a mean over the image


def image_code(field: Field, latents: Sequence[npt.NDArray[np.int16]], inputs: tuple[list[Pixels], Pixels]) -> Pixels:
    """An image's code, a vector of one length for images of all sizes; inputs: `Archive.field_inputs`.

    Latents: `field.moments` of every level; of a level with one cell, the cell. Without latents: mean activations of
    the middle layer over the image.
    """
    if not latents:
        grid = Axis(CODE_POINTS)
        units = field.middle_units(*inputs, grid, grid)
        return np.asarray(units.mean(axis=(1, 2, 3)), dtype=np.float32)
    pairs = zip(field.model.levels, latents, strict=True)
    parts = [cells.reshape(-1) if level.whole else moments(cells) for level, cells in pairs]
    return np.concatenate(parts).astype(np.float32)


def shares_of_file(stored: StoredSet, log2_bits: Pixels | None) -> Pixels:
    """Each image's share of the file in bits, (images,): its own latents, and by area what the set shares.

    log2_bits: the stored figure of that name, (images,), where there is one.
    """
    areas = np.array([height * width for height, width in stored.shapes], dtype=np.float64)
    own = np.zeros(len(areas)) if log2_bits is None else np.exp2(log2_bits.astype(np.float64)) - 1.0
    own *= min(1.0, stored.latent_bits() / max(1.0, float(own.sum())))  # they were stored rounded
    shared = 8 * stored.size - float(own.sum())
    shares: Pixels = np.add(own, shared * areas / areas.sum(), dtype=np.float32)
    return shares
