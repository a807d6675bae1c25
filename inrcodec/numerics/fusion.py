"""Several pictures as one, by their slopes: gradient-domain fusion and seamless pasting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.dct import Doubles
from inrcodec.numerics.poisson import Differences, differences, divergence, solve_inside, solve_poisson

SCREEN = 0.03  # how much the average counts beside slopes: a fiftieth of the pixels is clipped in place of a fifth
STRONG = 0.1  # a difference that one sees, and the share of it that has to be left
KEPT = 0.75
HALF_A_LEVEL = 0.5 / 255  # less is not seen when it is clipped


@dataclass(frozen=True, eq=False)
class Fusion:
    """A fused picture (height, width, channels) in [0, 1]; the shares tell what became of it.

    clipped: of all pixels, those that were visibly beyond [0, 1]. kept: of the strong differences asked for, those of
    which KEPT is left; kept_by_average: the same of the plain average; None where nothing strong was asked.
    """

    picture: Pixels
    clipped: float
    kept: float | None
    kept_by_average: float | None


def fuse(pictures: Sequence[FloatArray], rule: str = "strongest", screen: float = SCREEN) -> Fusion:
    """The picture whose slopes are the strongest, or the mean, of those of pictures (height, width, channels).

    The strongest is chosen for every pair of neighbors, for all channels together. The mean of slopes is the slope of
    the mean, so `mean` is plain averaging. screen: weight of the average beside the slopes; see `solve_poisson`.
    """
    exact = [np.asarray(picture, dtype=np.float64) for picture in pictures]
    average = np.mean(exact, axis=0)
    wanted = differences(average) if rule == "mean" else strongest([differences(picture) for picture in exact])
    return _told(solve_poisson(divergence(wanted), average, screen), wanted, average)


def paste(ground: FloatArray, patch: FloatArray, inside: NDArray[np.bool_], *, mixed: bool = False) -> Fusion:
    """The ground with the patch's slopes inside of a mask (height, width); outside it is the ground itself.

    mixed: inside, the strongest slopes of both: what is drawn on a plain patch goes over the ground's texture.
    """
    below, above = (differences(np.asarray(picture, dtype=np.float64)) for picture in (ground, patch))
    chosen = strongest([above, below]) if mixed else above
    within = inside[:, 1:] & inside[:, :-1], inside[1:] & inside[:-1]
    wanted = Differences(*(np.where(m[..., None], c, g) for m, c, g in zip(within, chosen, below, strict=True)))
    exact = np.asarray(ground, dtype=np.float64)
    plain = np.where(inside[..., None], np.asarray(patch, dtype=np.float64), exact)
    if inside.all():
        return _told(solve_poisson(divergence(chosen), plain), chosen, plain)
    return _told(solve_inside(divergence(chosen), exact, inside), wanted, plain)


def strongest(sources: Sequence[Differences]) -> Differences:
    """For every pair of neighbors, the differences of the source in which they are largest over all channels."""
    return Differences(*(_strongest(one) for one in zip(*sources, strict=True)))


def _strongest(sources: Sequence[Doubles]) -> Doubles:
    stacked = np.stack(sources)
    best = np.square(stacked).sum(axis=-1, keepdims=True).argmax(axis=0)
    return np.asarray(np.take_along_axis(stacked, best[None], axis=0)[0])


def _told(solved: Doubles, wanted: Differences, average: Doubles) -> Fusion:
    limited = np.clip(solved, 0.0, 1.0)
    beyond = (np.abs(solved - limited) > HALF_A_LEVEL).any(axis=-1)
    return Fusion(limited.astype(np.float32), float(beyond.mean()), kept(limited, wanted), kept(average, wanted))


def kept(picture: Doubles, wanted: Differences) -> float | None:
    """The share of the strong differences of which a picture keeps KEPT, in the direction of their color."""
    held = strong = 0
    for found, asked in zip(differences(picture), wanted, strict=True):
        size = np.square(asked).sum(axis=-1)
        here = np.abs(asked).max(axis=-1) > STRONG if asked.size else np.zeros(size.shape, bool)
        held += int(((found * asked).sum(axis=-1) >= KEPT * size)[here].sum())
        strong += int(here.sum())
    return held / strong if strong else None
