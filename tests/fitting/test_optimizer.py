"""Adam twice: as torch has it where rates are equal, and every element at its own rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from inrcodec.fitting.optimizer import RowAdam, SharedAdam


def test_shared_weights_move_as_torch_moves_them() -> None:
    start = [torch.randn(3, 4), torch.randn(5)]
    ours, theirs = ([tensor.clone() for tensor in start] for _ in range(2))
    weights = torch.cat([tensor.reshape(-1) for tensor in ours])
    adam = SharedAdam(weights, torch.tensor([0.01] * 12 + [0.03] * 5), [12, 5])
    in_numpy = SharedAdam(weights.numpy().copy(), np.array([0.01] * 12 + [0.03] * 5, np.float32), [12, 5])
    groups = [{"params": [theirs[0]], "lr": 0.01}, {"params": [theirs[1]], "lr": 0.03}]
    reference = torch.optim.Adam(groups, betas=(0.9, 0.99), eps=1e-9)
    for _ in range(20):
        gradient = torch.randn(17)
        adam.step(gradient, [1.0, 1.0])
        in_numpy.step(gradient.numpy(), [1.0, 1.0])
        theirs[0].grad, theirs[1].grad = gradient[:12].reshape(3, 4), gradient[12:]
        reference.step()
    torch.testing.assert_close(weights, torch.cat([tensor.reshape(-1) for tensor in theirs]))
    np.testing.assert_allclose(in_numpy.weights, weights.numpy(), rtol=1e-5, atol=1e-7)


def test_rows_and_tensors_have_rates_of_their_own() -> None:
    adam = SharedAdam(torch.zeros(8), torch.tensor([0.5] * 3 + [0.05] * 3 + [0.1] * 2), [6, 2])
    adam.step(torch.ones(8), [1.0, 0.0])
    torch.testing.assert_close(adam.weights, torch.tensor([-0.5] * 3 + [-0.05] * 3 + [0.0] * 2))


def test_latents_find_their_place_and_others_stay() -> None:
    latents, wanted = torch.zeros(3, 2), torch.tensor([1.0, -2.0])
    adam = RowAdam(latents, torch.tensor([1.0, 0.5]))
    rows = torch.tensor([0, 2])
    for visit in range(300):
        adam.step(rows, latents[rows] - wanted, 0.1 * (1 - visit / 300))
    assert latents[1].tolist() == [0.0, 0.0]
    for row in rows.tolist():
        assert latents[row].tolist() == pytest.approx(wanted.tolist(), abs=0.02)


@pytest.mark.parametrize("library", [np, torch])
def test_weights_without_gradients_go_back_to_their_base(library: Any) -> None:
    weights, base = library.asarray([0.5, -0.25, 1.0]), library.asarray([0.0, 0.0, 1.0])
    adam = SharedAdam(weights, library.ones(3) * 0.01, [3])
    adam.base, adam.pull = base, library.asarray([0.3, 0.3, 0.3])
    for _ in range(200):
        adam.step(library.zeros(3), [1.0])
    np.testing.assert_allclose(np.asarray(weights), np.asarray(base), atol=0.03)
