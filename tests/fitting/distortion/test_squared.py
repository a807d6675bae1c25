"""What the squared error looks at: values as a decoder limits them, so that those beyond the ends cost nothing."""

from __future__ import annotations

import pytest
import torch

from inrcodec.fitting.distortion import squared


def test_overshoot_is_free_and_gradients_lead_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(squared, "MARGIN", 0.25)
    drawn = torch.tensor([1.5, -0.5, 1.0, 1.5, -0.5, 0.5], requires_grad=True)
    target = torch.tensor([1.0, 0.0, 1.0, 0.5, 0.25, 0.5])
    errors = squared.errors(drawn, target)
    wrong = torch.tensor([0.0, 0.0, -0.25, 0.75, -0.5, 0.0])
    torch.testing.assert_close(errors.detach(), wrong.square())
    (gradient,) = torch.autograd.grad(errors.sum(), drawn)
    torch.testing.assert_close(gradient, 2 * wrong)
    shown = squared.shown_errors(drawn.detach(), target)
    torch.testing.assert_close(shown, torch.tensor([0.0, 0.0, 0.0, 0.25, 0.0625, 0.0]))
