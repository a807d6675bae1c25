"""A SIREN flow: its Jacobian is exact, it is the same for a seed, and it meets what bends better than rounds do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inrcodec.fitting import registration
from inrcodec.fitting.registration import SirenFlow, siren_flow
from inrcodec.morph.flow import middle_flow
from inrcodec.morph.movement import Movement
from inrcodec.numerics.arrays import FloatArray
from inrcodec.numerics.foreground import pixel_centers
from inrcodec.numerics.metrics import psnr

SIDE = 40


def stripes(bend: float, height: int = SIDE) -> FloatArray:
    """A striped lens on white, bent sideways."""
    y, x = np.moveaxis(pixel_centers(height, SIDE), -1, 0)
    x = x - bend * np.sin(4 * y)
    ink = np.clip(16 * (0.55 - np.hypot(1.4 * x, y)), 0, 1)[..., None]
    colors = np.stack([0.5 + 0.4 * np.sin(9 * x), 0.3 + 0 * x, 0.5 + 0.4 * np.sin(7 * y)], axis=-1)
    return np.asarray(1 + ink * (colors - 1), dtype=np.float32)


def test_the_jacobian_is_exact() -> None:
    flow = SirenFlow(3)
    with torch.no_grad():
        flow.last[0].normal_(generator=torch.Generator().manual_seed(0))
    where = torch.tensor([[0.2, -0.7], [0.0, 0.4]])
    _, jacobians = flow(where)
    for point, jacobian in zip(where, jacobians, strict=True):
        wanted = torch.autograd.functional.jacobian(lambda one: flow(one[None])[0][0], point)
        torch.testing.assert_close(jacobian, wanted, atol=1e-4, rtol=1e-4)


def test_what_bends_is_met_half_way() -> None:
    first, middle, last = (stripes(bend) for bend in (0.0, 0.15, 0.3))
    found = {
        flow: psnr(middle, Movement(first, last, (first, last), flow).frame(0.5, (SIDE, SIDE)))
        for flow in (siren_flow, middle_flow)
    }
    assert found[siren_flow] > found[middle_flow] + 1
    assert found[siren_flow] > psnr(middle, 0.5 * (first + last)) + 6


def test_pictures_of_any_shape_and_the_same_for_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "STEPS", 30)
    first, last = stripes(0.0, 24)[..., :1], stripes(0.2, 24)[..., :1]
    threads = torch.get_num_threads()
    flow = siren_flow(first, last)
    assert flow.shape == (24, SIDE, 2)
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(flow, siren_flow(first, last))
    assert not np.array_equal(flow, siren_flow(first, last, seed=1))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_drawn_does_no_harm(value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "STEPS", 30)
    flat = np.full((16, 16, 4), value, np.float32)
    assert np.abs(siren_flow(flat, flat)).max() < 1e-3
