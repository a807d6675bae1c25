"""What the engine tells about itself while it works; free of torch, so that faces can name it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.weights import CodedTensor


@dataclass(frozen=True)
class Progress:
    """One moment of a fit; `psnr` (dB, from the running mean error) and `bits_per_pixel` are estimates."""

    phase: str  # fit, settle, freeze, write
    step: int
    steps: int
    passes: float
    psnr: float
    bits_per_pixel: float
    seconds: float
    remaining: float


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves: integers only, ready to be written."""

    network: tuple[CodedTensor, ...]
    context: tuple[CodedTensor, ...]
    latents: tuple[tuple[npt.NDArray[np.int16], ...], ...]  # per image, per level (channels, cells down, cells across)
    holdout_error: npt.NDArray[np.float64] | None  # (images,) mean squared error on pixels the loss had not seen
    passes: float
    seconds: float
