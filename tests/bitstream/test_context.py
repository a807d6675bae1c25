"""The context model: exact at the ends of every bound, however sums are added, and the second reader's."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import second_latents
import second_model
import second_reader
from made_up import random_model, written

from inrcodec.bitstream.context import (
    CONTEXT_STEP,
    LARGEST_MEAN,
    OWN,
    WEIGHT_BITS,
    LevelContext,
    context_shapes,
    fixed_point,
    level_contexts,
    other_inputs,
)
from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE
from inrcodec.bitstream.weights import LARGEST_LATENT, LARGEST_WEIGHT, CodedTensor
from inrcodec.errors import CorruptFileError
from inrcodec.field.field import field_shapes
from inrcodec.settings import MAX_CONTEXT_WIDTH, MAX_LEVEL_CHANNELS, Level, ModelSettings


def test_shapes() -> None:
    model = ModelSettings(levels=(Level(31, 8), Level(3, 4), Level(2, 3), Level(0, 1)), context_width=16)
    assert [other_inputs(model, number) for number in range(4)] == [6, 6, 6 + 4, 3]
    assert context_shapes(model) == (
        *((8, 2),),
        *((4, 16, 15), (4, 16), (4, 2, 16), (4, 2)),
        *((3, 16, 19), (3, 16), (3, 2, 16), (3, 2)),
        *((1, 16, 12), (1, 16), (1, 2, 16), (1, 2)),
    )
    assert context_shapes(ModelSettings("grid", levels=())) == ()


def test_the_second_reader_has_the_same_shapes() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        model = random_model(rng)
        images = int(rng.integers(1, 20))
        fields = msgspec.to_builtins(written(model))
        other = second_model.model_of(second_reader.Header(3, [(1, 1)] * images, fields[0], fields, [], ""))
        assert [shape for level in other.context_shapes() for shape in level] == list(context_shapes(model))
        assert other.network_shapes() == list(field_shapes(model, 3, images))


def test_fixed_point_is_the_second_readers() -> None:
    sums = np.concatenate([np.arange(-3000, 3000), [2**52, -(2**52), 2**27, -(2**27)]])
    for bits in (WEIGHT_BITS, 2 * WEIGHT_BITS):
        means, scales = fixed_point(np.stack([sums, sums], axis=1), bits)
        for total, mean, scale in zip(sums.tolist(), means.tolist(), scales.tolist(), strict=True):
            assert mean == min(max(second_latents.fixed(total, bits, 8), -LARGEST_MEAN), LARGEST_MEAN)
            assert scale == min(max(second_latents.fixed(total, bits, 3), LOWEST_SCALE), HIGHEST_SCALE)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_largest_sums_are_exact(share: float) -> None:
    """All weights and latents as large as they may be, or nearly, against Python's integers."""
    rng = np.random.default_rng(2)
    units, others = MAX_CONTEXT_WIDTH, 6 + MAX_LEVEL_CHANNELS

    def large(largest: int, *shape: int) -> np.ndarray:
        signs = np.where(rng.random(shape) < share, 1, -1)
        return (signs * (largest - (rng.integers(0, 3, shape) if share < 1 else 0))).astype(np.float64)

    taps, bias = large(LARGEST_WEIGHT, 1, units, len(OWN) + others), large(LARGEST_WEIGHT, 1, units)
    output, output_bias = large(LARGEST_WEIGHT, 1, 2, units), large(LARGEST_WEIGHT, 1, 2)
    context = LevelContext(None, taps, bias, output, output_bias)
    inputs = large(LARGEST_LATENT, 40, len(OWN) + others)
    own, rest = inputs[:, : len(OWN)], inputs[:, len(OWN) :]
    means, scales = context.distribution(0, own, context.from_others(0, rest))
    for row in range(40):
        a = [int(value) for value in inputs[row]]
        h = [
            max(0, int(bias[0, i]) + sum(int(t) * v for t, v in zip(taps[0, i], a, strict=True))) for i in range(units)
        ]
        sums = [
            (int(output_bias[0, k]) << WEIGHT_BITS) + sum(int(o) * v for o, v in zip(output[0, k], h, strict=True))
            for k in (0, 1)
        ]
        assert max(map(abs, sums)) < 2**53
        mean, scale = (
            second_latents.fixed(total, 2 * WEIGHT_BITS, bits) for total, bits in zip(sums, (8, 3), strict=True)
        )
        assert means[row] == min(max(mean, -LARGEST_MEAN), LARGEST_MEAN)
        assert scales[row] == min(max(scale, LOWEST_SCALE), HIGHEST_SCALE)


def test_other_steps_are_refused() -> None:
    model = ModelSettings(levels=(Level(31, 1),))
    integers = np.zeros((1, 2), dtype=np.int64)
    assert level_contexts(model, [CodedTensor(integers, CONTEXT_STEP)])[0].static is not None
    with pytest.raises(CorruptFileError, match="step"):
        level_contexts(model, [CodedTensor(integers, CONTEXT_STEP + 1)])
