"""Families whose members differ in one thing: clocks in the hour, moons in the phase, dice in the count, faces."""

from __future__ import annotations

from drawing.canvas import (
    CORAL,
    CREAM,
    GREY,
    INK,
    NAVY,
    ORANGE,
    RED,
    SKY,
    WHITE,
    YELLOW,
    Canvas,
    Drawing,
    Fade,
    Families,
)
from drawing.shapes import Shape, arc, box, circle, ellipse, polar, star, stroke, union


def clock(hour: float) -> Drawing:
    """A clock face at a full hour; in-between hours turn the short hand only."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(circle(0, 0, 0.92), Fade("#3f4a78", INK))
        canvas.paint(circle(0, 0, 0.76), Fade(WHITE, CREAM))
        ticks = [stroke(0.05, polar(30 * tick, 0.62), polar(30 * tick, 0.67)) for tick in range(12)]
        quarters = [stroke(0.08, polar(90 * tick, 0.58), polar(90 * tick, 0.66)) for tick in range(4)]
        canvas.paint(union(ticks), GREY)
        canvas.paint(union(quarters), INK)
        canvas.paint(stroke(0.09, (0, 0.1), (0, -0.52)), INK)
        canvas.paint(stroke(0.14, polar(30 * hour, -0.06), polar(30 * hour, 0.38)), RED)
        canvas.paint(circle(0, 0, 0.1), INK)
        canvas.paint(circle(0, 0, 0.04), CREAM)

    return draw


def lit(phase: float) -> Shape:
    """The lit part of a moon: 0.25 a crescent, 0.5 a half, 0.75 gibbous, 1 full."""
    disc, right_half = circle(0, 0, 0.54), box(1, 0, 1, 2)
    if phase == 0.5:
        return disc & right_half
    waist = ellipse(0, 0, 0.54 * abs(1 - 2 * phase), 0.54)
    return (disc & right_half) - waist if phase < 0.5 else (disc & right_half) | waist


def moon(phase: float) -> Drawing:
    """The moon in a night sky."""

    def draw(canvas: Canvas) -> None:
        tile = box(0, 0, 0.9, 0.9, 0.3)
        canvas.paint(tile, Fade(NAVY, "#5a55b0"))
        canvas.paint(circle(0, 0, 0.54), "#141c45", 0.45)
        face = lit(phase)
        canvas.paint(face, Fade("#fff6d0", YELLOW))
        craters = (
            circle(0.22, -0.2, 0.11) | circle(0.3, 0.17, 0.08) | circle(-0.12, 0.1, 0.13) | circle(-0.2, -0.25, 0.07)
        )
        canvas.paint(face.grown(-0.01) & craters, "#e5a93b", 0.55)
        for right, down, size in ((-0.62, -0.6, 0.13), (0.64, 0.58, 0.1), (-0.66, 0.5, 0.07)):
            canvas.paint(star(4, size, size * 0.38).moved(right, down), WHITE, 0.95)

    return draw


SPOTS = {
    "c": (0.0, 0.0),
    "nw": (-0.42, -0.42),
    "se": (0.42, 0.42),
    "ne": (0.42, -0.42),
    "sw": (-0.42, 0.42),
    "w": (-0.42, 0.0),
    "e": (0.42, 0.0),
}
DICE = {1: "c", 2: "nw se", 3: "nw c se", 4: "nw ne sw se", 5: "nw ne c sw se", 6: "nw ne w e sw se"}


def die(count: int) -> Drawing:
    """One side of a die."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(box(0, 0.06, 0.84, 0.84, 0.26), "#c4c9dc")
        canvas.paint(box(0, -0.04, 0.84, 0.84, 0.26), Fade(WHITE, "#e9edf7"))
        canvas.paint(box(0, 0.01, 0.86, 0.89, 0.28).rim(0.07), INK)
        for name in DICE[count].split():
            right, down = SPOTS[name]
            size = 0.22 if count == 1 else 0.16
            canvas.paint(
                circle(right, down - 0.04, size),
                Fade(RED, CORAL, (right, down - size), (right, down + size)) if count == 1 else INK,
            )

    return draw


def mouth(mood: str) -> Shape:
    """The line or opening that makes the mood."""
    if mood == "happy":
        return arc((0, 0.08), 0.42, 115, 245, 0.1)
    if mood == "sad":
        return arc((0, 0.72), 0.42, -55, 55, 0.1)
    if mood == "calm":
        return stroke(0.1, (-0.32, 0.38), (0.32, 0.38))
    if mood == "surprised":
        return ellipse(0, 0.42, 0.17, 0.22)
    return (circle(0, 0.12, 0.5) & box(0, 0.62, 1, 0.5)).grown(0.02)


def face(mood: str) -> Drawing:
    """A round face in one of five moods."""

    def draw(canvas: Canvas) -> None:
        canvas.paint(circle(0, 0, 0.9), Fade("#ffe27a", ORANGE, (0, -0.8), (0, 1.3)))
        canvas.paint(circle(0, 0, 0.9).rim(0.06), "#d9792b")
        for side in (-1, 1):
            if mood == "laughing":
                canvas.paint(arc((side * 0.34, -0.12), 0.15, -80, 80, 0.1), INK)
            else:
                canvas.paint(ellipse(side * 0.32, -0.2, 0.11, 0.16), INK)
                canvas.paint(circle(side * 0.32 + 0.03, -0.26, 0.045), WHITE)
            if mood in ("happy", "laughing"):
                canvas.paint(circle(side * 0.6, 0.16, 0.13), CORAL, 0.5)
            if mood in ("sad", "surprised"):
                canvas.paint(stroke(0.07, (side * 0.48, -0.46), (side * 0.22, -0.56)), "#a65a1f")
        canvas.paint(mouth(mood), INK)
        if mood == "laughing":
            canvas.paint(mouth(mood) & circle(0, 0.72, 0.3), CORAL)
            canvas.paint(mouth(mood).grown(-0.02) & box(0, 0.1, 0.5, 0.12), WHITE)
        if mood == "sad":
            canvas.paint(ellipse(0.46, 0.2, 0.09, 0.14) | stroke(0.05, (0.46, 0.0), (0.46, 0.1)), Fade(SKY, "#3b7de8"))

    return draw


FAMILIES: Families = {
    "clock": {f"clock-{hour:02}": clock(hour) for hour in range(1, 13)},
    "moon": {
        f"moon-{name}": moon(phase)
        for name, phase in (("crescent", 0.22), ("half", 0.5), ("gibbous", 0.78), ("full", 1.0))
    },
    "die": {f"die-{count}": die(count) for count in DICE},
    "face": {f"face-{mood}": face(mood) for mood in ("happy", "calm", "sad", "surprised", "laughing")},
}
