"""Pictures from their slopes: least squares, solved at once by cosine transforms; numpy only.

Differences of a picture (height, width, channels) are a pair: to the right, (height, width - 1, channels), and down,
(height - 1, width, channels). Borders are mirrored: beyond them there is no difference.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.dct import Doubles, dct, dct_rates, inverse_dct

TOLERANCE = 1e-5  # of the solution inside a mask, as a share of where it began
MOST_ROUNDS = 500


class Differences(NamedTuple):
    """Differences of neighboring pixels."""

    right: Doubles
    down: Doubles


def differences(picture: Doubles) -> Differences:
    """The differences of a picture."""
    return Differences(np.diff(picture, axis=1), np.diff(picture, axis=0))


def divergence(slopes: Differences) -> Doubles:
    """What flows out of every pixel, (height, width, channels): of a picture's own differences, its Laplacian."""
    right, down = slopes
    ends = [(0, 0), (0, 0), (0, 0)]
    across = np.diff(np.pad(right, [ends[0], (1, 1), ends[2]]), axis=1)
    return np.asarray(across + np.diff(np.pad(down, [(1, 1), *ends[1:]]), axis=0))


def laplacian(picture: Doubles) -> Doubles:
    """The five-point Laplacian with mirrored borders, of the shape of the picture."""
    return divergence(differences(picture))


def solve_poisson(bends: Doubles, towards: Doubles, screen: float = 0.0) -> Doubles:
    """The picture u that minimizes the integral of |grad u - slopes|^2 + screen (u - towards)^2.

    bends: the divergence of the slopes, (height, width, channels). Without a screen only the mean of `towards` counts:
    a constant is all that slopes do not tell. Bhat et al., "Fourier analysis of the 2D screened Poisson equation for
    gradient domain problems", 2008.
    """
    height, width = bends.shape[:2]
    rates = dct_rates(height)[:, None, None] + dct_rates(width)[None, :, None] + screen
    wanted = dct(dct(screen * towards - bends, 0), 1)
    if screen == 0:
        rates[0, 0] = 1.0
        wanted[0, 0] = 4.0 * towards.sum(axis=(0, 1))
    return inverse_dct(inverse_dct(wanted / rates, 1), 0)


def solve_inside(bends: Doubles, ground: Doubles, inside: NDArray[np.bool_]) -> Doubles:
    """The picture that is `ground` outside of a mask (height, width), and inside has these bends.

    Perez, Gangnet and Blake, "Poisson image editing", 2003, equation 2; by conjugate gradients, which the solution
    without a mask hastens.
    """
    mask = inside[..., None].astype(np.float64)
    found = np.array(ground, dtype=np.float64)
    residual = mask * (laplacian(found) - bends)
    nudged = _preconditioned(residual, mask)
    way, before = nudged, (residual * nudged).sum(axis=(0, 1))
    least = TOLERANCE**2 * before
    for _ in range(MOST_ROUNDS):
        if (before <= least).all():
            break
        bent = -mask * laplacian(way)
        step = _ratio(before, (way * bent).sum(axis=(0, 1)))
        found += step * way
        residual -= step * bent
        nudged = _preconditioned(residual, mask)
        after = (residual * nudged).sum(axis=(0, 1))
        way, before = nudged + _ratio(after, before) * way, after
    return found


def _preconditioned(residual: Doubles, mask: Doubles) -> Doubles:
    return np.asarray(mask * solve_poisson(-residual, np.zeros_like(residual), 1e-3))


def _ratio(one: Doubles, other: Doubles) -> Doubles:
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)
