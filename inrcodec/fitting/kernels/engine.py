"""The step of a fit on the kernels: what the engine hands over and gets back, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.field import field_shapes
from inrcodec.fitting.kernels.deciding import decide_images
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.latents import NOISY, ROUNDED, SOFT
from inrcodec.fitting.kernels.lay_context import lay_out_context
from inrcodec.fitting.kernels.lay_network import lay_out_network
from inrcodec.fitting.kernels.lay_planes import lay_out_planes
from inrcodec.fitting.kernels.lay_sampling import lay_out_sampling
from inrcodec.fitting.kernels.layout import LANES, SLACK, Draft
from inrcodec.fitting.kernels.packing import FloatArray, Packing
from inrcodec.fitting.kernels.step import ORDER, step_images
from inrcodec.fitting.kernels.view import View
from inrcodec.settings import ModelSettings

WIDEST = 128  # hidden units: beyond, a matrix library is as fast
CHANNELS = (1, 3, 4)
TILE_PIXELS = {1: 240, 2: 48}  # by footprint: samples of a tile are a few hundred points, in whole panels
FEWEST_PIXELS = 24  # of a tile at other footprints
Rows = npt.NDArray[np.int64]


def covers(model: ModelSettings, channels: int) -> bool:
    """Whether these kernels know that design: the codec's own, at the sizes that it has."""
    return (
        model.conditioning == "pyramid"
        and model.architecture.activation == "sine"
        and channels in CHANNELS
        and max(model.hidden_widths()) <= WIDEST
        and len(model.levels) > 0
        and not any(level.whole for level in model.levels)
    )


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


class _Layout:
    """What `layout` describes, for images of one size or for windows that have all but their place in common."""

    def __init__(self, model: ModelSettings, channels: int, view: View, footprint: int) -> None:
        draft, height, width = Draft(), view.down.count, view.across.count
        network, context = field_shapes(model, channels, 1), context_shapes(model)
        self.packing = Packing((*network, *context))
        tensors = self.packing.tensors
        tile = TILE_PIXELS.get(footprint, FEWEST_PIXELS)
        stride = tile * footprint**2 + LANES
        ones = lay_out_network(draft, self.packing, tensors[: len(network)], channels, stride)
        self._ones = slice(ones, ones + stride)
        lay_out_context(draft, self.packing, tensors[len(network) :], model)
        lay_out_planes(draft, model, view)
        lay_out_sampling(draft, model, view, footprint)
        values = view.values(model)
        seen, derivatives, found = (draft.take(values) for _ in range(3))
        draft.put(
            height=height, width=width, footprint=footprint, channels=channels, values=values, tile_pixels=tile,
            pixels=draft.take((channels + 1) * tile), seen=seen, derivatives=derivatives, found=found,
        )  # fmt: skip
        self.record, (self.table, self.constants) = draft.record, draft.tables()
        self._size = draft.room
        self.kind = self.record.tobytes()  # of the room: others with the same numbers may work in it

    def room(self) -> FloatArray:
        """One to work in."""
        room = np.zeros(self._size + SLACK, np.float32)
        room[self._ones] = 1.0
        return room


