"""The encoder: one function on numpy and torch, of pictures of every size."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inrcodec.field.encoder import SIDE, encode, encoder_shapes, encoder_specs, thumbnail
from inrcodec.fitting.initial import initial_network

CODE = 5


def drawn(channels: int) -> list[torch.Tensor]:
    found = initial_network(encoder_specs(channels, CODE), np.random.default_rng(2))
    return [torch.from_numpy(tensor) for tensor in found]


@pytest.mark.parametrize("channels", [3, 4])
def test_numpy_and_torch_find_the_same_codes(channels: int) -> None:
    tensors = drawn(channels)
    assert [tuple(tensor.shape) for tensor in tensors] == list(encoder_shapes(channels, CODE))
    rng = np.random.default_rng(1)
    seen = np.concatenate([thumbnail(rng.random((48, 30, channels)).astype(np.float32)) for _ in range(3)], axis=1)
    assert seen.shape == (channels, 3, SIDE, SIDE)
    in_numpy = encode([tensor.numpy() for tensor in tensors], seen)
    in_torch = encode(tensors, torch.from_numpy(seen)).numpy()
    assert in_numpy.shape == (3, CODE)
    assert in_numpy.dtype == np.float32
    np.testing.assert_allclose(in_numpy, in_torch, atol=1e-4)
    alone = encode([tensor.numpy() for tensor in tensors], seen[:, 1:2])
    np.testing.assert_allclose(alone[0], in_numpy[1], atol=1e-4)
    assert np.abs(in_numpy[0] - in_numpy[1]).max() > 1e-3


@pytest.mark.parametrize("size", [(16, 16), (48, 48), (7, 5), (1, 33)])
def test_thumbnails_keep_the_mean(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(4).random((*size, 3)).astype(np.float32)
    seen = thumbnail(picture)
    np.testing.assert_allclose(seen.mean(axis=(1, 2, 3)) + 0.5, picture.mean(axis=(0, 1)), atol=1e-5)
    if size == (16, 16):
        np.testing.assert_allclose(seen[:, 0].transpose(1, 2, 0) + 0.5, picture, atol=1e-6)
