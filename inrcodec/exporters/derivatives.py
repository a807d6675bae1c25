"""Derivatives as pictures: slopes as hues, their sizes as grey, surfaces as normal maps, Laplacians around grey."""

from __future__ import annotations

import math

import numpy as np

from inrcodec.numerics.arrays import FloatArray

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
WHITE_SHARE = 99.0  # percent of the values that a picture shows unlimited
HEIGHT = 16.0  # native pixels that white stands above black, where luminance is height


def white_of(values: FloatArray) -> float:
    """The value to be shown as white (or black, below nought), so that few are beyond it; 1 where all are nought."""
    sizes = np.abs(values)
    return float(np.percentile(sizes, WHITE_SHARE)) or float(sizes.max()) or 1.0


def on_white(derivative: FloatArray) -> FloatArray:
    """The derivative (height, width, 3 or 4, ...) of premultiplied colors as that of the picture on a white ground."""
    if derivative.shape[2] == 3:
        return derivative
    return np.asarray(derivative[:, :, :3] - derivative[:, :, 3:], dtype=np.float32)


def magnitudes(gradient: FloatArray) -> FloatArray:
    """The size of a gradient (height, width, channels, 2) over all channels together, (height, width)."""
    return np.asarray(np.sqrt(np.square(gradient).sum(axis=(2, 3))), dtype=np.float32)


def luma_slopes(gradient: FloatArray) -> FloatArray:
    """The gradient (height, width, 2) of the luminance on white, from one of colors (height, width, 3 or 4, 2)."""
    return np.asarray(np.einsum("hwca,c->hwa", on_white(gradient), LUMA), dtype=np.float32)


def normals(gradient: FloatArray, height: float = HEIGHT) -> FloatArray:
    """Unit normals (height, width, 3) of the luminance as a surface: x to the right, y up, z towards the viewer."""
    slopes = luma_slopes(gradient) * np.float32(height)
    towards = np.ones_like(slopes[..., 0])
    surface = np.stack([-slopes[..., 0], slopes[..., 1], towards], axis=-1)
    return np.asarray(surface / np.linalg.norm(surface, axis=-1, keepdims=True), dtype=np.float32)


def draw_gradient(gradient: FloatArray, white: float) -> FloatArray:
    """Luminance slopes as a picture (height, width, 3): hue for the direction in which it brightens, red to the right.

    Brightness is the size of the slope; `white` is that of full brightness.
    """
    across, down = np.moveaxis(luma_slopes(gradient), -1, 0)
    hue = np.arctan2(-down, across) / (2 * math.pi)  # counter-clockwise: yellow-green is up
    wheel = np.abs((6 * hue[..., None] + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    size = np.clip(np.hypot(across, down) / white, 0, 1)
    return np.asarray(np.clip(wheel, 0, 1) * size[..., None], dtype=np.float32)


def draw_magnitudes(sizes: FloatArray, white: float) -> FloatArray:
    """Sizes (height, width) as grey (height, width, 3), nought being black."""
    return np.repeat(np.clip(sizes / white, 0, 1)[..., None], 3, axis=2).astype(np.float32)


def draw_normals(surface: FloatArray) -> FloatArray:
    """Normals as the colors that other programs expect of a normal map: (n + 1) / 2."""
    return np.asarray(0.5 + 0.5 * surface, dtype=np.float32)


def draw_laplacian(laplacian: FloatArray, white: float) -> FloatArray:
    """A Laplacian (height, width, 3 or 4) as a picture (height, width, 3) in which nought is grey."""
    return np.asarray(np.clip(0.5 + 0.5 * on_white(laplacian) / white, 0, 1), dtype=np.float32)
