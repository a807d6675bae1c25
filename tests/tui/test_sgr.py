"""Fewer bytes, the same screen: a small terminal reads both."""

from __future__ import annotations

import random
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from inrcodec.tui.sgr import shortened

Cell = tuple[str, str, str, str]  # character, color, ground, anything else
TOKEN = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[A-Za-z]|(.)", re.DOTALL)


def read(words: str) -> list[Cell | str]:
    """What a terminal would show, in order; a space has no color to see."""
    shown: list[Cell | str] = []
    color = ground = other = ""
    for found in TOKEN.finditer(words):
        if found[1] is not None:
            codes = found[1].split(";")
            if codes in ([""], ["0"]):
                color = ground = other = ""
                continue
            while codes:
                if codes[0] in ("38", "48"):
                    length = 5 if codes[1] == "2" else 3
                    color, ground = (
                        (";".join(codes[:length]), ground) if codes[0] == "38" else (color, ";".join(codes[:length]))
                    )
                    codes = codes[length:]
                else:
                    other += codes[0] + ";"
                    codes = codes[1:]
        elif found[2] is not None:
            shown.append((found[2], "" if found[2] == " " and not other else color, ground, other))
        else:
            shown.append(found[0])
    return shown


colors = some.sampled_from(["38;2;1;2;3", "38;2;9;9;9", "38;5;7", ""])
grounds = some.sampled_from(["48;2;1;2;3", "48;2;9;9;9", "48;5;7", ""])
texts = some.sampled_from(["▀", " ", "abc", "  ", "a b"])


@some.composite
def outputs(draw: some.DrawFn) -> str:
    parts = []
    for _ in range(draw(some.integers(0, 12))):
        kind = draw(some.integers(0, 5))
        if kind == 0:
            parts.append(draw(some.sampled_from(["plain", "\n", "\x1b[3;4H", "\x1b[?25l", "\x1b[1mbold\x1b[0m"])))
        else:
            codes = ";".join(filter(None, (draw(colors), draw(grounds))))
            text = draw(texts)
            parts.append(f"\x1b[{codes}m{text}\x1b[0m" if codes else text)
    return "".join(parts)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outputs())
def test_a_terminal_shows_the_same(words: str) -> None:
    assert read(shortened(words)) == read(words)
    assert len(shortened(words)) <= len(words)


def test_half_blocks_take_fewer_bytes() -> None:
    rng = random.Random(1)
    pairs = [(rng.randrange(100, 256), rng.randrange(100, 256)) for _ in range(100)]
    words = "".join(f"\x1b[38;2;{a};{a};{a};48;2;{b};{b};{b}m▀\x1b[0m" for a, b in pairs for _ in range(2))
    assert len(shortened(words)) < 0.5 * len(words)
