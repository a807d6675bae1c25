"""Every distortion: errors of every value, none where nothing differs, with a gradient that leads there."""

from __future__ import annotations

import pytest
import torch

from inrcodec.errors import UsageError
from inrcodec.fitting.distortion import distortion_named, distortion_names

every = pytest.mark.parametrize("name", distortion_names())


@every
def test_errors_are_of_every_value(name: str) -> None:
    drawn, target = torch.rand(2, 3, 4, 5, 6)
    errors = distortion_named(name).errors(drawn, target)
    assert errors.shape == drawn.shape
    assert bool((errors >= 0).all())
    assert not bool(distortion_named(name).errors(target, target).any())


@every
def test_going_down_leads_to_the_target(name: str) -> None:
    drawn, target = torch.rand(3, 1, 4, 4).requires_grad_(), torch.rand(3, 1, 4, 4)
    (gradient,) = torch.autograd.grad(distortion_named(name).errors(drawn, target).mean(), drawn)
    assert bool((gradient * (drawn - target) >= 0).all())


def test_an_unknown_one_is_refused() -> None:
    with pytest.raises(UsageError, match=r"there are: .*squared"):
        distortion_named("gut-feeling")
