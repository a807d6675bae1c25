"""Weather, plants and fruit."""

from __future__ import annotations

from drawing.canvas import (
    BLUE,
    BROWN,
    CORAL,
    CREAM,
    GREEN,
    INK,
    LIME,
    ORANGE,
    PINK,
    RED,
    SKY,
    WHITE,
    Canvas,
    Drawing,
    Fade,
    Families,
)
from drawing.shapes import Shape, arc, box, circle, ellipse, polar, polygon, star, stroke, union

CLOUD = circle(-0.42, 0.14, 0.3) | circle(-0.06, -0.1, 0.4) | circle(0.42, 0.1, 0.34) | box(0, 0.26, 0.72, 0.18, 0.18)


def paint_sun(canvas: Canvas, right: float, down: float, size: float) -> None:
    """A sun with twelve rays."""
    rays = [
        stroke(0.13 * size, polar(30 * ray, 0.7 * size, (right, down)), polar(30 * ray, 0.9 * size, (right, down)))
        for ray in range(12)
    ]
    canvas.paint(union(rays), ORANGE)
    canvas.paint(
        circle(right, down, 0.54 * size), Fade("#ffe58a", "#ffb637", (right, down - size / 2), (right, down + size / 2))
    )
    canvas.paint(circle(right, down, 0.54 * size).rim(0.07 * size), ORANGE)


def paint_cloud(canvas: Canvas, down: float, top: str = WHITE, bottom: str = "#c3d3ee") -> None:
    """A cloud with a soft outline."""
    canvas.paint(CLOUD.moved(0, down).grown(0.05), "#7f95c0")
    canvas.paint(CLOUD.moved(0, down), Fade(top, bottom, (0, down - 0.5), (0, down + 0.44)))


def drop(right: float, down: float) -> Shape:
    """A slanted drop of rain."""
    return stroke(0.11, (right + 0.06, down - 0.12), (right - 0.06, down + 0.12))


def weather(kind: str) -> Drawing:
    """The sun, a cloud, or both, and what falls."""

    def draw(canvas: Canvas) -> None:
        if kind == "sun":
            paint_sun(canvas, 0, 0, 1)
        elif kind == "fair":
            paint_sun(canvas, 0.34, -0.34, 0.66)
            paint_cloud(canvas, 0.3)
        elif kind == "rain":
            canvas.paint(union([drop(right, 0.66) for right in (-0.44, 0.0, 0.44)]), BLUE)
            canvas.paint(union([drop(right, 0.84) for right in (-0.22, 0.22)]), SKY)
            paint_cloud(canvas, -0.22)
        elif kind == "snow":
            flakes = [
                star(6, 0.15, 0.06).moved(right, down) for right, down in ((-0.46, 0.58), (0.02, 0.76), (0.48, 0.58))
            ]
            canvas.paint(union(flakes).grown(0.015), "#4da3e6")
            paint_cloud(canvas, -0.26)
        else:
            bolt = polygon(
                (0.12, 0.14), (-0.22, 0.6), (0.0, 0.6), (-0.12, 0.96), (0.3, 0.44), (0.06, 0.44), (0.24, 0.14)
            )
            paint_cloud(canvas, -0.22, "#9aa6c4", "#5b6788")
            canvas.paint(bolt.grown(0.05), INK)
            canvas.paint(bolt, Fade("#ffe58a", ORANGE, (0, 0.1), (0, 1)))

    return draw


