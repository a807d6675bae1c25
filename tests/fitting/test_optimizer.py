"""Adam twice: as torch has it where rates are equal, and every element at its own rate."""

from __future__ import annotations

import pytest
import torch

from inrcodec.fitting.optimizer import RowAdam, SharedAdam


def test_shared_weights_move_as_torch_moves_them() -> None:
    start = [torch.randn(3, 4), torch.randn(5)]
    ours, theirs = ([tensor.clone() for tensor in start] for _ in range(2))
    adam = SharedAdam(ours, [torch.tensor(0.01), torch.tensor(0.03)])
    groups = [{"params": [theirs[0]], "lr": 0.01}, {"params": [theirs[1]], "lr": 0.03}]
    reference = torch.optim.Adam(groups, betas=(0.9, 0.99), eps=1e-9)
    for _ in range(20):
        gradient = torch.randn(17)
        adam.step(gradient, [1.0, 1.0])
        theirs[0].grad, theirs[1].grad = gradient[:12].reshape(3, 4), gradient[12:]
        reference.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_rows_and_tensors_have_rates_of_their_own() -> None:
    tensors = [torch.zeros(2, 3), torch.zeros(2)]
    adam = SharedAdam(tensors, [torch.tensor([[0.5], [0.05]]), torch.tensor(0.1)])
    adam.step(torch.ones(8), [1.0, 0.0])
    torch.testing.assert_close(tensors[0], torch.tensor([[-0.5] * 3, [-0.05] * 3]))
    torch.testing.assert_close(tensors[1], torch.zeros(2))


def test_latents_find_their_place_and_others_stay() -> None:
    latents, wanted = torch.zeros(3, 2), torch.tensor([1.0, -2.0])
    adam = RowAdam(latents, torch.tensor([1.0, 0.5]))
    rows = torch.tensor([0, 2])
    for visit in range(300):
        adam.step(rows, latents[rows] - wanted, 0.1 * (1 - visit / 300))
    assert latents[1].tolist() == [0.0, 0.0]
    for row in rows.tolist():
        assert latents[row].tolist() == pytest.approx(wanted.tolist(), abs=0.02)
