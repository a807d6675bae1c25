"""What one may ask of the network, and what one may not."""

from __future__ import annotations

import pytest

from inrcodec.encoding.design import hidden_width, redesigned
from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import UsageError
from inrcodec.field.conditioning import model_for
from inrcodec.field.field import field_specs
from inrcodec.settings import REFERENCE_PIXELS


def test_widths_are_units_or_multiples() -> None:
    assert [hidden_width(text) for text in ("64", "1x", "10x", "0.5x")] == [64, 256, 2560, 128]
    for text in ("", "x", "-3", "1.5", "10 x y"):
        with pytest.raises(UsageError, match="width="):
            hidden_width(text)


def test_changes_are_applied_and_the_rest_stays() -> None:
    model = model_for("hypernetwork", REFERENCE_PIXELS)
    assert redesigned(model, EncodeOptions()) == model
    changed = redesigned(model, EncodeOptions(width="32", depth=4, activation="tanh", w0=10, code=7, head=12))
    assert (changed.hidden_width, changed.hidden_layers, changed.levels[0].channels) == (32, 4, 7)
    assert (changed.architecture.activation, changed.architecture.w0, changed.architecture.head_width) == (
        "tanh",
        10,
        12,
    )
    assert redesigned(model_for("bottleneck", 1000), EncodeOptions(bottleneck=4, width="80")).hidden_widths() == (
        80,
        80,
        20,
        80,
        80,
    )


@pytest.mark.parametrize(
    ("conditioning", "options"),
    [
        ("pyramid", EncodeOptions(code=4)),
        ("grid", EncodeOptions(code=4)),
        ("latent", EncodeOptions(head=4)),
        ("pyramid", EncodeOptions(w0=20)),
        ("binary", EncodeOptions(activation="swish")),
        ("bottleneck", EncodeOptions(depth=2)),
        ("grid", EncodeOptions(width="17x")),
        ("latent", EncodeOptions(code=5000)),
    ],
)
def test_what_does_not_go_together_is_a_mistake_of_usage(conditioning: str, options: EncodeOptions) -> None:
    with pytest.raises(UsageError):
        redesigned(model_for(conditioning, REFERENCE_PIXELS), options)


def test_w0_of_every_layer_goes_into_the_settings() -> None:
    model = redesigned(model_for("grid", 1000), EncodeOptions(w0="60,10,20"))
    assert (model.architecture.w0, model.architecture.hidden_w0) == (60, (10, 20))
    rates = [spec.rate for spec in field_specs(model, 3, 5)]
    assert rates == pytest.approx([2 * rate for rate in (1, 1, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1)])
    for wrong in ("60,10", "60,10,20,30", "fast", "60,", "60,0,20"):
        with pytest.raises(UsageError, match="w0"):
            redesigned(model_for("grid", 1000), EncodeOptions(w0=wrong))
