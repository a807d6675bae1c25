"""Several steps of a fit for the kernels at once: what `kernel_engine` prepares for one, as arrays for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import step_size
from inrcodec.fitting.batches import Batch
from inrcodec.fitting.distortion.squared import MARGIN
from inrcodec.fitting.groups import Group
from inrcodec.fitting.kernels.parts import Quantization, Rates, noise_keys, order_for
from inrcodec.fitting.kernels.stretch import NOTHING, Adam, Images
from inrcodec.fitting.optimizer import FIRST_DECAY, SHARED_SECOND_DECAY, TINY
from inrcodec.fitting.run import Run
from inrcodec.fitting.step_context import StepContext, StepResult

# Weights learn from a quarter of an image's points at each visit, another one every time, in sets of so many pixels.
THINNED, THINNED_FROM = 4, 1 << 16


def thinning(pixels: int, context: StepContext) -> int:
    """Of the points that weights learn from, in a set of that many pixels: see `parts.order_for`.

    A few images show them too little; and once latents stand still, nothing else is left to learn.
    """
    return THINNED if pixels >= THINNED_FROM and not context.latents_frozen else 1


def images_for(
    group: Group,
    seen: npt.NDArray[np.float64],
    channels: int,
    pixels: int,
    contexts: Sequence[StepContext],
    batches: Sequence[Batch],
    orders: Sequence[tuple[Quantization, Rates | None]],
) -> Images:
    """What steps look at, all of one group; seen (images,): visible pixels of each; pixels: of the set."""
    parts = [units for batch in batches for _, units in batch.parts]
    rows, counts = np.concatenate(parts), np.array([len(units) for units in parts])
    visible = np.repeat(np.add.reduceat(seen[rows], np.append(0, np.cumsum(counts)[:-1])), counts)
    steps = np.array([sum(len(units) for _, units in batch.parts) for batch in batches])
    if contexts[0].released:
        visible = np.repeat(counts * group.pixels, counts)
    scales = np.empty((len(rows), 2), np.float32)
    scales[:, 0] = np.repeat(counts, counts) / (np.maximum(1.0, visible) * channels)
    scales[:, 1] = np.repeat([context.rate_weight for context in contexts], steps) / group.pixels
    ends = np.append(0, np.cumsum(steps))
    numbers = group.numbers[rows]
    keys = [
        noise_keys(context.noise_seed(0), numbers[first:last])
        for context, first, last in zip(contexts, ends, ends[1:], strict=False)
    ]
    return Images(
        ends=ends,
        rows=rows,
        keys=np.concatenate(keys),
        scales=scales,
        shares=np.repeat([group.pixels / context.pixels for context in contexts], steps).astype(np.float32),
        orders=np.concatenate(
            [
                order_for(*order, margin=MARGIN, thinned=thinning(pixels, context))
                for context, order in zip(contexts, orders, strict=True)
            ]
        ),
        results=np.zeros((len(rows), 3)),
    )


def adam_of(run: Run, contexts: Sequence[StepContext]) -> Adam:
    """How the network moves in these steps, which are counted as taken."""
    weights, shared = run.adam.weights, run.adam
    corrections = [shared.count_step() for _ in contexts]
    first, second, _ = shared.state()
    return Adam(
        weights=weights,
        first=first,
        second=second,
        rates=shared.rates,
        factors=np.array([(context.network_rate, context.context_rate) for context in contexts], np.float32),
        corrections=np.array(corrections, np.float32),
        decays=np.array([1 - FIRST_DECAY, SHARED_SECOND_DECAY, 1 - SHARED_SECOND_DECAY], np.float32),
        tiny=np.float32(TINY),
        context=sum(tensor.size for tensor in run.network),
        base=NOTHING if shared.base is None else shared.base,
        pull=NOTHING if shared.pull is None else shared.pull,
    )


def shown_by(images: Images, group: Group, contexts: Sequence[StepContext]) -> list[StepResult]:
    """Mean squared error and bits per pixel of every step."""
    _, bits, shown = np.add.reduceat(images.results * _weighted(images), images.ends[:-1]).T
    return [
        StepResult(float(error) * group.pixels / context.pixels, float(bit) / context.pixels, [])
        for error, bit, context in zip(shown, bits, contexts, strict=True)
    ]


def _weighted(images: Images) -> npt.NDArray[np.float64]:
    """Factors on results (rows, 3)."""
    factors = np.ones_like(images.results)
    factors[:, 2] = images.scales[:, 0]
    return factors


class WeightGrid:
    """The step of every weight, (weights,), and its inverse, once the steps of tensors are chosen; see `run.field`."""

    def __init__(self, run: Run) -> None:
        self._sizes = [tensor.size for tensor in run.network], sum(tensor.size for tensor in run.context)
        self._known: list[int] = []
        self._steps = np.empty(0, np.float32)

    def rounded(self, weights: npt.NDArray[np.float32], steps: list[int]) -> npt.NDArray[np.float32]:
        """Weights as the loss sees them."""
        if not steps:
            return weights
        grid = self.grid(steps)
        return np.asarray(np.rint(weights / grid) * grid, dtype=np.float32)

    def grid(self, steps: list[int]) -> npt.NDArray[np.float32]:
        """The step of every weight; nothing while none are chosen."""
        if steps != self._known:
            network, context = self._sizes
            each = np.repeat([step_size(step) for step in steps], network)
            self._steps = np.append(each, np.full(context, step_size(CONTEXT_STEP))).astype(np.float32)
            self._known = list(steps)
        return self._steps
