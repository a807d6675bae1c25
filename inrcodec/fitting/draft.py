"""What a fit would leave if it ended now, for some of its images: the fit goes on unchanged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inrcodec.field.field import level_shapes
from inrcodec.fitting.coding import choose_weight_steps, coded_context, coded_latents, coded_weights
from inrcodec.fitting.progress import Fitted, Latents
from inrcodec.fitting.run import Run


def draft(run: Run, sizes: Sequence[tuple[int, int]]) -> Fitted:
    """Integers of the network and of the run's first images, as many as there are (height, width), cut to these."""
    steps = run.weight_steps or choose_weight_steps(run.network, run.model)
    latents: list[Latents] = [()] * len(sizes)
    for group in run.groups:
        rows = [row for row, number in enumerate(group.numbers.tolist()) if number < len(sizes)]
        integers = group.levels(coded_latents(group.latents[rows]))
        for place, row in enumerate(rows):
            number = int(group.numbers[row])
            shapes = level_shapes(run.model, *sizes[number])
            latents[number] = tuple(
                np.ascontiguousarray(level[:, place, :down, :across])
                for level, (_, down, across) in zip(integers, shapes, strict=True)
            )
    return Fitted(
        network=coded_weights(run.network, steps),
        context=coded_context(run.context),
        latents=tuple(latents),
        held_out=None,
        passes=0.0,
        seconds=0.0,
        encoder=run.coded_encoder(),
    )
