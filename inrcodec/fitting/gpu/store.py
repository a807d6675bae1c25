"""All latents of a fit and their Adam in a few vectors, so that images of several sizes can be moved at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from inrcodec.fitting.groups import Group
from inrcodec.fitting.optimizer import row_moves


class LatentStore:
    """Latents, and means of their gradients and squares, (latents + 1,): the last one is for cells outside images.

    What groups have are views from now on, so that all that works on groups goes on to work.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        sizes = [group.latents.numel() for group in groups]
        device = groups[0].latents.device
        self._latents, self._first, self._second = (torch.zeros(sum(sizes) + 1, device=device) for _ in range(3))
        self._visits = torch.zeros(sum(len(group.numbers) for group in groups), device=device)
        self.starts: list[tuple[int, int]] = []  # of each group: its first latent, and its first image
        latent = image = 0
        for group, size in zip(groups, sizes, strict=True):
            shape, count = group.latents.shape, len(group.numbers)
            vectors = self._latents, self._first, self._second
            latents, first, second = (part[latent : latent + size].view(shape) for part in vectors)
            visits = self._visits[image : image + count, None][:, : shape[1]]  # none where there are no latents
            for view, known in zip((latents, first, second, visits), group.adam.state(), strict=True):
                view.copy_(known)
            group.adam.move_to(latents, first, second, visits)
            group.latents = latents
            self.starts.append((latent, image))
            latent, image = latent + size, image + count

    def read(self, cells: torch.Tensor) -> torch.Tensor:
        """A copy of the latents at these places, (B, values)."""
        return self._latents[cells]

    @torch.no_grad()
    def move(
        self,
        images: torch.Tensor,
        cells: torch.Tensor,
        gradient: torch.Tensor,
        rates: torch.Tensor,
        limits: tuple[torch.Tensor, torch.Tensor] | None,
    ) -> None:
        """A step of Adam of images (B,), whose latents are at `cells` (B, values), against their gradient.

        rates (values,); limits: the least and the largest of each value.
        """
        visits = self._visits[images] + 1
        self._visits[images] = visits
        state = self._first[cells], self._second[cells]
        self._first[cells], self._second[cells], moves = row_moves(*state, visits[:, None], gradient, rates)
        moved = self._latents[cells] - moves
        self._latents[cells] = moved if limits is None else moved.clamp(*limits)