def flower(petals: int, inner: str, outer: str) -> Drawing:
    """A flower on a stem with two leaves."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(arc((-1.5, 0.35), 1.5, 72, 111, 0.1), GREEN)
        canvas.paint(ellipse(0.26, 0, 0.28, 0.12).turned(-28).moved(0.03, 0.62), LIME)
        canvas.paint(ellipse(-0.26, 0, 0.28, 0.12).turned(28).moved(-0.05, 0.74), GREEN)
        ring = [
            ellipse(0, -0.36, 0.62 / petals + 0.07, 0.25).turned(360 * petal / petals).moved(0, -0.3)
            for petal in range(petals)
        ]
        canvas.paint(union(ring).grown(0.035), outer)
        canvas.paint(union(ring), Fade(inner, outer, (0, -0.3), (0, 0.45), radial=True))
        canvas.paint(circle(0, -0.3, 0.2), Fade("#ffe58a", ORANGE, (0, -0.5), (0, -0.1)))

    return draw


def pine(canvas: Canvas) -> None:
    """A fir tree in three storeys."""
    canvas.paint(box(0, 0.78, 0.12, 0.16, 0.03), BROWN)
    for down, half, paint in ((0.62, 0.62, "#20784b"), (0.2, 0.5, GREEN), (-0.18, 0.38, "#4cb874")):
        canvas.paint(polygon((-half, down), (0, down - 0.66), (half, down)).grown(0.05), paint)


def oak(canvas: Canvas) -> None:
    """A broad tree with fruit."""
    canvas.paint(polygon((-0.12, 0.92), (-0.07, 0.0), (0.07, 0.0), (0.12, 0.92)), BROWN)
    canvas.paint(stroke(0.08, (0, 0.52), (0.26, 0.24)), BROWN)
    crown = circle(0, -0.42, 0.44) | circle(-0.4, -0.1, 0.38) | circle(0.4, -0.1, 0.38) | circle(0, 0.02, 0.36)
    canvas.paint(crown, Fade(LIME, GREEN, (0, -0.8), (0, 0.5)))
    for right, down in ((-0.42, -0.08), (0.02, -0.5), (0.36, -0.22), (0.04, 0.06)):
        canvas.paint(circle(right, down, 0.09), RED)


def cactus(canvas: Canvas) -> None:
    """A cactus in a pot."""
    arms = stroke(0.2, (-0.2, 0.14), (-0.52, 0.14), (-0.52, -0.22)) | stroke(
        0.2, (0.2, -0.04), (0.52, -0.04), (0.52, -0.42)
    )
    body = arms | stroke(0.4, (0, -0.62), (0, 0.5))
    canvas.paint(body, Fade(LIME, GREEN, (-0.5, -0.6), (0.6, 0.5)))
    canvas.paint(union([stroke(0.04, (right, -0.6), (right, 0.5)) for right in (-0.08, 0.08)]), "#1f7a4a", 0.7)
    canvas.paint(circle(0.02, -0.82, 0.12), PINK)
    canvas.paint(polygon((-0.42, 0.5), (0.42, 0.5), (0.32, 0.92), (-0.32, 0.92)), Fade(ORANGE, "#d0642c"))
    canvas.paint(box(0, 0.48, 0.5, 0.1, 0.05), "#f7ad6b")


def apple(canvas: Canvas) -> None:
    """A red apple with a leaf."""
    body = ellipse(-0.26, 0.2, 0.52, 0.66) | ellipse(0.26, 0.2, 0.52, 0.66)
    canvas.paint(body, Fade(CORAL, RED, (-0.4, -0.4), (0.3, 0.8)))
    canvas.paint(arc((-0.22, 0.2), 0.42, -80, -30, 0.1), WHITE, 0.6)
    canvas.paint(stroke(0.1, (0.0, -0.3), (0.03, -0.62), (0.1, -0.8)), BROWN)
    canvas.paint(ellipse(0.28, 0, 0.26, 0.13).turned(-24).moved(0.1, -0.56), Fade(LIME, GREEN))


def orange(canvas: Canvas) -> None:
    """An orange cut open."""
    canvas.paint(circle(0, 0, 0.88), Fade("#ffab4a", "#ee7d22"))
    canvas.paint(circle(0, 0, 0.74), CREAM)
    wedge = polygon((0, -0.16), (0.225, -0.7), (-0.225, -0.7)) & circle(0, 0, 0.62)
    flesh = union([wedge.grown(0.035).turned(45 * turn) for turn in range(8)])
    canvas.paint(flesh, Fade("#ffc46b", "#f58a2c", (0, 0), (0, 0.7), radial=True))


def cherries(canvas: Canvas) -> None:
    """Two cherries on one stalk."""
    canvas.paint(stroke(0.08, (-0.42, 0.3), (-0.2, -0.3), (0.18, -0.78), (0.3, -0.2), (0.44, 0.24)), "#5f9b3e")
    canvas.paint(ellipse(-0.26, 0, 0.3, 0.15).turned(20).moved(0.14, -0.7), Fade(LIME, GREEN))
    for right, down in ((-0.44, 0.48), (0.46, 0.44)):
        canvas.paint(circle(right, down, 0.4), Fade("#f2596b", "#a81f3d", (right, down - 0.4), (right, down + 0.4)))
        canvas.paint(circle(right - 0.13, down - 0.14, 0.09), WHITE, 0.7)


def lemon(canvas: Canvas) -> None:
    """A lemon, lying."""
    body = (ellipse(0, 0, 0.76, 0.54) | stroke(0.22, (-0.74, 0), (0.78, 0))).turned(-24)
    canvas.paint(body.moved(0, 0.1), Fade("#fff08a", "#f2b91f"))
    canvas.paint(arc((0, 0.1), 0.4, -75, -15, 0.09), WHITE, 0.6)
    canvas.paint(ellipse(0, 0, 0.3, 0.14).turned(30).moved(0.44, -0.58), Fade(LIME, GREEN, (0.2, -0.8), (0.7, -0.4)))


def melon(canvas: Canvas) -> None:
    """A slice of watermelon."""
    half = box(0, 0.6, 1, 0.94)
    for radius, paint in ((0.92, GREEN), (0.8, "#d9f2b8")):
        canvas.paint(circle(0, -0.3, radius) & half, paint)
    canvas.paint(circle(0, -0.3, 0.72) & half, Fade(CORAL, RED, (0, -0.3), (0, 0.45)))
    for degrees, radius in ((130, 0.5), (180, 0.5), (230, 0.5), (155, 0.26), (205, 0.26)):
        right, down = polar(degrees, radius, (0, -0.3))
        canvas.paint(ellipse(0, 0, 0.045, 0.08).turned(degrees).moved(right, down), INK)


FAMILIES: Families = {
    "weather": {f"weather-{kind}": weather(kind) for kind in ("sun", "fair", "rain", "snow", "storm")},
    "plant": {
        "plant-cactus": cactus,
        "plant-daisy": flower(8, WHITE, "#c9d6f0"),
        "plant-oak": oak,
        "plant-pine": pine,
        "plant-rose": flower(5, PINK, "#d8478b"),
    },
    "fruit": {
        "fruit-apple": apple,
        "fruit-cherries": cherries,
        "fruit-lemon": lemon,
        "fruit-melon": melon,
        "fruit-orange": orange,
    },
}
