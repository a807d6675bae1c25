"""Real pixels: what is written reads back as the same picture."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from inrcodec.errors import UsageError
from inrcodec.tui.backend import MOST, ImageBackend, backend_for
from inrcodec.tui.halfblocks import Levels
from inrcodec.tui.protocols import kitty, sixel
from inrcodec.tui.terminal import ASSUMED, Terminal


def gradient(height: int, width: int) -> Levels:
    """A picture of few enough colours for 256 registers."""
    levels = np.zeros((height, width, 3), np.uint8)
    levels[..., 0] = np.linspace(0, 255, width).astype(np.uint8) // 32 * 32
    levels[..., 2] = np.linspace(0, 255, height).astype(np.uint8)[:, None] // 32 * 32
    return levels


def read_sixels(words: str) -> Levels:
    """A decoder as small as it can be."""
    head = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\', words, re.DOTALL)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    canvas = np.zeros((-(-height // 6) * 6, width, 3))
    colours: dict[int, tuple[float, ...]] = {}
    colour, x, y = 0, 0, 0
    token = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)")
    for found in token.finditer(head[3]):
        if found[1]:
            colours[int(found[1])] = tuple(int(part) * 2.55 for part in found.group(2, 3, 4))
        elif found[5]:
            colour = int(found[5])
        elif found[9]:
            x = 0
        elif found[10]:
            x, y = 0, y + 6
        else:
            count, bits = (int(found[6]), ord(found[7]) - 63) if found[6] else (1, ord(found[8]) - 63)
            for row in range(6):
                if bits >> row & 1:
                    canvas[y + row, x : x + count] = colours[colour]
            x += count
    assert not canvas[height:].any()
    return np.rint(canvas[:height]).astype(np.uint8)


@pytest.mark.parametrize("shape", [(12, 20), (7, 300), (1, 1)])
def test_sixels_read_back(shape: tuple[int, int]) -> None:
    levels = gradient(*shape)
    read = read_sixels(sixel.draw(levels, (2, 1), 5))
    assert read.shape == levels.shape
    assert np.abs(read.astype(int) - levels).max() <= 2  # percent of 255


def test_kitty_commands_read_back() -> None:
    levels = np.random.default_rng(1).integers(0, 256, (60, 50, 3), dtype=np.uint8)
    words = kitty.draw(levels, (5, 3), 77)
    commands = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", words)
    assert "".join(f"\x1b_G{keys};{payload}\x1b\\" for keys, payload in commands) == words
    assert len(commands) > 1
    assert {"i=77", "c=5", "r=3", "q=2", "m=1"} <= set(commands[0][0].split(","))
    assert [keys[-1] for keys, _ in commands] == ["1"] * (len(commands) - 1) + ["0"]
    picture = Image.open(io.BytesIO(base64.standard_b64decode("".join(payload for _, payload in commands))))
    assert np.array_equal(np.asarray(picture), levels)
    assert "i=77" in kitty.erase(77)


def test_the_terminal_is_taken_at_its_word() -> None:
    xterm = Terminal.from_answer(b"\x1b[6;18;9t\x1b[?64;1;4;22c")
    assert (xterm.answered, xterm.kitty, xterm.sixel, xterm.cell) == (True, False, True, (9, 18))
    ghost = Terminal.from_answer(b"\x1b_Gi=31;OK\x1b\\\x1b[?62;22c")
    assert (ghost.kitty, ghost.sixel, ghost.cell) == (True, False, None)
    assert not Terminal.from_answer(b"\x1b[?4c").sixel  # the first number is the kind
    assert Terminal.from_answer(b"\x1b[6;0;99999t\x1b[?1c").cell is None
    assert not Terminal.from_answer(b"jj\x1b[6;").answered
    assert [backend_for("auto", terminal).images for terminal in (xterm, ghost, Terminal())] == [
        "sixel",
        "kitty",
        "half",
    ]
    assert backend_for("kitty", Terminal(asked=True)).images == "kitty"  # it said nothing: the user knows
    with pytest.raises(UsageError, match="does not draw kitty"):
        backend_for("kitty", xterm)


@pytest.mark.parametrize("images", ["kitty", "sixel"])
def test_pictures_fill_whole_characters_and_are_bounded(images: str) -> None:
    backend = ImageBackend(images, Terminal(cell=ASSUMED))  # type: ignore[arg-type]
    for pane in ((80, 24), (300, 100), (3, 1)):
        for shape in ((48, 48), (100, 10), (1, 500)):
            columns, lines = backend.cells(*shape, *pane)
            assert 1 <= columns <= pane[0]
            assert 1 <= lines <= pane[1]
            across, down = backend.pixels((columns, lines))
            assert max(across, down) <= MOST
            if images == "sixel":
                assert (across, down) == (columns * ASSUMED[0], lines * ASSUMED[1])
    assert backend.cells(48, 48, 80, 24) == (48, 24)
