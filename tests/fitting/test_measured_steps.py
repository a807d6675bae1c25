"""Steps by measured loss: as coarse as may be, never coarser than that, within what the format holds."""

from __future__ import annotations

import torch

from inrcodec.bitstream.weights import LARGEST_WEIGHT, step_size
from inrcodec.fitting.measured_steps import GROWTH, measured_steps


def test_what_counts_is_stored_finer_than_what_does_not() -> None:
    drawn = torch.Generator().manual_seed(0)
    tensors = [torch.randn(200, generator=drawn) for _ in range(3)]

    def losses(changed: list[torch.Tensor]) -> list[float]:
        moved = [float((one - old).square().mean()) for one, old in zip(changed, tensors, strict=True)]
        return [1.0 + 1e4 * moved[0] + 10 * moved[1], 0.5]

    steps = measured_steps(tensors, losses)
    assert steps[0] < steps[1] < steps[2]
    rounded = [(one / step_size(step)).round() * step_size(step) for one, step in zip(tensors, steps, strict=True)]
    assert losses(rounded)[0] <= 1.0 + GROWTH
    coarser = [
        (one / step_size(step + 8)).round() * step_size(step + 8) for one, step in zip(tensors, steps, strict=True)
    ]
    assert losses(coarser)[0] > 1.0 + GROWTH


def test_integers_fit_into_the_format_however_much_a_weight_counts() -> None:
    tensor = torch.tensor([100.0, 1e-3])
    (step,) = measured_steps([tensor], lambda changed: [1e-9 + float((changed[0] - tensor).abs().sum())])
    assert (tensor / step_size(step)).abs().max() <= LARGEST_WEIGHT


def test_a_tensor_of_zeros_is_no_trouble() -> None:
    assert len(measured_steps([torch.zeros(4)], lambda changed: [0.0])) == 1
