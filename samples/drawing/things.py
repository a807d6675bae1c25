"""Things people use, each in its own shape."""

from __future__ import annotations

from drawing.canvas import (
    BLUE,
    CORAL,
    CREAM,
    GREY,
    INK,
    MIST,
    NAVY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    SLATE,
    WHITE,
    YELLOW,
    Canvas,
    Fade,
    Families,
)
from drawing.shapes import arc, box, circle, heart, polygon, stroke


def bell(canvas: Canvas) -> None:
    """A bell with its clapper."""
    canvas.paint(circle(0, 0.72, 0.18), "#b8691c")
    canvas.paint(circle(0, -0.76, 0.13), "#b8691c")
    dome = (
        circle(0, -0.18, 0.52)
        | box(0, 0.14, 0.52, 0.36)
        | polygon((-0.52, 0.2), (0.52, 0.2), (0.72, 0.56), (-0.72, 0.56)).grown(0.07)
    )
    canvas.paint(dome, Fade("#ffe07a", ORANGE))
    canvas.paint(arc((0, -0.16), 0.36, -80, -20, 0.09), WHITE, 0.7)
    canvas.paint(box(0, 0.52, 0.79, 0.1, 0.1), "#e08526")


def book(canvas: Canvas) -> None:
    """A closed book with a ribbon."""
    canvas.paint(box(0, 0, 0.68, 0.88, 0.14), Fade("#9a7cf0", "#5a3cc0"))
    canvas.paint(box(0.06, 0.7, 0.58, 0.11, 0.06), CREAM)
    canvas.paint(stroke(0.03, (-0.4, 0.7), (0.62, 0.7)), GREY)
    canvas.paint(box(-0.52, -0.08, 0.05, 0.76), "#4a2fa6", 0.7)
    canvas.paint(box(0.1, -0.36, 0.36, 0.2, 0.06), CREAM)
    canvas.paint(stroke(0.06, (-0.1, -0.42), (0.3, -0.42)) | stroke(0.06, (-0.1, -0.29), (0.16, -0.29)), PURPLE)
    canvas.paint(polygon((0.3, 0.62), (0.5, 0.62), (0.5, 0.96), (0.4, 0.86), (0.3, 0.96)), RED)


def camera(canvas: Canvas) -> None:
    """A camera seen from the front."""
    canvas.paint(box(-0.02, -0.5, 0.34, 0.2, 0.1) | box(0, 0.1, 0.9, 0.58, 0.18), Fade(SLATE, INK))
    canvas.paint(box(0, 0.14, 0.9, 0.2), "#49557a")
    canvas.paint(circle(0, 0.12, 0.46), MIST)
    canvas.paint(circle(0, 0.12, 0.36), Fade(NAVY, BLUE, (-0.2, -0.2), (0.3, 0.5)))
    canvas.paint(circle(0, 0.12, 0.18), SKY, 0.6)
    canvas.paint(circle(-0.12, -0.02, 0.08), WHITE, 0.9)
    canvas.paint(circle(0.68, -0.26, 0.09), RED)


def envelope(canvas: Canvas) -> None:
    """A letter in its envelope."""
    body = box(0, 0.04, 0.9, 0.64, 0.12)
    canvas.paint(body, Fade(WHITE, "#d7e0f3"))
    canvas.paint(body & (stroke(0.06, (-0.9, 0.66), (-0.2, 0.1)) | stroke(0.06, (0.9, 0.66), (0.2, 0.1))), GREY)
    canvas.paint(
        body & polygon((-1.0, -0.7), (1.0, -0.7), (0, 0.22)).grown(0.03),
        Fade("#f0f4fc", "#c7d3ec", (0, -0.6), (0, 0.2)),
    )
    canvas.paint(body & stroke(0.07, (-0.95, -0.64), (0, 0.22), (0.95, -0.64)), SLATE)
    canvas.paint(body.rim(0.07), SLATE)
    canvas.paint(heart(0.24).moved(0, 0.2), RED)


