"""Work that is the same at every step: done plainly at first, then captured, so that one launch starts all of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Protocol

import torch

WARM_UPS = 3  # times that a piece of work is done plainly: libraries choose and set up what they need
Work = Callable[[], torch.Tensor]


class Capture(Protocol):
    """A way to record work of a device."""

    def captured(self, work: Work, noise: torch.Generator) -> Work:
        """Record the work without doing it: what comes back does it, and returns the same tensor every time.

        RuntimeError where that cannot be. `noise` is what the work draws random numbers from.
        """

    def wait(self) -> None:
        """Until the device has done all that was asked for."""


class CudaGraphs:
    """Capture as CUDA graphs, which share their memory: they are never at work at once, and all results are kept."""

    def __init__(self, device: torch.device) -> None:
        self._device, self._stream = device, torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle()

    def captured(self, work: Work, noise: torch.Generator) -> Work:
        """See `Capture`."""
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(noise)
        with torch.cuda.device(self._device), torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
            result = work()

        def replay() -> torch.Tensor:
            graph.replay()
            return result

        return replay

    def wait(self) -> None:
        """See `Capture`."""
        torch.cuda.synchronize(self._device)


def generator_on(device: torch.device) -> torch.Generator:
    """Of random numbers that are made on the device."""
    return torch.Generator(device)


class Repeated:
    """Pieces of work by name. Where one cannot be captured all are done plainly from then on, and `reason` says why."""

    def __init__(self, device: torch.device, capture: Capture | None) -> None:
        self.reason = "" if capture else f"there are no graphs on {device.type}"
        self.noise = generator_on(device)
        self._device, self._capture = device, capture
        self._done: dict[Hashable, int] = {}
        self._captured: dict[Hashable, Work] = {}

    def do(self, name: Hashable, work: Work, seed: int | None = None) -> torch.Tensor:
        """Do it, its noise from that seed; the result may be overwritten when it is done again."""
        if self._capture and name not in self._captured and self._done.get(name, 0) >= WARM_UPS:
            try:
                self._captured[name] = self._capture.captured(work, self.noise)
            except RuntimeError as failure:
                self._give_up(failure)
        self._done[name] = self._done.get(name, 0) + 1
        if seed is not None:
            self.noise.manual_seed(seed)
        return self._captured.get(name, work)()

    def forget(self) -> None:
        """All work is another one from now on."""
        if self._capture and self._captured:
            self._capture.wait()  # what is captured may be at work
        self._captured.clear()
        self._done.clear()

    @property
    def captured(self) -> int:
        """Pieces that are captured now."""
        return len(self._captured)

    def _give_up(self, failure: RuntimeError) -> None:
        self.reason = str(failure).partition("\n")[0] or type(failure).__name__
        self.forget()
        self._capture = None
        self.noise = generator_on(self._device)  # a capture that failed may have left the other one unusable
