"""Figures: means exact, values within half a level, unknown and infinite kept; bad columns refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inrcodec.bitstream.deflate import deflate
from inrcodec.bitstream.figures import Column, decode_figures, encode_figures, encode_figures_within
from inrcodec.errors import CorruptFileError

FLOAT = st.floats(width=32, allow_nan=True, allow_infinity=False) | st.just(float("inf")) | st.floats(20, 50, width=32)


def column(name: str, values: list[float], mean: float = 30.0) -> Column:
    """A column of float32 values."""
    return Column(name, mean, np.array(values, dtype=np.float32))


@given(st.lists(FLOAT, min_size=1, max_size=30), st.floats(width=32, allow_infinity=False), st.integers(1, 253))
def test_round_trip(values: list[float], mean: float, top: int) -> None:
    first, second = column("psnr", values, mean), column("holdout_psnr", values[::-1], 0.0)
    decoded = decode_figures(encode_figures([first, second], top=top), len(values))
    assert [c.name for c in decoded] == ["psnr", "holdout_psnr"]
    assert struct.pack("f", decoded[0].mean) == struct.pack("f", mean)
    for given_column, back in zip((first, second), decoded, strict=True):
        assert back.values.dtype == np.float32
        assert back.values.shape == (len(values),)
        finite = np.isfinite(given_column.values)
        np.testing.assert_array_equal(back.values[~finite], given_column.values[~finite])
        exact = given_column.values[finite].astype(np.float64)
        if len(exact):
            level = (exact.max() - exact.min()) / top
            close = np.abs(back.values[finite] - exact) <= 0.51 * level + 1e-6 * np.abs(exact).max()
            assert close.all()


def test_only_unknown_values() -> None:
    (back,) = decode_figures(encode_figures([column("psnr", [float("nan")] * 3, float("nan"))]), 3)
    assert np.isnan(back.values).all()
    assert np.isnan(back.mean)


def test_no_columns() -> None:
    assert decode_figures(encode_figures([]), 5) == ()


def test_a_byte_per_value_or_less() -> None:
    values = np.random.default_rng(0).normal(33, 3, 1000).astype(np.float32)
    assert len(encode_figures([Column("psnr", 33.0, values)])) < 1050
    assert len(encode_figures([Column("psnr", 33.0, values)], top=30)) < 680


BAD = [column("psnr", [-np.inf]), column("PSNR", [1.0]), column("", [1.0]), column("p" * 33, [1.0])]


@pytest.mark.parametrize("bad", BAD)
def test_bad_columns_are_not_written(bad: Column) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        encode_figures([bad])


def test_repeated_columns_are_not_written() -> None:
    with pytest.raises(ValueError, match="used twice"):
        encode_figures([column("psnr", [1.0]), column("psnr", [1.0])])


def stored(name: bytes = b"psnr", top: int = 253, ends: tuple[float, float] = (1, 2), codes: bytes = b"\0\1") -> bytes:
    """One column as FORMAT.md lays it out."""
    return bytes([len(name)]) + name + struct.pack("<Bfff", top, 1.5, *ends) + codes


def test_stored_columns_are_legal() -> None:
    columns = decode_figures(deflate(b"\2" + stored() + stored(name=b"a" * 32)), 2)
    assert [back.name for back in columns] == ["psnr", "a" * 32]


def test_layout() -> None:
    plain = b"\1" + stored(codes=b"\0\xfd\xff")
    (back,) = decode_figures(deflate(plain), 3)
    np.testing.assert_array_equal(back.values, np.array([1, 2, np.nan], dtype=np.float32))


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\2" + stored(),
        b"\2" + stored() * 2,
        b"\1" + stored() + b"!",
        b"\x11" + stored() * 17,
        b"\1" + stored(name=b""),
        b"\1" + stored(name=b"Psnr"),
        b"\1" + stored(name=b"a\x1b"),
        b"\1" + stored(name=b"a" * 33),
        b"\1" + stored(top=0),
        b"\1" + stored(top=254),
        b"\1" + stored(top=1, codes=b"\0\2"),
        b"\1" + stored(ends=(2.0, 1.0)),
        b"\1" + stored(ends=(float("nan"), 1.0)),
        b"\1" + stored(ends=(0.0, float("inf"))),
        b"\1" + stored(codes=b"\0"),
        b"\1\xff",
        bytes(100_000),
    ],
)
def test_bad_payloads_are_refused(plain: bytes) -> None:
    with pytest.raises(CorruptFileError, match="figures"):
        decode_figures(deflate(plain), 2)


def test_every_truncation_is_refused() -> None:
    payload = encode_figures([column("psnr", [30, 31, 35])])
    for length in range(len(payload)):
        with pytest.raises(CorruptFileError):
            decode_figures(payload[:length], 3)


def test_figures_of_many_images_take_a_small_share() -> None:
    """Coarser steps first, then means alone of what only reports read; means stay exact."""
    rng = np.random.default_rng(1)
    names = ["psnr", "holdout_psnr", "log2_bits", "ssim", "mae", "holdout_mae", "fitted_mae"]
    columns = [Column(name, 30.5, rng.normal(30, 4, 1797).astype(np.float32)) for name in names]
    whole = len(encode_figures(columns))
    before = whole
    for room in (whole, whole // 2, whole // 4, whole // 8, whole // 30):
        payload = encode_figures_within(columns, room)
        assert len(payload) <= max(room, 400)
        assert len(payload) <= before
        before = len(payload)
        found = {column.name: column for column in decode_figures(payload, 1797)}
        assert [found[name].mean for name in names] == [30.5] * 7
        if room >= whole // 4:
            assert np.abs(found["psnr"].values - columns[0].values).max() < 0.6
    assert np.isnan(found["fitted_mae"].values).all()
