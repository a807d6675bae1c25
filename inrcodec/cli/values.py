"""What people type for sizes and durations, and the largest picture that one command may ask for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from inrcodec.errors import UsageError

MAX_SIDE = 16384
MAX_PIXELS = 1 << 26
SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Size:
    """A requested size: the longest side, an exact (width, height), a factor, or native when all are None."""

    longest: int | None = None
    exact: tuple[int, int] | None = None
    factor: float | None = None

    def of(self, width: int, height: int) -> tuple[int, int]:
        """The (width, height) asked of an image of that native size; the shape is kept unless the size is exact."""
        if self.exact is not None:
            return self.exact
        scale = self.factor or 1.0
        if self.longest is not None:
            scale = self.longest / max(width, height)
        return max(1, round(width * scale)), max(1, round(height * scale))


def parse_size(text: str) -> Size:
    """Read "256" (longest side), "320x200" (exact), "2x" (factor) or "native"."""
    wanted = text.strip().lower()
    if wanted == "native":
        return Size()
    if re.fullmatch(r"[0-9]{1,9}", wanted) and int(wanted) > 0:
        return Size(longest=int(wanted))
    if pair := re.fullmatch(r"([0-9]{1,9})x([0-9]{1,9})", wanted):
        width, height = int(pair[1]), int(pair[2])
        if width > 0 and height > 0:
            return Size(exact=(width, height))
    if (factor := re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)x", wanted)) and float(factor[1]) > 0:
        return Size(factor=float(factor[1]))
    raise UsageError(f"cannot read the size {text!r}; write 256 (longest side), 320x200, 2x or native")


def check_pixels(width: int, height: int, what: str) -> None:
    """Refuse a picture that is too large to allocate, before anything is."""
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise UsageError(
            f"{what} would be {width} x {height} pixels; at most {MAX_SIDE} a side and {MAX_PIXELS:,} in all "
            "can be written, ask for a smaller --size"
        )


def parse_bytes(text: str) -> int:
    """Bytes from 60000, 60k, 1.5M (powers of 1000) or 60Ki, 1Mi (of 1024); UsageError when it is none of these."""
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kKmM]?)(i?)[bB]?", text.strip())
    if not found or (found[3] and not found[2]):
        raise UsageError(f"size {text!r} is not like 60000, 60k or 1.5M")
    power = {"": 0, "k": 1, "m": 2}[found[2].lower()]
    unit = 1024 if found[3] else 1000
    return round(float(found[1]) * math.pow(unit, power))


def parse_duration(text: str, *, nothing: bool = False) -> float:
    """Seconds of "90", "90s", "5m", "1.5h" or "1h30m"; nothing: whether 0 is one."""
    wanted = text.strip().lower()
    parts = re.findall(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smh]?)", wanted)
    seconds = sum(float(number) * SECONDS[unit] for number, unit in parts)
    bare = any(unit == "" for _, unit in parts) and len(parts) > 1
    if not parts or bare or "".join(number + unit for number, unit in parts) != wanted.removeprefix("-"):
        raise UsageError(f"cannot read the duration {text!r}; write 90 or 90s, 5m, 1h or 1h30m")
    if wanted.startswith("-") or (seconds == 0 and not nothing):
        raise UsageError(f"the duration {text!r} is out of range; it is {'0 or more' if nothing else 'more than 0'}")
    return seconds


def spoken_duration(seconds: float) -> str:
    """Short words for a duration: "8 s", "3 min 20 s", "1 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
