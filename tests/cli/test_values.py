"""Sizes and durations as people type them."""

from __future__ import annotations

import pytest

from inrcodec.cli.values import check_pixels, parse_bytes, parse_duration, parse_size, spoken_duration
from inrcodec.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("native", (48, 32)),
        ("256", (256, 171)),
        ("320x200", (320, 200)),
        ("2x", (96, 64)),
        ("0.5X", (24, 16)),
        ("1", (1, 1)),
        ("0.001x", (1, 1)),
    ],
)
def test_sizes(text: str, expected: tuple[int, int]) -> None:
    assert parse_size(text).of(48, 32) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "-5", "0x9", "9x0", "0x", "x", "axb", "1e3", "12px", "9999999999", "nan", "٣"]
)
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read the size"):
        parse_size(text)


@pytest.mark.parametrize(("width", "height"), [(16385, 1), (1, 16385), (8193, 8193)])
def test_absurd_pictures_are_refused(width: int, height: int) -> None:
    with pytest.raises(UsageError, match="image 3"):
        check_pixels(width, height, "image 3")


def test_large_pictures_are_not_absurd() -> None:
    check_pixels(8192, 8192, "image 3")
    check_pixels(16384, 4096, "image 3")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600), ("1.5h", 5400), ("1h30m", 5400), ("2M", 120)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "-", "m", "5d", "5 m", "1h30", "soon", "1e3"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot read the duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0", "0s", "-5", "-1m"])
def test_durations_out_of_range_are_said_to_be(text: str) -> None:
    with pytest.raises(UsageError, match=r"out of range; it is more than 0"):
        parse_duration(text)


def test_a_sound_may_start_at_nothing() -> None:
    assert parse_duration("0", nothing=True) == 0.0
    with pytest.raises(UsageError, match=r"'-1' is out of range; it is 0 or more"):
        parse_duration("-1", nothing=True)


@pytest.mark.parametrize(
    ("seconds", "spoken"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (3900, "1 h 5 min")]
)
def test_spoken_durations(seconds: float, spoken: str) -> None:
    assert spoken_duration(seconds) == spoken


@pytest.mark.parametrize(
    ("text", "expected"), [("60000", 60000), ("60k", 60000), ("1.5M", 1_500_000), ("2Ki", 2048), ("7 kB", 7000)]
)
def test_sizes_in_bytes(text: str, expected: int) -> None:
    assert parse_bytes(text) == expected


@pytest.mark.parametrize("text", ["", "k", "-5k", "5g", "1e3", "5i"])
def test_wrong_sizes_in_bytes(text: str) -> None:
    with pytest.raises(UsageError):
        parse_bytes(text)
