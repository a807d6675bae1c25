"""The context model while it is fitted: the same prediction as `bitstream.context`, in floats with gradients.

Only the estimate of bits during the fit comes from here; the bits of the file come from the integer model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as functional

from inrcodec.bitstream.context import MARGIN, OWN, PREVIOUS, static
from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, SCALE_BITS
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.settings import ModelSettings

Offsets = tuple[tuple[int, int], ...]
TENSORS = 4  # of the context model of a level whose cells have neighbors


@dataclass(frozen=True)
class ContextModel:
    """The context model of a file with these settings."""

    model: ModelSettings

    def bits(self, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor]) -> torch.Tensor:
        """See `latent_bits`."""
        return latent_bits(self.model, tensors, levels)

    def level_bits(self, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor], number: int) -> torch.Tensor:
        """See `level_bits`."""
        return level_bits(self.model, tensors, levels, number)


def latent_bits(model: ModelSettings, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor]) -> torch.Tensor:
    """Estimated bits of every latent, one vector, from levels [(channels, B, cells down, cells across)]."""
    predicted = [_predicted(model, tensors, levels, number) for number in range(len(levels))]
    means, scales = (torch.cat([part[:, which].reshape(-1) for part in predicted]) for which in range(2))
    values = torch.cat([level.reshape(-1) for level in levels])
    return _laplace_bits(values, means, scales)


def level_bits(
    model: ModelSettings, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor], number: int
) -> torch.Tensor:
    """The same of one level alone, by cell and all channels together, (B, cells down, cells across)."""
    level = levels[number]
    means, scales = _predicted(model, tensors, levels, number).transpose(0, 1)
    return _laplace_bits(level, means.reshape(level.shape), scales.reshape(level.shape)).sum(dim=0)


def _predicted(
    model: ModelSettings, tensors: Sequence[torch.Tensor], levels: Sequence[torch.Tensor], number: int
) -> torch.Tensor:
    """Means and scales of a level's latents, (channels, 2, B * cells)."""
    first = sum(1 if static(level) else TENSORS for level in model.levels[:number])
    latents = levels[number]
    if static(model.levels[number]):
        return tensors[first][:, :, None].expand(-1, -1, latents[0].numel())
    coarser = number > 0 and not static(model.levels[number - 1])
    inputs = _context(latents, levels[number - 1] if coarser else None, model, number)
    return _predict(inputs, *tensors[first : first + TENSORS])


def _context(latents: torch.Tensor, coarser: torch.Tensor | None, model: ModelSettings, number: int) -> torch.Tensor:
    """What each cell is predicted from, (channels, inputs, B * cells), in the order of `bitstream.latents`."""
    channels, group, down, across = latents.shape
    inputs = [_neighbors(latents, OWN)]
    if channels > 1:
        before = torch.cat([torch.zeros_like(latents[:1]), latents[:-1]])
        inputs.append(_neighbors(before, PREVIOUS))
        inputs.append(torch.cat([torch.zeros_like(before[:1]), before[:-1]]).unsqueeze(1))
    if coarser is not None:
        steps = model.levels[number - 1].shift - model.levels[number].shift
        spread = coarser.repeat_interleave(1 << steps, -1).repeat_interleave(1 << steps, -2)[..., :down, :across]
        inputs.append(spread.unsqueeze(0).expand(channels, -1, -1, -1, -1))
    return torch.cat(inputs, 1).reshape(channels, -1, group * down * across)


def _neighbors(latents: torch.Tensor, offsets: Offsets) -> torch.Tensor:
    return cast(torch.Tensor, _Neighbors.apply(latents, offsets))  # type: ignore[no-untyped-call]


class _Neighbors(torch.autograd.Function):
    """(channels, B, h, w) -> (channels, offsets, B, h, w), zeros outside; autograd alone would fill a plane per tap."""

    @staticmethod
    def forward(ctx: Any, latents: torch.Tensor, offsets: Offsets) -> torch.Tensor:
        channels, group, down, across = latents.shape
        padded = functional.pad(latents, (MARGIN,) * 4)
        ctx.offsets = offsets
        gathered = latents.new_empty(channels, len(offsets), group, down, across)
        for tap, (dy, dx) in enumerate(offsets):
            gathered[:, tap] = padded[..., MARGIN + dy : MARGIN + dy + down, MARGIN + dx : MARGIN + dx + across]
        return gathered

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        gradient = gradients[0]
        channels, _, group, down, across = gradient.shape
        padded = gradient.new_zeros(channels, group, down + 2 * MARGIN, across + 2 * MARGIN)
        for tap, (dy, dx) in enumerate(ctx.offsets):
            padded[..., MARGIN + dy : MARGIN + dy + down, MARGIN + dx : MARGIN + dx + across] += gradient[:, tap]
        return padded[..., MARGIN:-MARGIN, MARGIN:-MARGIN], None


def _predict(inputs: torch.Tensor, *network: torch.Tensor) -> torch.Tensor:
    """Means and scales (channels, 2, cells) from inputs (channels, taps, cells)."""
    return cast(torch.Tensor, _Predict.apply(inputs, *network))  # type: ignore[no-untyped-call]


class _Predict(torch.autograd.Function):
    """A hidden layer of rectified units; by hand, as autograd's strided gradients make a step many times slower."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: torch.Tensor,
        taps: torch.Tensor,
        bias: torch.Tensor,
        output: torch.Tensor,
        output_bias: torch.Tensor,
    ) -> torch.Tensor:
        units = torch.baddbmm(bias[:, :, None], taps, inputs).relu_()
        ctx.save_for_backward(inputs, taps, units, output)
        return torch.baddbmm(output_bias[:, :, None], output, units)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        gradient = gradients[0].contiguous()
        inputs, taps, units, output = ctx.saved_tensors
        hidden = torch.ops.aten.threshold_backward(torch.bmm(output.transpose(1, 2), gradient), units, 0)
        return (
            torch.bmm(taps.transpose(1, 2), hidden) if ctx.needs_input_grad[0] else None,
            torch.bmm(hidden, inputs.transpose(1, 2)),
            hidden.sum(-1),
            torch.bmm(gradient, units.transpose(1, 2)),
            gradient.sum(-1),
        )


def _laplace_bits(values: torch.Tensor, means: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """-log2 of the mass of a Laplace distribution on [value - 1/2, value + 1/2]; scales as log2."""
    inverse = torch.exp2(-scales.clamp(LOWEST_SCALE / 2**SCALE_BITS, HIGHEST_SCALE / 2**SCALE_BITS))
    offset = values - means
    upper, lower = (offset + 0.5) * inverse, (offset - 0.5) * inverse
    mass = 0.5 * (lower.sign() * torch.expm1(-lower.abs()) - upper.sign() * torch.expm1(-upper.abs()))
    return -torch.log2(mass.clamp_min(1.0 / TOTAL))
