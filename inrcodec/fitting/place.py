"""Where a fit stands within a pass: what an interrupted one must know to go on with the very batch that was next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from inrcodec.fitting.batches import Batch
from inrcodec.fitting.groups import BatchPart
from inrcodec.fitting.run import Run

if TYPE_CHECKING:
    from inrcodec.fitting.engines import StepEngine


@dataclass
class Place:
    """A place in the order of batches, which is drawn at random when a pass begins."""

    order: str | None = None  # state of the random numbers when the pass began
    footprint: int = 1  # of the run then
    batches: int = 0  # of the pass that steps have been taken on
    rounded: int = 0  # parts of batches whose latents have been rounded for good
    engine: str = ""  # whose pass it is
    resumed: bool = False  # whether a pass is gone on with

    def rest_of_pass(self, run: Run, engine: StepEngine) -> Iterator[Batch]:
        """A whole pass; after a restoration, what was left of the one that was interrupted."""
        if self.resumed and self.engine == engine.name:
            run.footprint = self.footprint
        else:  # a pass begins; or it is another engine's, which has other batches
            self.batches = 0
        self.resumed = False
        self.order, self.footprint, self.engine = _state(run), run.footprint, engine.name
        yield from islice(engine.batches(), self.batches, None)

    def left_to_round(self, batches: Iterable[list[BatchPart]]) -> Iterator[list[BatchPart]]:
        """Batches of parts without those that have been rounded."""
        done = self.rounded
        for batch in batches:
            left = batch[min(done, len(batch)) :]
            done -= len(batch) - len(left)
            if left:
                yield left

    def state(self, run: Run) -> list[Any]:
        """What a checkpoint must keep."""
        return [self.order or _state(run), self.footprint, self.batches, self.rounded, self.engine]

    def restore(self, state: list[Any], run: Run) -> None:
        """Go on from another's state."""
        order, self.footprint, self.batches, self.rounded, self.engine = state
        run.order.bit_generator.state = json.loads(order)
        self.order, self.resumed = order, True


def _state(run: Run) -> str:
    """Of the random numbers; its whole numbers are longer than a message may have them."""
    return json.dumps(run.order.bit_generator.state)