class KernelStep:
    """Steps of a fit of a model, shared by threads; what comes out does not depend on how many there are."""

    def __init__(self, model: ModelSettings, channels: int, workers: int = 1) -> None:
        self.model, self.channels, self.workers = model, channels, workers
        self._threads: ThreadPoolExecutor | None = None  # from the first work on
        self._layouts: dict[tuple[View, int], _Layout] = {}
        self._rooms: dict[tuple[bytes, int], FloatArray] = {}  # for every kind of layout and worker
        self._gradients = np.empty((0, 0), np.float32)

    def close(self) -> None:
        """End the threads, until there is work again."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    def step(
        self,
        weights: FloatArray,
        parts: Sequence[Part],
        quantization: Quantization,
        moving: Rates | None,
        seed: int,
        *,
        footprint: int = 1,
        margin: float | None = None,
        released: bool = False,
        with_weights: bool = True,
        with_rate: bool = True,
        drawn: FloatArray | None = None,
    ) -> Outcome:
        """Losses of some images and their gradient for all weights, of network and context model, flat; latents move.

        moving: None where latents stand still; seed: of this step's noise; margin: see `loss.add_loss`. drawn: gets
        the colors of all images, one behind the other, (channels, height, width) each.
        """
        order = np.zeros(1, ORDER)[0]
        order["mode"], order["temperature"] = quantization.mode, quantization.temperature or 1.0
        order["noise"], order["margin"] = quantization.noise, -1.0 if margin is None else margin
        order["with_latents"], order["with_weights"] = moving is not None, with_weights
        order["with_rate"] = with_rate
        if moving:
            for name in ("rate", "decay", "second_decay", "tiny"):
                order[name] = getattr(moving, name)
        packing = self._layout(parts[0].group, footprint).packing
        packed = packing.packed(weights)
        count = sum(len(part.rows) for part in parts)
        if len(self._gradients) < count:  # kept: the pages of a fresh array would cost more than what is put there
            self._gradients = np.empty((count, packing.gradients), np.float32)
        gradients, results = self._gradients[:count], np.zeros((count, 3))
        dealt, canvas = _dealt(parts, self.workers), np.empty(0, np.float32) if drawn is None else drawn.reshape(-1)
        for part in parts:
            self._layout(part.group, footprint)  # before threads want it at once
        sizes = [len(part.rows) * part.group.pixels * self.channels for part in parts]
        places = dict(zip(map(id, parts), accumulate([0, *sizes]), strict=False))

        def work(worker: int) -> None:
            for part, first, begin, end in dealt[worker]:
                layout, last = self._layout(part.group, footprint), first + len(part.rows)
                step_images(
                    layout.record, layout.table, layout.constants, packed, self._room(layout, worker),
                    *part.group.arrays(released), order, part.rows, noise_keys(seed, part.numbers), part.scales,
                    gradients[first:last], results[first:last], canvas[places[id(part)] :], begin, end,
                )  # fmt: skip

        self._share(work)
        if not with_weights:
            return Outcome(np.zeros_like(weights), *results.T)
        shares = np.concatenate([part.shares for part in parts])
        total = np.multiply(gradients, shares[:, None], out=gradients).sum(axis=0)  # in order, whoever found them
        return Outcome(packing.unpacked(total), *results.T)

    def draw(
        self, weights: FloatArray, images: Sequence[tuple[ImageGroup, Rows]], *, footprint: int
    ) -> list[FloatArray]:
        """Images with rounded latents, not limited to [0, 1]; for every pair (images, channels, height, width)."""
        parts, sizes = [], []
        for group, rows in images:
            nothing = np.zeros((len(rows), 2), np.float32)
            parts.append(Part(group, rows, rows, nothing, nothing[:, 0]))
            sizes.append((len(rows), self.channels, group.height, group.width))
        counts = [int(np.prod(size)) for size in sizes]
        drawn = np.empty(sum(counts), np.float32)
        self.step(
            weights, parts, Quantization(rounded=True), None, 0, footprint=footprint, released=True,
            with_weights=False, with_rate=False, drawn=drawn,
        )  # fmt: skip
        found = np.split(drawn, np.cumsum(counts)[:-1])
        return [part.reshape(size) for part, size in zip(found, sizes, strict=True)]

    def decide(
        self,
        weights: FloatArray,
        parts: Sequence[Part],
        levels: int,
        apart: int,
        *,
        footprint: int,
        margin: float,
        released: bool,
    ) -> None:
        """Round the latents of some images for good; see `deciding.decide_images`."""
        packed = self._layout(parts[0].group, footprint).packing.packed(weights)
        dealt = _dealt(parts, self.workers)
        for part in parts:
            self._layout(part.group, footprint)

        def work(worker: int) -> None:
            for part, _, begin, end in dealt[worker]:
                layout = self._layout(part.group, footprint)
                state, _, limits, targets, unit, visible, frames = part.group.arrays(released)
                decide_images(
                    layout.record, layout.table, layout.constants, packed, self._room(layout, worker), state, limits,
                    targets, unit, visible, frames, part.scales, margin, levels, apart, part.rows, begin, end,
                )  # fmt: skip

        self._share(work)

    def _share(self, work: Callable[[int], None]) -> None:
        """Have every worker do its share, this thread among them."""
        if self._threads is None and self.workers > 1:
            self._threads = ThreadPoolExecutor(self.workers - 1)
        others = [] if self._threads is None else [self._threads.submit(work, one) for one in range(1, self.workers)]
        work(0)
        for other in others:
            other.result()

    def _room(self, layout: _Layout, worker: int) -> FloatArray:
        key = layout.kind, worker
        if key not in self._rooms:
            self._rooms[key] = layout.room()
        return self._rooms[key]

    def _layout(self, group: ImageGroup, footprint: int) -> _Layout:
        key = group.view, footprint
        if key not in self._layouts:
            self._layouts[key] = _Layout(self.model, self.channels, *key)
        return self._layouts[key]


def _dealt(parts: Sequence[Part], workers: int) -> list[list[tuple[Part, int, int, int]]]:
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
    start = _splitmix64(np.array([seed & (1 << 64) - 1], np.uint64))
    return _splitmix64(start + numbers.astype(np.uint64)).view(np.uint32)


def _splitmix64(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
