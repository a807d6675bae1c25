"""Numbers that change from step to step, in memory of the device: a captured step reads them there, and only there."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

import torch

Value = TypeVar("Value")
WAITING = 1024  # uploads that may be under way at once


class Dials(NamedTuple, Generic[Value]):
    """All of them; whole numbers are small enough for float32."""

    first_slot: Value  # of the order of images, where a part begins
    row: Value  # of the subsample
    column: Value
    pixels: Value  # of the whole batch
    rate_weight: Value
    latent_rate: Value
    temperature: Value  # of soft rounding, its noise, and the largest value of its tanh
    width: Value
    ceiling: Value
    network_rate: Value
    context_rate: Value
    encoder_rate: Value
    first: Value  # what means of gradients and of their squares are divided by
    second: Value


class Panel:
    """The dials of a fit: tensors () on the device, and the way to turn them without waiting for it."""

    def __init__(self, device: torch.device) -> None:
        count = len(Dials._fields)
        self._values = torch.zeros(count, device=device)
        self.dials: Dials[torch.Tensor] = Dials(*self._values.unbind())
        self._uploads = torch.zeros(WAITING, count, pin_memory=device.type == "cuda")
        self._next = 0

    def turn(self, dials: Dials[float]) -> None:
        """Work that is asked for from now on sees these; who calls reads from the device before WAITING calls more."""
        upload = self._uploads[self._next]
        upload.copy_(torch.tensor(dials, dtype=torch.float32))
        self._values.copy_(upload, non_blocking=True)
        self._next = (self._next + 1) % WAITING
