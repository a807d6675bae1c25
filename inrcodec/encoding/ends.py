"""How near to an end of the scale pixels of a set are drawn at that end: as near as makes flat areas flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from inrcodec.bitstream.ends import Ends
from inrcodec.evaluate.measuring import Pairs
from inrcodec.numerics.arrays import Pixels
from inrcodec.numerics.ends import met
from inrcodec.numerics.metrics import mean_squared_error, psnr_of_error

LARGEST = 8  # levels: a larger step in a gradient could be seen
WANTED = 0.992  # of the pixels at an end, exact
DEAREST = 0.08  # dB of the mean PSNR that it may cost
TOGETHER = 1 << 15  # pixels of small images that are looked at in one go
LEAST_SHARE = 0.01  # of all pixels; where fewer lie at an end, as in photographs, there is nothing flat to keep
HIGHEST_PSNR = 100.0  # dB, of images that are exact
Mask = npt.NDArray[np.bool_]


def ends_for(pairs: Pairs) -> Ends:
    """The least tolerance that makes enough white, transparent and opaque pixels exact, and the images with white.

    Where none does for little enough, the largest that costs no more. pairs: originals and what they decode to in 8
    bits without any; see `measuring.decoded_pairs`.
    """
    plain = Ends().of([has_white(source) for source, _ in pairs])
    best, (before, shares) = plain, _judged(pairs, plain)
    for tolerance in range(1, LARGEST + 1):
        if all(share >= WANTED for share in shares):
            break
        tried = Ends(tolerance, plain.white)
        after, reached = _judged(pairs, tried)
        if after < before - DEAREST:
            break
        if reached != shares:
            best, shares = tried, reached
    return best


def has_white(source: Pixels) -> bool:
    """Whether a picture has more pixels that are white than such as are nearly white and would be taken for it."""
    near = int((source >= 1 - (LARGEST + 0.5) / 255).all(axis=2).sum())
    return 2 * int((source == 1.0).all(axis=2).sum()) >= near


def _judged(pairs: Pairs, ends: Ends) -> tuple[float, list[float]]:
    """Mean PSNR, and the exact share of every kind of pixel at an end that the set has enough of."""
    decibels, counts, pixels = list[float](), {"white": [0, 0], "transparent": [0, 0], "opaque": [0, 0]}, 0
    for sources, untouched, images, white in _together(pairs, ends):
        drawn = met(untouched, ends.tolerance, white=white)
        decibels += [min(HIGHEST_PSNR, psnr_of_error(error)) for error in _errors(sources, drawn, images)]
        pixels += sources.shape[0] * sources.shape[1]
        for kind, channels, at_end in _ends(sources):
            counts[kind][0] += int((sources[at_end][:, channels] == drawn[at_end][:, channels]).all(axis=1).sum())
            counts[kind][1] += int(at_end.sum())
    shares = [exact / count for exact, count in counts.values() if count and count >= LEAST_SHARE * pixels]
    return float(np.mean(decibels)), shares


def _errors(sources: Pixels, drawn: Pixels, images: int) -> list[float]:
    """Mean squared errors of images of one shape that lie behind each other."""
    if images == 1:
        return [mean_squared_error(sources, drawn)]  # which takes a large one by bands
    differences = np.subtract(sources, drawn, dtype=np.float64).reshape(images, -1)
    return list(map(float, np.square(differences).mean(axis=1)))


def _together(pairs: Pairs, ends: Ends) -> Iterator[tuple[Pixels, Pixels, int, bool]]:
    """Originals, what they are drawn like, how many images that is, and whether near white is white.

    Small images of one shape that follow each other lie in one row: thousands of tiny ones take a third of the time so.
    """
    sources, drawn, white = list[Pixels](), list[Pixels](), True
    for number, (source, untouched) in enumerate(pairs):
        full = (len(sources) + 1) * source.shape[0] * source.shape[1] > TOGETHER
        if sources and (full or source.shape != sources[0].shape or ends.whitens(number) != white):
            yield _in_a_row(sources), _in_a_row(drawn), len(sources), white
            sources, drawn = [], []
        white = ends.whitens(number)
        sources.append(source)
        drawn.append(untouched)
    if sources:
        yield _in_a_row(sources), _in_a_row(drawn), len(sources), white


def _in_a_row(images: Sequence[Pixels]) -> Pixels:
    """All pixels of several images of one shape (height, width, channels) behind each other; one stays as it is."""
    return images[0] if len(images) == 1 else np.stack(images).reshape(1, -1, images[0].shape[2])


def _ends(source: Pixels) -> Iterator[tuple[str, Sequence[int], Mask]]:
    """Kinds of pixels at an end of the scale: the channels that should be exact there, and where they lie."""
    yield "white", range(source.shape[2]), (source == 1.0).all(axis=2)
    if source.shape[2] == 4:
        yield "transparent", [3], source[..., 3] == 0.0
        yield "opaque", [3], source[..., 3] == 1.0
