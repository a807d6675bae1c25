"""The step of a fit on the kernels: what the engine hands over and gets back, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.field import field_shapes, level_shapes
from inrcodec.fitting.kernels.latents import NOISY, ROUNDED, SOFT
from inrcodec.fitting.kernels.model import ContextModel, lay_out_context
from inrcodec.fitting.kernels.network import Network, lay_out_network
from inrcodec.fitting.kernels.packing import FloatArray, Ints, Packing, rounded_up
from inrcodec.fitting.kernels.planes import LANES, SLACK, Planes, Sampling, lay_out_planes, sampling
from inrcodec.fitting.kernels.step import Images, Order, Work, step_images, tile_pixels, work_room
from inrcodec.settings import ModelSettings

FIRST_DECAY, SECOND_DECAY, TINY = 0.9, 0.95, 1e-9  # Adam of the latents
WIDEST = 128  # hidden units: beyond, a matrix library is as fast
CHANNELS = (1, 3, 4)
Rows = npt.NDArray[np.int64]


def covers(model: ModelSettings, channels: int) -> bool:
    """Whether these kernels know that design: the codec's own, at the sizes that it has."""
    return (
        model.conditioning == "pyramid"
        and model.network.activation == "sine"
        and channels in CHANNELS
        and max(model.hidden_widths()) <= WIDEST
        and len(model.levels) > 0
        and model.spatial
        and not any(level.whole for level in model.levels)
    )


@dataclass(frozen=True)
class Rates:
    """How latents move in a step: the rate, and Nesterov's momentum or the plain one."""

    rate: float
    nesterov: bool = False


@dataclass(frozen=True)
class Quantisation:
    """How latents become whole numbers in a step: noise, soft rounding at a temperature with some noise, or rounded."""

    temperature: float | None = None
    noise: float = 1.0
    rounded: bool = False

    @property
    def mode(self) -> int:
        """For the kernels."""
        return ROUNDED if self.rounded else NOISY if self.temperature is None else SOFT


@dataclass(frozen=True)
class Part:
    """Some images of a group in a step, by their rows, and how much each counts in the loss of the network.

    error_scales and rate_scales make each image's own loss of its squared errors and its bits.
    """

    group: ImageGroup
    rows: Rows
    shares: FloatArray
    error_scales: FloatArray
    rate_scales: FloatArray
    numbers: Rows  # of the images in the set: their noise depends on it


@dataclass(frozen=True)
class Outcome:
    """Of a step: the gradient (weights,) in the order of the file, and each image's squared errors and bits."""

    gradient: FloatArray
    errors: npt.NDArray[np.float64]
    bits: npt.NDArray[np.float64]


