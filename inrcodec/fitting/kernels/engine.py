"""The step of a fit on the kernels: what the engine hands over and gets back, as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from inrcodec.bitstream.context import context_shapes
from inrcodec.field.field import field_shapes
from inrcodec.fitting.kernels.barrier import GIVEN_UP, WORDS
from inrcodec.fitting.kernels.deciding import Deciding, decide_images, to_round
from inrcodec.fitting.kernels.images import ImageGroup
from inrcodec.fitting.kernels.lay_all import Layout
from inrcodec.fitting.kernels.packing import FloatArray, Packing
from inrcodec.fitting.kernels.parts import (
    Outcome,
    Part,
    Quantization,
    Rates,
    Rows,
    canvases,
    dealt_out,
    images_of,
    order_for,
)
from inrcodec.fitting.kernels.stretch import STILL, Adam, Images, Packed, in_place, take_steps
from inrcodec.fitting.kernels.view import View
from inrcodec.settings import ModelSettings

WIDEST = 128  # hidden units: beyond, a matrix library is as fast
CHANNELS = (1, 3, 4)
NOWHERE = np.empty(0, np.float32)
NOBODY = np.zeros(WORDS, np.int64)  # to wait for


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
class Sight:
    """How images are looked at; margin: see `loss.add_loss`; released: whether hidden pixels are."""

    footprint: int
    margin: float
    released: bool


class KernelStep:
    """Steps of a fit of a model, shared by threads; what comes out does not depend on how many there are."""

    def __init__(self, model: ModelSettings, channels: int, workers: int = 1) -> None:
        self.model, self.channels, self.workers = model, channels, workers
        self._threads: ThreadPoolExecutor | None = None  # from the first work on
        self._layouts: dict[tuple[View, int], Layout] = {}
        self._rooms: dict[tuple[bytes, int], FloatArray] = {}  # for every kind of layout and worker
        self._gradients = np.empty((0, 0), np.float32)

    def close(self) -> None:
        """End the threads, until there is work again."""
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None

    def compile(self) -> None:
        """Have the step's kernel compiled, by a call of it on a picture of nothing."""
        self.step(np.zeros(self.weights, np.float32), [self._nothing()], Quantization(), None, 0)

    def compile_decisions(self) -> None:
        """The same of what rounds latents."""
        weights = np.zeros(self.weights, np.float32)
        self.decide(weights, [self._nothing()], 1, 4, Sight(footprint=1, margin=0.0, released=True))

    def _nothing(self) -> Part:
        group = ImageGroup(self.model, np.zeros((1, self.channels, 8, 8), np.float32))
        rows = np.zeros(1, np.int64)
        return Part(group, rows, rows, *_counting_for_nothing(1))

    @property
    def weights(self) -> int:
        """Of network and context model."""
        shapes = (*field_shapes(self.model, self.channels, 1), *context_shapes(self.model))
        return sum(int(np.prod(shape)) for shape in shapes)

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
        thinned: int = 1,
    ) -> Outcome:
        """Losses of some images and their gradient for all weights, of network and context model, flat; latents move.

        moving: None where latents stand still; seed: of this step's noise; margin: see `loss.add_loss`. drawn: gets
        the colors of all images, one behind the other, (channels, height, width) each. thinned: see `order_for`.
        """
        order = order_for(
            quantization, moving, margin=margin, with_weights=with_weights, with_rate=with_rate, thinned=thinned
        )
        packing = self._layout(parts[0].group, footprint).packing
        packed = packing.packed(weights)
        count = sum(len(part.rows) for part in parts)
        gradients, results = self._room_for_gradients(count, packing), np.zeros((count, 3))
        dealt = dealt_out(parts, self.workers)
        places = canvases(parts, self.channels, drawn)
        for part in parts:
            self._layout(part.group, footprint)  # before threads want it at once

        def work(worker: int) -> None:
            for part, first, begin, end in dealt[worker]:
                layout, canvas = self._layout(part.group, footprint), places.get(id(part), NOWHERE)
                shown = slice(first + begin, first + end)
                images = images_of(part, seed, order, begin, end, results[shown])
                take_steps(
                    layout.record, layout.table, layout.constants, self._room(layout, worker),
                    *part.group.arrays(released), images, STILL, in_place(packed, gradients[shown]),
                    canvas[begin * self.channels * part.group.pixels :], NOBODY, 0, 1,
                )  # fmt: skip

        self._share(work)
        if not with_weights:
            return Outcome(np.zeros_like(weights), *results.T)
        shares = np.concatenate([part.shares for part in parts])
        total = np.multiply(gradients, shares[:, None], out=gradients).sum(axis=0)  # in order, whoever found them
        return Outcome(packing.unpacked(total), *results.T)

    def take(
        self, images: Images, adam: Adam, grid: FloatArray, group: ImageGroup, *, footprint: int, released: bool
    ) -> None:
        """Several steps on images of one group, see `stretch`; grid (weights,): steps of quantized weights, or nothing.

        Latents and weights move.
        """
        layout = self._layout(group, footprint)
        packing, barrier = layout.packing, np.zeros(WORDS, np.int64)
        packed = Packed(
            grid=grid,
            extended=np.zeros(len(adam.weights) + 1, np.float32),
            ids=packing.index,
            packed=np.empty(len(packing.index), np.float32),
            places=packing.places,
            gradients=self._room_for_gradients(int(np.diff(images.ends).max()), packing),
        )

        rooms = [self._room(layout, worker) for worker in range(self.workers)]

        def work(worker: int) -> None:
            try:
                take_steps(
                    layout.record, layout.table, layout.constants, rooms[worker], *group.arrays(released),
                    images, adam, packed, NOWHERE, barrier, worker, self.workers,
                )  # fmt: skip
            except BaseException:
                barrier[GIVEN_UP] = 1  # or threads would wait for this one for ever
                raise

        try:
            self._share(work)
        except BaseException:  # an interrupt between two threads' beginnings, too
            barrier[GIVEN_UP] = 1
            raise

    def draw(
        self, weights: FloatArray, images: Sequence[tuple[ImageGroup, Rows]], *, footprint: int
    ) -> list[FloatArray]:
        """Images with rounded latents, not limited to [0, 1]; for every pair (images, channels, height, width)."""
        parts, sizes = [], []
        for group, rows in images:
            parts.append(Part(group, rows, rows, *_counting_for_nothing(len(rows))))
            sizes.append((len(rows), self.channels, group.height, group.width))
        counts = [int(np.prod(size)) for size in sizes]
        drawn = np.empty(sum(counts), np.float32)
        self.step(
            weights, parts, Quantization(rounded=True), None, 0, footprint=footprint, released=True,
            with_weights=False, with_rate=False, drawn=drawn,
        )  # fmt: skip
        found = np.split(drawn, np.cumsum(counts)[:-1])
        return [part.reshape(size) for part, size in zip(found, sizes, strict=True)]

    def decide(self, weights: FloatArray, parts: Sequence[Part], levels: int, apart: int, sight: Sight) -> None:
        """Round the latents of some images for good; see `deciding.decide_images`."""
        packed, dealt = self.packed(weights, parts, sight.footprint), dealt_out(parts, self.workers)

        def work(worker: int) -> None:
            for part, _, begin, end in dealt[worker]:
                asked = to_round(part.group.pixels, self.cells_of(part.group, sight.footprint))
                self.decide_by(worker, packed, (part, begin, end), levels, apart, sight, asked)

        self._share(work)

    def decide_by(
        self,
        worker: int,
        packed: FloatArray,
        stretch: tuple[Part, int, int],
        levels: int,
        apart: int,
        sight: Sight,
        asked: Deciding,
    ) -> None:
        """What is asked of images begin to end of a part, done by the thread that calls; packed: see `packed`."""
        part, begin, end = stretch
        layout = self._layout(part.group, sight.footprint)
        state, _, limits, pictures = part.group.arrays(sight.released)
        decide_images(
            layout.record, layout.table, layout.constants, packed, self._room(layout, worker), state, limits,
            pictures, part.scales, sight.margin, levels, apart, part.rows, begin, end, asked,
            np.zeros((2, layout.longest), np.int64),
        )  # fmt: skip

    def packed(self, weights: FloatArray, parts: Sequence[Part], footprint: int) -> FloatArray:
        """Weights as kernels read them, with all that threads may want at once laid out."""
        for part in parts:
            self._layout(part.group, footprint)
        return self._layout(parts[0].group, footprint).packing.packed(weights)

    def cells_of(self, group: ImageGroup, footprint: int) -> int:
        """Floats of all planes of an image, margins counted in."""
        return int(self._layout(group, footprint).record["planes_size"])

    def _room_for_gradients(self, count: int, packing: Packing) -> FloatArray:
        """Of so many images; kept, as the pages of a fresh array would cost more than what is put there."""
        if len(self._gradients) < count:
            self._gradients = np.empty((count, packing.gradients), np.float32)
        return self._gradients[:count]

    def _share(self, work: Callable[[int], None]) -> None:
        """Have every worker do its share, this thread among them."""
        if self._threads is None and self.workers > 1:
            self._threads = ThreadPoolExecutor(self.workers - 1)
        others = [] if self._threads is None else [self._threads.submit(work, one) for one in range(1, self.workers)]
        work(0)
        for other in others:
            other.result()

    def _room(self, layout: Layout, worker: int) -> FloatArray:
        key = layout.kind, worker
        if key not in self._rooms:
            self._rooms[key] = layout.room()
        return self._rooms[key]

    def _layout(self, group: ImageGroup, footprint: int) -> Layout:
        key = group.view, footprint
        if key not in self._layouts:
            self._layouts[key] = Layout(self.model, self.channels, *key)
        return self._layouts[key]


def _counting_for_nothing(images: int) -> tuple[FloatArray, FloatArray]:
    """Scales and shares of images that are only drawn; each an array of its own, as kernels are compiled for these."""
    return np.zeros((images, 2), np.float32), np.zeros(images, np.float32)
