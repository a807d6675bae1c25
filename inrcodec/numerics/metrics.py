"""How far a picture is from its source: arrays in, floats out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inrcodec.numerics.cores import MOST, each

SSIM_RADIUS = 5  # an 11 x 11 window, as in the paper
SSIM_SIGMA = 1.5
BAND_VALUES = 1 << 17  # that are compared at once
SSIM_K1 = 0.01
SSIM_K2 = 0.03
_Pairs = list[tuple[NDArray[Any], NDArray[Any]]]


def mean_absolute_error(source: ArrayLike, decoded: ArrayLike) -> float:
    """Mean of |source - decoded| over every sample; both of one shape, in the same unit."""
    return _mean(np.abs, source, decoded)


def mean_squared_error(source: ArrayLike, decoded: ArrayLike) -> float:
    """Mean of (source - decoded)^2 over every sample; both of one shape, in the same unit."""
    return _mean(np.square, source, decoded)


def psnr(source: ArrayLike, decoded: ArrayLike, *, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio in dB, 10 log10(peak^2 / MSE); infinite for equal arrays."""
    return psnr_of_error(mean_squared_error(source, decoded), peak=peak)


def psnr_of_error(error: float, *, peak: float = 1.0) -> float:
    """PSNR in dB of a mean squared error; infinite for none."""
    return math.inf if error == 0.0 else 10.0 * math.log10(peak * peak / error)


def bits_per_pixel(size: int, pixels: int) -> float:
    """Bits that a file of `size` bytes spends on each of `pixels` pixels; color channels do not multiply the count."""
    if pixels < 1:
        raise ValueError("bits per pixel need at least one pixel")
    return 8.0 * size / pixels


def ssim(source: ArrayLike, decoded: ArrayLike, *, peak: float = 1.0) -> float:
    """Mean structural similarity of two pictures, shape (height, width) or (height, width, channels).

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity"
    (2004), https://doi.org/10.1109/TIP.2003.819861: Gaussian window of 11 x 11 with sigma 1.5, K1 = 0.01, K2 = 0.03,
    only windows that lie inside the picture, channels averaged. A picture with a side below 11 gets the largest odd
    window that fits.
    """
    first, second = _pair(source, decoded)
    if first.ndim == 2:
        first, second = first[..., None], second[..., None]
    return float(np.mean(_by_channel(first, second, peak)))


def ssims(pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]]) -> list[float]:
    """The same of many pairs of pictures (height, width, channels) with a peak of 1; small ones take less time so."""
    together = _together(pairs)
    found: list[float] = []
    while some := list(islice(together, MOST)):  # of which each is worked on by a thread
        parts: list[list[float]] = [[] for _ in some]

        def compare(number: int, some: Sequence[_Pairs] = some, parts: list[list[float]] = parts) -> None:
            parts[number] = _of_equal_shape(some[number])

        each(compare, range(len(some)))
        found += [value for part in parts for value in part]
    return found


def _together(pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]]) -> Iterator[_Pairs]:
    """Pairs that follow each other and are of one shape, as many as are compared at once."""
    several: _Pairs = []
    for pair in pairs:
        if several and (pair[0].shape != several[0][0].shape or (len(several) + 1) * pair[0].size > BAND_VALUES):
            yield several
            several = []
        several.append(pair)
    if several:
        yield several


def _of_equal_shape(pairs: _Pairs) -> list[float]:
    """SSIM of pictures of one shape, side by side as if they were channels of one."""
    first, second = (np.concatenate(pictures, axis=2) for pictures in zip(*pairs, strict=True))
    by_picture = _by_channel(first, second, 1.0).reshape(len(pairs), -1).mean(axis=1)
    return [float(mean) for mean in by_picture]


def _by_channel(first: NDArray[Any], second: NDArray[Any], peak: float) -> NDArray[np.float64]:
    """Means over all windows, (channels,)."""
    radius = min(SSIM_RADIUS, (min(first.shape[:2]) - 1) // 2)
    total, count = np.zeros(first.shape[2]), 0
    for rows in _bands(first, len(first) - 2 * radius):
        wider = slice(rows.start, rows.stop + 2 * radius)
        similarity = _similarity(first[wider].astype(np.float64), second[wider].astype(np.float64), radius, peak)
        total, count = total + similarity.sum(axis=(0, 1)), count + similarity.shape[0] * similarity.shape[1]
    return np.asarray(total / count, dtype=np.float64)


def _similarity(
    first: NDArray[np.float64], second: NDArray[np.float64], radius: int, peak: float
) -> NDArray[np.float64]:
    """SSIM of every window, (height - 2 radius, width - 2 radius, channels)."""
    window = _gaussian(radius)
    mean_first, mean_second = _smoothed(first, window), _smoothed(second, window)
    variance_first = _smoothed(first * first, window) - mean_first**2
    variance_second = _smoothed(second * second, window) - mean_second**2
    covariance = _smoothed(first * second, window) - mean_first * mean_second
    c1, c2 = (SSIM_K1 * peak) ** 2, (SSIM_K2 * peak) ** 2
    similarity = (2 * mean_first * mean_second + c1) * (2 * covariance + c2)
    scale = (mean_first**2 + mean_second**2 + c1) * (variance_first + variance_second + c2)
    return np.asarray(similarity / scale)


def _mean(of: Callable[[NDArray[np.float64]], NDArray[np.float64]], source: ArrayLike, decoded: ArrayLike) -> float:
    """Mean of a function of the differences, in float64: integer arrays would wrap around when subtracted."""
    first, second = _pair(source, decoded)
    total = 0.0
    for rows in _bands(first, len(first)):
        total += float(np.sum(of(first[rows].astype(np.float64) - second[rows].astype(np.float64))))
    return total / first.size


def _bands(picture: NDArray[Any], count: int) -> Iterator[slice]:
    """Rows 0 to `count` in bands that bound the memory: what is worked out in float64 takes many times the picture."""
    length = max(1, BAND_VALUES * len(picture) // picture.size)
    yield from (slice(top, min(top + length, count)) for top in range(0, count, length))


def _pair(source: ArrayLike, decoded: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both pictures, of one axis at least."""
    first, second = np.atleast_1d(np.asarray(source), np.asarray(decoded))
    if first.shape != second.shape:
        raise ValueError(f"cannot compare pictures of shapes {first.shape} and {second.shape}")
    if first.size == 0:
        raise ValueError("cannot compare empty pictures")
    return first, second


def _gaussian(radius: int) -> NDArray[np.float64]:
    """Gaussian weights of one axis, shape (2 radius + 1,), that sum to 1."""
    distance = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (distance / SSIM_SIGMA) ** 2)
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _smoothed(picture: NDArray[np.float64], window: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted means of all windows inside the picture, (h, w, c) to (h - 2 radius, w - 2 radius, c)."""
    for axis in (0, 1):
        picture = _smoothed_along(picture, window, axis)
    return picture


def _smoothed_along(picture: NDArray[np.float64], window: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """The same along one axis; two places that are as far from the middle have one weight."""
    radius = len(window) // 2
    count = picture.shape[axis] - 2 * radius

    def shifted(by: int) -> NDArray[np.float64]:
        return picture[by : by + count] if axis == 0 else picture[:, by : by + count]

    total: NDArray[np.float64] = shifted(radius) * window[radius]
    pair = np.empty_like(total)
    for by in range(radius):
        np.add(shifted(by), shifted(2 * radius - by), out=pair)
        pair *= window[by]
        total += pair
    return total
