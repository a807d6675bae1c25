"""What an image codec has to offer to be compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from inrcodec.numerics.arrays import BytePixels


@dataclass(frozen=True)
class Setting:
    """One way to use a codec: what it is called in a table, what the library is told, and which variant it belongs to.

    Settings of one variant differ in quality alone.
    """

    label: str
    options: dict[str, Any] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True)
class Codec:
    """One codec, used as well as its users could: where there are variants, the better one counts at each PSNR.

    `encode` takes (height, width, 3 or 4) with straight alpha, `decode` returns the same; `missing` says in half a
    sentence why the codec cannot be used here and what to do about it, or None.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    encode: Callable[[BytePixels, Setting], bytes]
    decode: Callable[[bytes], BytePixels]
    missing: Callable[[], str | None]
    alpha: bool = True
    lossless: bool = False
    longest_side: int = 1 << 30
