"""From real numbers to the integers of the file, whichever library the numbers are of."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import LARGEST_LATENT, LARGEST_WEIGHT, STEPS_PER_OCTAVE, CodedTensor, step_size
from inrcodec.fitting.arrays import Array, host
from inrcodec.settings import ModelSettings

STEPS_PER_DEVIATION = 384.0  # of a weight, in quantization steps: coarser ones cost more distortion than they save
PART = 1 << 16  # values that become whole numbers at once
STEPS_WITHOUT_LATENTS = 48.0  # the same where the network is nearly all of the file


def choose_weight_steps(tensors: Sequence[Array], model: ModelSettings) -> list[int]:
    """A quantization step for every tensor, as an exponent in quarters of an octave, from its root mean square."""
    finer = STEPS_PER_DEVIATION if model.spatial else STEPS_WITHOUT_LATENTS
    exponents = [math.log2(deviation(host(tensor)) / finer) * STEPS_PER_OCTAVE for tensor in tensors]
    return [min(max(round(exponent), -80), 16) for exponent in exponents]


def deviation(values: npt.NDArray[np.float32]) -> float:
    """Root mean square; 1 of nothing but zeros."""
    return math.sqrt(float(np.square(values).mean())) or 1.0


def coded_weights(tensors: Sequence[Array], steps: Sequence[int]) -> tuple[CodedTensor, ...]:
    """The integers of each tensor at its step."""
    pairs = zip(tensors, steps, strict=True)
    return tuple(CodedTensor(_integers(host(tensor) / np.float32(step_size(step))), step) for tensor, step in pairs)


def coded_context(tensors: Sequence[Array]) -> tuple[CodedTensor, ...]:
    """The integers of the context model's tensors."""
    return coded_weights(tensors, [CONTEXT_STEP] * len(tensors))


def coded_latents(latents: Array) -> npt.NDArray[np.int16]:
    """Latents (images, values) as whole numbers."""
    real = host(latents)
    whole = np.empty(real.shape, np.int16)
    for first in range(0, real.shape[1], PART):  # of a large picture, floats take twice the memory
        part = slice(first, first + PART)
        whole[:, part] = np.rint(real[:, part]).clip(-LARGEST_LATENT, LARGEST_LATENT)
    return whole


def _integers(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    return np.rint(values).clip(-LARGEST_WEIGHT, LARGEST_WEIGHT).astype(np.int64)