def house(canvas: Canvas) -> None:
    """A house with a lit window."""
    canvas.paint(box(0.5, -0.5, 0.11, 0.28), "#a8503f")
    canvas.paint(box(0, 0.36, 0.64, 0.54, 0.05), Fade("#fff6e2", "#f3d9ae"))
    canvas.paint(polygon((-0.84, -0.02), (0, -0.8), (0.84, -0.02)).grown(0.08), Fade(CORAL, RED, (0, -0.8), (0, 0.1)))
    canvas.paint(box(-0.26, 0.58, 0.19, 0.32, 0.04), "#8c5a43")
    canvas.paint(circle(-0.14, 0.6, 0.035), YELLOW)
    canvas.paint(box(0.3, 0.4, 0.2, 0.2, 0.03), Fade("#ffe58a", YELLOW))
    canvas.paint(
        box(0.3, 0.4, 0.2, 0.2, 0.03).line(0.06)
        | stroke(0.05, (0.3, 0.2), (0.3, 0.6))
        | stroke(0.05, (0.1, 0.4), (0.5, 0.4)),
        "#8c5a43",
    )


def key(canvas: Canvas) -> None:
    """A key, lying across."""
    bow = circle(0, -0.5, 0.4) - circle(0, -0.58, 0.15)
    blade = box(0, 0.32, 0.1, 0.58, 0.06) | box(0.17, 0.5, 0.17, 0.07, 0.03) | box(0.2, 0.74, 0.2, 0.08, 0.03)
    whole = (bow | blade).turned(40)
    canvas.paint(whole.grown(0.045), "#b8691c")
    canvas.paint(whole, Fade("#ffe58a", ORANGE, (0.4, -0.8), (-0.4, 0.8)))


def lens(canvas: Canvas) -> None:
    """A magnifying glass."""
    canvas.paint(stroke(0.24, (0.4, 0.4), (0.76, 0.76)), Fade("#a8694a", "#6f4030", (0.3, 0.3), (0.8, 0.8)))
    canvas.paint(stroke(0.16, (0.26, 0.26), (0.4, 0.4)), SLATE)
    canvas.paint(circle(-0.2, -0.2, 0.62), INK)
    canvas.paint(circle(-0.2, -0.2, 0.5), "#ffffff")
    canvas.paint(circle(-0.2, -0.2, 0.5), Fade("#d9f0ff", SKY, (-0.5, -0.6), (0.1, 0.2)))
    canvas.paint(arc((-0.2, -0.2), 0.34, -75, -20, 0.1), WHITE, 0.9)


def padlock(canvas: Canvas) -> None:
    """A closed padlock."""
    canvas.paint(
        arc((0, -0.3), 0.38, -90, 90, 0.18)
        | stroke(0.18, (-0.38, -0.3), (-0.38, 0.1))
        | stroke(0.18, (0.38, -0.3), (0.38, 0.1)),
        SLATE,
    )
    canvas.paint(box(0, 0.36, 0.66, 0.54, 0.16), Fade(YELLOW, ORANGE, (0, -0.2), (0, 0.9)))
    canvas.paint(box(0, 0.36, 0.66, 0.54, 0.16).rim(0.07), "#c9701c")
    canvas.paint(circle(0, 0.26, 0.14) | polygon((-0.06, 0.3), (0.06, 0.3), (0.11, 0.62), (-0.11, 0.62)), INK)


def rocket(canvas: Canvas) -> None:
    """A rocket on its way up."""
    tilt = 40
    flame = polygon((-0.2, 0.5), (0, 1.0), (0.2, 0.5)).grown(0.04)
    canvas.paint(flame.turned(tilt), ORANGE)
    canvas.paint(polygon((-0.09, 0.5), (0, 0.78), (0.09, 0.5)).grown(0.03).turned(tilt), YELLOW)
    fins = polygon((-0.2, 0.05), (-0.5, 0.42), (-0.46, 0.64), (-0.2, 0.46)) | polygon(
        (0.2, 0.05), (0.5, 0.42), (0.46, 0.64), (0.2, 0.46)
    )
    canvas.paint(fins.grown(0.03).turned(tilt), RED)
    hull = (circle(-0.72, -0.1, 1.05) & circle(0.72, -0.1, 1.05) & box(0, -0.3, 1, 0.82)).turned(tilt)
    canvas.paint(hull, Fade(WHITE, "#c7d0e6", (-0.4, -0.3), (0.3, 0.3)))
    canvas.paint(hull & box(0, -1.0, 1, 0.52).turned(tilt), RED)
    canvas.paint(circle(0, -0.14, 0.17).turned(tilt), INK)
    canvas.paint(circle(0, -0.14, 0.11).turned(tilt), SKY)


FAMILIES: Families = {
    "thing": {
        f"thing-{drawing.__name__}": drawing
        for drawing in (bell, book, camera, envelope, house, key, lens, padlock, rocket)
    },
}