class ImageGroup:
    """Images of one size, (images, channels, height, width) float32 in [0, 1] or uint8, with latents at zero.

    visible: (images, height, width), 0 where the loss must not look, or None; frames: (images, 6), see `poses.frames`;
    rates: of each level's latents beside the others; ranges: lowest and highest latent of each channel.
    """

    def __init__(
        self,
        model: ModelSettings,
        targets: npt.NDArray[Any],
        visible: FloatArray | None = None,
        frames: FloatArray | None = None,
        rates: Sequence[float] | None = None,
        ranges: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        self.count, _, self.height, self.width = targets.shape
        shapes = level_shapes(model, self.height, self.width)
        cells = [down * across for _, down, across in shapes]
        self.values = sum(shape[0] * count for shape, count in zip(shapes, cells, strict=True))
        self.apart = rounded_up(self.values, LANES)
        state = np.zeros((3, self.count, self.apart), np.float32)
        self.latents, self.first_moments, self.second_moments = state
        self.visits = np.zeros(self.count, np.int64)
        by_channel = [count for shape, count in zip(shapes, cells, strict=True) for _ in range(shape[0])]
        by_level = [shape[0] * count for shape, count in zip(shapes, cells, strict=True)]
        all_rates = np.repeat(np.array(rates or [1.0] * len(shapes), np.float32), by_level)
        low, high = np.array(ranges or [(-np.inf, np.inf)] * len(by_channel), np.float32).T
        self._told = Images(
            self.values,
            self.apart,
            self.latents.reshape(-1),
            self.first_moments.reshape(-1),
            self.second_moments.reshape(-1),
            self.visits,
            _padded(all_rates),
            _padded(np.repeat(low, by_channel)),
            _padded(np.repeat(high, by_channel)),
            _padded(targets.reshape(-1)),
            1.0 / 255.0 if targets.dtype == np.uint8 else 1.0,
            np.zeros(0, np.float32) if visible is None else visible.reshape(-1).astype(np.float32),
            (np.tile(np.array([1, 0, 0, 0, 1, 0]), (self.count, 1)) if frames is None else frames)
            .astype(np.float32)
            .reshape(-1),
        )

    def images(self, released: bool) -> Images:
        """What kernels read and write; with all pixels visible once they are released."""
        return self._told._replace(visible=np.zeros(0, np.float32)) if released else self._told


def _padded(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([values, np.zeros(SLACK, values.dtype)])


class KernelStep:
    """Steps of a fit of a model, shared by threads; the result does not depend on how many there are."""

    def __init__(self, model: ModelSettings, channels: int, workers: int = 1) -> None:
        self.model, self.channels, self.workers = model, channels, workers
        self._shapes = (*field_shapes(model, channels, 1), *context_shapes(model))
        self._threads = ThreadPoolExecutor(workers) if workers > 1 else None
        self._networks: dict[int, tuple[Packing, Network, ContextModel]] = {}
        self._sizes: dict[tuple[int, int, int], tuple[Planes, Sampling]] = {}
        self._rooms: dict[tuple[int, int, int, int], Work] = {}

    def close(self) -> None:
        """End the threads."""
        if self._threads is not None:
            self._threads.shutdown()

    def step(
        self,
        weights: FloatArray,
        parts: Sequence[Part],
        quantisation: Quantisation,
        moving: Rates | None,
        seed: int,
        *,
        footprint: int = 1,
        clipped: bool = False,
        released: bool = False,
        with_weights: bool = True,
    ) -> Outcome:
        """Losses of some images and their gradient for all weights (network and context model), given flat; latents move.

        moving: None where latents stand still; seed: of this step's noise.
        """
        packing, net, context = self._network(footprint)
        adam = np.array([FIRST_DECAY, SECOND_DECAY, TINY, moving is not None and moving.nesterov], np.float64)
        order = Order(
            quantisation.mode, quantisation.temperature or 1.0, quantisation.noise, clipped,
            moving is not None, with_weights, moving.rate if moving else 0.0, adam,
        )  # fmt: skip
        packed = packing.packed(weights)
        count = sum(len(part.rows) for part in parts)
        gradients = np.empty((count, packing.gradients), np.float32)
        results = np.zeros((count, 2))
        jobs = [
            (worker, part, start, begin, end)
            for worker, share in enumerate(self._dealt(parts))
            for part, start, begin, end in share
        ]

        def work(worker: int) -> None:
            for own, part, start, begin, end in jobs:
                if own == worker:
                    planes, sampled = self._size(part.group, footprint)
                    stop = start + len(part.rows)
                    step_images(
                        net, context, planes, sampled, packed, part.group.images(released),
                        self._room(worker, part.group, footprint), order, part.rows, noise_keys(seed, part.numbers),
                        part.error_scales, part.rate_scales, gradients[start:stop], results[start:stop], begin, end,
                    )  # fmt: skip

        if self._threads is None:
            work(0)
        else:
            list(self._threads.map(work, range(self.workers)))
        shares = np.concatenate([part.shares for part in parts]).astype(np.float32)
        total = (gradients * shares[:, None]).sum(axis=0) if with_weights else np.zeros(packing.gradients, np.float32)
        return Outcome(packing.unpacked(total), results[:, 0], results[:, 1])

    def _dealt(self, parts: Sequence[Part]) -> list[list[tuple[Part, int, int, int]]]:
        """For every worker stretches of images, (part, its first result, begin, end): about equally many pixels."""
        pixels = [part.group.height * part.group.width for part in parts]
        total = sum(len(part.rows) * each for part, each in zip(parts, pixels, strict=True))
        dealt: list[list[tuple[Part, int, int, int]]] = [[] for _ in range(self.workers)]
        done = start = 0
        for part, each in zip(parts, pixels, strict=True):
            begin = 0
            while begin < len(part.rows):
                worker = min(self.workers - 1, (done + each // 2) * self.workers // total)
                limit = -(-total * (worker + 1) // self.workers)
                end = len(part.rows) if worker == self.workers - 1 else begin
                while end < len(part.rows) and (end == begin or done + (end - begin) * each + each // 2 < limit):
                    end += 1
                dealt[worker].append((part, start, begin, end))
                done += (end - begin) * each
                begin = end
            start += len(part.rows)
        return dealt

    def _network(self, footprint: int) -> tuple[Packing, Network, ContextModel]:
        if footprint not in self._networks:
            packing = Packing(self._shapes)
            tensors = len(field_shapes(self.model, self.channels, 1))
            stride = tile_pixels(footprint) * footprint**2 + LANES
            net = lay_out_network(packing, packing.tensors[:tensors], self.channels, stride)
            self._networks[footprint] = packing, net, lay_out_context(packing, packing.tensors[tensors:], self.model)
        return self._networks[footprint]

    def _size(self, group: ImageGroup, footprint: int) -> tuple[Planes, Sampling]:
        key = group.height, group.width, footprint
        if key not in self._sizes:
            self._sizes[key] = lay_out_planes(self.model, *key), sampling(self.model, *key)
        return self._sizes[key]

    def _room(self, worker: int, group: ImageGroup, footprint: int) -> Work:
        key = worker, group.height, group.width, footprint
        if key not in self._rooms:
            _, net, context = self._network(footprint)
            self._rooms[key] = work_room(net, context, *self._size(group, footprint), group.values)
        return self._rooms[key]


def noise_keys(seed: int, numbers: Rows) -> npt.NDArray[np.uint32]:
    """Two words for each image by its number in the set, flat: splitmix64 of the seed, then of it and the number."""
    start = _splitmix64(np.array([seed & (1 << 64) - 1], np.uint64))
    return _splitmix64(start + numbers.astype(np.uint64)).view(np.uint32)


def _splitmix64(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
