"""What a step on the kernels is told and what it brings back, as plain arrays, and who does which part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.latents import NOISY, ROUNDED, SOFT
from inrcodec.fitting.kernels.packing import FloatArray
from inrcodec.fitting.kernels.step import ORDER
from inrcodec.fitting.kernels.stretch import Images

WORD = (1 << 64) - 1
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Quantization:
    """How latents become whole numbers in a step: by noise, softly at a temperature with some noise, or rounded."""

    temperature: float | None = None
    noise: float = 1.0
    rounded: bool = False

    @property
    def mode(self) -> int:
        """For the kernels."""
        return ROUNDED if self.rounded else NOISY if self.temperature is None else SOFT


@dataclass(frozen=True)
class Rates:
    """How latents move in a step of Adam: the rate, the decays of both moments, and what is added to the root."""

    rate: float
    decay: float
    second_decay: float
    tiny: float


@dataclass(frozen=True)
class Part:
    """Some images of a group in a step, by their rows, and their numbers in the set, which noise depends on.

    An image's own loss, which its latents follow, is scales (rows, 2) times its squared errors and its bits; the
    network follows the sum of these times shares (rows,).
    """

    group: ImageGroup
    rows: Rows
    numbers: Rows
    scales: FloatArray
    shares: FloatArray


@dataclass(frozen=True)
class Outcome:
    """Of a step: the gradient (weights,) in the order of the file, and of each image, (images,), sums and bits.

    errors: squared ones as the loss has them; shown: as a decoder shows them.
    """

    gradient: FloatArray
    errors: npt.NDArray[np.float64]
    bits: npt.NDArray[np.float64]
    shown: npt.NDArray[np.float64]


def order_for(
    quantization: Quantization,
    moving: Rates | None,
    *,
    margin: float | None,
    with_weights: bool = True,
    with_rate: bool = True,
    thinned: int = 1,
) -> npt.NDArray[np.void]:
    """What kernels are told of a step, (1,) of ORDER; moving: None where latents stand still.

    thinned: of an image's points, one in so many tells its gradient for the weights.
    """
    order = np.zeros(1, ORDER)
    order["mode"], order["temperature"] = quantization.mode, quantization.temperature or 1.0
    order["noise"], order["margin"] = quantization.noise, -1.0 if margin is None else margin
    order["with_latents"], order["with_weights"] = moving is not None, with_weights
    order["with_rate"] = with_rate
    order["thinned"] = thinned
    if moving:
        for name in ("rate", "decay", "second_decay", "tiny"):
            order[name] = getattr(moving, name)
    return order


def images_of(
    part: Part, seed: int, order: npt.NDArray[np.void], begin: int, end: int, results: npt.NDArray[np.float64]
) -> Images:
    """Images begin to end of a part, for one step of that order; seed: of its noise; results: theirs."""
    return Images(
        ends=np.array([0, end - begin]),
        rows=part.rows[begin:end],
        keys=noise_keys(seed, part.numbers[begin:end]),
        scales=part.scales[begin:end],
        shares=part.shares[begin:end],
        orders=order,
        results=results,
    )


def canvases(parts: Sequence[Part], channels: int, drawn: FloatArray | None) -> dict[int, FloatArray]:
    """Where each part, by its id, is to be drawn; nowhere where nothing is."""
    if drawn is None:
        return {}
    sizes = [len(part.rows) * part.group.pixels * channels for part in parts]
    places = accumulate([0, *sizes])
    return {id(part): drawn.reshape(-1)[place:] for part, place in zip(parts, places, strict=False)}


def dealt_out(parts: Sequence[Part], workers: int) -> list[list[tuple[Part, int, int, int]]]:
    """For every worker stretches of images, (part, its first result, begin, end), about equally many pixels."""
    total = sum(len(part.rows) * part.group.pixels for part in parts)
    dealt: list[list[tuple[Part, int, int, int]]] = [[] for _ in range(workers)]
    first = before = 0
    for part in parts:
        count, pixels = len(part.rows), part.group.pixels
        ends = [round((total * worker / workers - before) / pixels) for worker in range(workers + 1)]
        bounds = [min(max(end, 0), count) for end in ends]
        for worker, (begin, end) in enumerate(pairwise(bounds)):
            if begin < end:
                dealt[worker].append((part, first, begin, end))
        first += count
        before += count * pixels
    return dealt


def noise_keys(seed: int, numbers: Rows) -> npt.NDArray[np.uint32]:
    """Two words for each image by its number in the set, flat: splitmix64 of the seed, then of it and the number."""
    start = _splitmix64(seed)
    return np.array([_splitmix64(start + number) for number in numbers.tolist()], np.uint64).view(np.uint32)


def _splitmix64(number: int) -> int:
    """Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. In Python: they are few."""
    mixed = (number + 0x9E3779B97F4A7C15) & WORD
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & WORD
    return mixed ^ (mixed >> 31)
