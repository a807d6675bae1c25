"""Several processes that share every step, as threads would wait for each other longer than they work.

Each has the whole run, forked, and the tensors that change lie in memory that all of them see. The first hand is this
process: it alone moves the network, between steps, so nobody reads what somebody else is writing.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np
import torch

from inrcodec.errors import InrError
from inrcodec.fitting.parts import Moment, Part, Share, work
from inrcodec.fitting.run import Run

PATIENCE = 10.0  # seconds that a process gets to end by itself


class Crew:
    """A context: inside, `step` is done by `hands` processes."""

    def __init__(self, run: Run, hands: int) -> None:
        self._run, self._hands = run, hands
        count = sum(leaf.numel() for leaf in run.leaves)
        self._slopes = torch.zeros(hands, count, device=run.leaves[0].device)
        self._helpers: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []

    def __enter__(self) -> Crew:
        if self._hands > 1:
            for tensor in (self._slopes, *self._run.leaves, *self._latents()):
                tensor.data = _in_shared_memory(tensor)
        fork = multiprocessing.get_context("fork") if self._hands > 1 else None
        for hand in range(1, self._hands):
            assert fork is not None
            ours, theirs = fork.Pipe()
            helper = fork.Process(target=self._help, args=(hand, theirs, ours), daemon=True)
            with warnings.catch_warnings():  # a progress bar's thread is no danger: helpers neither print nor lock
                warnings.simplefilter("ignore", DeprecationWarning)
                helper.start()
            theirs.close()
            self._helpers.append((helper, ours))
        return self

    def __exit__(self, *failure: object) -> None:
        for _, line in self._helpers:
            line.close()  # helpers end when nobody is on the line
        for helper, _ in self._helpers:
            helper.join(PATIENCE)
            if helper.is_alive():
                helper.kill()
        self._helpers.clear()

    def step(self, moment: Moment, batch: Sequence[Part]) -> tuple[list[Share], torch.Tensor]:
        """Deal the batch out and do it; every hand's share, and the gradient (weights,) of both networks."""
        dealt = self._deal(batch)
        try:
            for (_, line), parts in zip(self._helpers, dealt[1:], strict=True):
                line.send((moment, parts))
            shares = [work(self._run, moment, dealt[0], 0, self._slopes[0])]
            for _, line in self._helpers:
                answer = line.recv()
                if isinstance(answer, BaseException):
                    raise answer
                shares.append(answer)
        except (EOFError, BrokenPipeError, ConnectionResetError) as failure:
            raise InrError("a process of the fit was killed, perhaps for want of memory; try --threads 1") from failure
        return shares, self._slopes.sum(dim=0)

    def _deal(self, batch: Sequence[Part]) -> list[list[Part]]:
        """The batch in as many parts of about equal work as there are hands."""
        dealt: list[list[Part]] = [[] for _ in range(self._hands)]
        loads = [0] * self._hands
        for number, images in batch:
            for part in np.array_split(images, min(self._hands, len(images))):
                hand = loads.index(min(loads))
                dealt[hand].append((number, part))
                loads[hand] += len(part) * self._run.groups[number].pixels
        return dealt

    def _latents(self) -> list[torch.Tensor]:
        return [tensor for group in self._run.groups for tensor in group.adam.state()]

    def _help(self, hand: int, line: Connection, other_end: Connection) -> None:
        """What a helper does until its line is closed."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first hand decides
        other_end.close()
        for _, earlier in self._helpers:
            earlier.close()
        torch.set_num_threads(1)
        try:
            while True:
                moment, parts = line.recv()
                moment.enter(self._run)
                try:
                    line.send(work(self._run, moment, parts, hand, self._slopes[hand]))
                except Exception as failure:
                    line.send(failure)
        finally:
            os._exit(0)  # nothing of the parent's is to be flushed or tidied up a second time


def _in_shared_memory(tensor: torch.Tensor) -> torch.Tensor:
    """A copy in pages that forked processes write to together; unlike /dev/shm, without a limit of their own."""
    block = mmap.mmap(-1, max(1, tensor.numel() * tensor.element_size()))
    values = np.frombuffer(block, np.float32, tensor.numel()).reshape(tuple(tensor.shape))
    shared = torch.from_numpy(values)
    shared.copy_(tensor.detach())
    return shared
