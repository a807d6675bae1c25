"""Families made of plain signs: arrows in eight directions, player buttons, letters on tiles, see-through overlaps."""

from __future__ import annotations

from drawing.canvas import (
    BLUE,
    CORAL,
    GREEN,
    INK,
    LILAC,
    LIME,
    NAVY,
    ORANGE,
    PINK,
    PURPLE,
    RED,
    SKY,
    TEAL,
    WHITE,
    YELLOW,
    Canvas,
    Drawing,
    Fade,
    Families,
)
from drawing.shapes import Shape, arc, box, circle, polar, polygon, stroke, union


def arrow(degrees: float) -> Drawing:
    """An arrow on a disc, pointing along a clock angle; in-between angles turn the arrow only."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(circle(0, 0, 0.92), Fade(SKY, BLUE, (0, -1.1), (0, 0.8)))
        canvas.paint(circle(0, 0, 0.92).rim(0.07), "#2456a8")
        sign = stroke(0.22, (0, 0.5), (0, -0.4)) | stroke(0.22, (-0.36, -0.1), (0, -0.48), (0.36, -0.1))
        canvas.paint(sign.turned(degrees).moved(0, 0.06), NAVY, 0.3)
        canvas.paint(sign.turned(degrees), WHITE)

    return draw


def button(sign: Shape) -> Drawing:
    """A player button."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(box(0, 0.05, 0.88, 0.85, 0.34), "#16645a")
        canvas.paint(box(0, -0.05, 0.88, 0.85, 0.34), Fade("#4fd1b5", TEAL))
        canvas.paint(sign.moved(0, 0.01), "#0f574f", 0.35)
        canvas.paint(sign.moved(0, -0.05), WHITE)

    return draw


PLAY = polygon((-0.26, -0.42), (0.46, 0.0), (-0.26, 0.42)).grown(0.07)
BUTTONS = {
    "play": PLAY,
    "pause": box(-0.24, 0, 0.14, 0.46, 0.07) | box(0.24, 0, 0.14, 0.46, 0.07),
    "stop": box(0, 0, 0.42, 0.42, 0.09),
    "next": PLAY.scaled(0.9).moved(-0.14, 0) | box(0.46, 0, 0.1, 0.44, 0.06),
}

PEN = 0.2
LETTERS: dict[str, tuple[Shape, str, str]] = {
    "a": (stroke(PEN, (-0.42, 0.52), (0, -0.52), (0.42, 0.52)) | stroke(PEN, (-0.26, 0.18), (0.26, 0.18)), CORAL, RED),
    "e": (
        stroke(PEN, (0.34, -0.52), (-0.32, -0.52), (-0.32, 0.52), (0.34, 0.52)) | stroke(PEN, (-0.3, 0), (0.24, 0)),
        YELLOW,
        ORANGE,
    ),
    "g": (
        arc((0.02, 0), 0.5, 48, -250, PEN) | stroke(PEN, polar(110, 0.5, (0.02, 0)), (0.49, 0.04), (0.12, 0.04)),
        LIME,
        GREEN,
    ),
    "k": (
        stroke(PEN, (-0.34, -0.52), (-0.34, 0.52))
        | stroke(PEN, (0.36, -0.52), (-0.3, 0.06))
        | stroke(PEN, (-0.08, -0.1), (0.38, 0.52)),
        SKY,
        BLUE,
    ),
    "r": (
        stroke(PEN, (-0.32, 0.52), (-0.32, -0.52), (0.06, -0.52))
        | arc((0.06, -0.22), 0.3, 0, 180, PEN)
        | stroke(PEN, (-0.32, 0.08), (0.06, 0.08), (0.36, 0.52)),
        LILAC,
        PURPLE,
    ),
    "s": (arc((0, -0.27), 0.27, 70, -180, PEN) | arc((0, 0.27), 0.27, 0, 250, PEN), PINK, "#d8478b"),
}


def letter(name: str) -> Drawing:
    """A letter, drawn with a round pen, on a tile of its own colour."""
    sign, light, deep = LETTERS[name]

    def draw(canvas: Canvas) -> None:
        tile = box(0, 0, 0.9, 0.9, 0.24)
        canvas.paint(tile, Fade(light, deep, (-0.8, -0.8), (0.8, 0.8)))
        canvas.paint(tile & circle(-0.7, -1.0, 1.3), WHITE, 0.16)
        canvas.paint(sign.moved(0.05, 0.06), INK, 0.25)
        canvas.paint(sign, WHITE)

    return draw


def overlap(part: Shape, reach: float, colours: tuple[str, str, str]) -> Drawing:
    """Three see-through copies of a shape around the centre."""

    def draw(canvas: Canvas) -> None:
        places = [polar(120 * turn, reach, (0, reach / 5)) for turn in range(3)]
        for (right, down), paint in zip(places, colours, strict=True):
            canvas.paint(part.moved(right, down), paint, 0.66)
        canvas.paint(union([part.moved(*place).line(0.05) for place in places]), WHITE, 0.75)

    return draw


COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
TRIANGLE = polygon(*(polar(120 * corner, 0.7) for corner in range(3))).grown(0.06)
FAMILIES: Families = {
    "arrow": {f"arrow-{name}": arrow(45 * turn) for turn, name in enumerate(COMPASS)},
    "button": {f"button-{name}": button(sign) for name, sign in BUTTONS.items()},
    "letter": {f"letter-{name}": letter(name) for name in LETTERS},
    "overlap": {
        "overlap-circles": overlap(circle(0, 0, 0.5), 0.36, (RED, GREEN, BLUE)),
        "overlap-squares": overlap(box(0, 0, 0.46, 0.46, 0.1), 0.36, (YELLOW, TEAL, PINK)),
        "overlap-triangles": overlap(TRIANGLE, 0.24, (ORANGE, PURPLE, GREEN)),
    },
}
