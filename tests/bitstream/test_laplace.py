"""Frequency tables: exact sums, nothing impossible, and constants that every machine's exp and pow round alike."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
import second_latents
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inrcodec.bitstream import laplace
from inrcodec.bitstream.context import LARGEST_MEAN
from inrcodec.bitstream.laplace import HIGHEST_SCALE, LOWEST_SCALE, frequencies
from inrcodec.bitstream.rangecoder import TOTAL
from inrcodec.bitstream.weights import LARGEST_LATENT, LARGEST_WEIGHT

SAFE = Decimal("1e-6")  # no double-precision exp or pow errs by a millionth of that here
MEANS = st.integers(-LARGEST_MEAN, LARGEST_MEAN)
SCALES = st.integers(LOWEST_SCALE, HIGHEST_SCALE)


def table(mean: int, scale: int, lowest: int, highest: int) -> list[int]:
    """One table."""
    rows = frequencies(np.array([mean]), np.array([scale]), lowest, highest)
    assert rows.shape == (1, highest - lowest + 1)
    return [int(entry) for entry in rows[0]]


def check_rounding(exact: Decimal, rounded: int) -> None:
    """The nearest integer, and not by a hair."""
    assert abs(exact - rounded) < Decimal("0.5") - SAFE


def test_constants_are_far_from_rounding_boundaries() -> None:
    with localcontext(prec=40):
        for index, rounded in enumerate(laplace.INVERSE.tolist()):
            check_rounding(Decimal(2) ** (16 - Decimal(index + LOWEST_SCALE) / 8), rounded)
        decay = laplace.DECAY.tolist()
        assert len(decay) == 3073
        for index, rounded in enumerate(decay[:-1]):
            check_rounding(65536 * (-Decimal(index) / 256).exp(), rounded)
        assert decay[-1] == 0


def test_the_second_reader_has_the_same_constants() -> None:
    assert list(second_latents.INVERSE.values()) == laplace.INVERSE.tolist()
    assert laplace.DECAY.tolist() == second_latents.DECAY.tolist()


@settings(deadline=None)
@given(MEANS, SCALES, st.integers(-LARGEST_LATENT, LARGEST_LATENT), st.integers(1, 80))
@example(LARGEST_MEAN, LOWEST_SCALE, -LARGEST_LATENT, 2 * LARGEST_LATENT + 1)
@example(-LARGEST_MEAN, HIGHEST_SCALE, -LARGEST_LATENT, 2 * LARGEST_LATENT + 1)
@example(0, 0, LARGEST_LATENT, 1)
def test_tables_are_legal_and_the_same_in_both_readers(mean: int, scale: int, lowest: int, alphabet: int) -> None:
    found = table(mean, scale, lowest, lowest + alphabet - 1)
    assert sum(found) == TOTAL
    assert min(found) >= 1
    assert found == second_latents.laplace(mean, scale, lowest, lowest + alphabet - 1)


@pytest.mark.parametrize("scale", [LOWEST_SCALE, 0, HIGHEST_SCALE])
@pytest.mark.parametrize("mean", [-LARGEST_MEAN, 0, 37, LARGEST_MEAN])
def test_the_largest_alphabets(mean: int, scale: int) -> None:
    for largest in (LARGEST_LATENT, LARGEST_WEIGHT):
        found = table(mean, scale, -largest, largest)
        assert sum(found) == TOTAL
        assert min(found) >= 1


@given(st.integers(-2560, 2560), SCALES, st.integers(0, 100))
def test_tables_are_symmetric(mean: int, scale: int, highest: int) -> None:
    found, mirrored = table(mean, scale, -highest, highest), table(-mean, scale, -highest, highest)
    assert np.abs(np.subtract(found, mirrored[::-1])).max() <= 2  # halves are rounded down on both sides


@given(st.integers(-20, 20), st.integers(LOWEST_SCALE, 24))
def test_the_mean_is_the_likeliest(mean: int, scale: int) -> None:
    found = table(mean << 8, scale, -25, 25)
    inner = found[1:-1]  # the ends have all that is beyond them, too
    assert found[mean + 25] >= 0.95 * max(inner)  # distances are whole 256ths of the width, so shares are rounded


def test_many_tables_at_once_are_the_single_ones() -> None:
    rng = np.random.default_rng(0)
    means, scales = rng.integers(-3000, 3000, 50), rng.integers(LOWEST_SCALE, HIGHEST_SCALE + 1, 50)
    rows = frequencies(means, scales, -9, 12)
    assert rows.tolist() == [table(m, s, -9, 12) for m, s in zip(means.tolist(), scales.tolist(), strict=True)]


def test_a_scale_is_a_width() -> None:
    """Scale 8 s has the standard deviation of a Laplace distribution of width 2**s, sqrt(2) times it."""
    values = np.arange(-1000, 1001)
    for octave in (2, 4, 6):
        shares = np.array(table(0, 8 * octave, -1000, 1000)) / TOTAL
        inner = np.abs(values) < 8 << octave  # the rest has at least 1 of 65536 each
        deviation = np.sqrt((shares * values**2)[inner].sum() / shares[inner].sum())
        assert 0.9 < deviation / (np.sqrt(2) * 2**octave) < 1.1
