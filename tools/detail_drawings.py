"""Pictures to train the detail network on, drawn from numbers alone: icon-like drawings, and dead leaves for photos.

Dead leaves: Lee, Mumford and Huang, "Occlusion models for natural images" (2001): shapes of power-law sizes that hide
each other, here with fractal noise as their texture.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
Colour = tuple[int, int, int]
SIDE = 512
FINER = 2  # drawn that much larger and averaged: Pillow draws without anti-aliasing
CANVAS = SIDE * FINER
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabdefghkmnqrstuwyz0123456789?!&%@#+"


def draw_icon(rng: np.random.Generator) -> Pixels:
    """A drawing as in icon sets, (SIDE, SIDE, 3): plain or faded shapes one over the other, many with an outline."""
    palette = [_colour(rng) for _ in range(int(rng.integers(2, 7)))]
    ground = (255, 255, 255) if rng.random() < 0.6 else _colour(rng)
    image = Image.new("RGB", (CANVAS, CANVAS), ground)
    ink = (0, 0, 0) if rng.random() < 0.6 else _colour(rng)
    pen = FINER * float(np.exp(rng.uniform(np.log(4), np.log(28))))
    outlined, faded = rng.random() < 0.7, rng.random() < 0.3
    for _ in range(int(rng.integers(4, 26))):
        paint = palette[rng.integers(len(palette))]
        kind = rng.random()
        if kind < 0.66:
            shape = _outline(rng)
            _lay(image, shape, paint, _fade(rng, paint) if faded else None, 0.6 if rng.random() < 0.08 else 1.0)
            if outlined:
                _stroke(image, np.concatenate([shape, shape[:1]]), ink, pen)
        elif kind < 0.92:
            _stroke(image, _path(rng), ink if outlined else paint, pen * (1.0 if outlined else rng.uniform(0.5, 3)))
        else:
            _letter(image, rng, ink if rng.random() < 0.5 else paint)
    return np.asarray(image.reduce(FINER))


def draw_leaves(rng: np.random.Generator) -> Pixels:
    """A picture with the statistics of photographs, (SIDE, SIDE, 3): textured shapes that hide each other, blurred."""
    hues = rng.normal(0, 1, (4, 3)) @ np.diag([55, 55, 55]) * 0.35 + rng.normal(0, 45, (4, 1)) + 120
    image = Image.new("RGB", (SIDE, SIDE), _levels(hues[0]))
    strength = Image.new("L", (SIDE, SIDE), 60)
    smallest = float(np.exp(rng.uniform(np.log(3), np.log(25))))
    for _ in range(int(rng.integers(60, 700))):
        radius = min(smallest / np.sqrt(max(rng.random(), 1e-3)), 220.0)
        shape = _blob(rng, radius / CANVAS * 2) if rng.random() < 0.7 else _corners(rng, radius / CANVAS * 2)
        shade = hues[rng.integers(4)] + rng.normal(0, 40) + rng.normal(0, 8, 3)
        points = [tuple(point) for point in shape * SIDE]
        ImageDraw.Draw(image).polygon(points, fill=_levels(shade))
        ImageDraw.Draw(strength).polygon(points, fill=int(rng.integers(0, 140)))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.choice([0, 0.7, 1.5, 3, 6]))))
    texture = np.stack([fractal_noise(rng, rng.uniform(0.8, 1.7))] * 3, axis=2)
    texture += 0.3 * np.stack([fractal_noise(rng, 1.5) for _ in range(3)], axis=2)
    light = 1 + 0.25 * fractal_noise(rng, 2.2)[..., None]
    picture = np.asarray(image) * light + texture * np.asarray(strength)[..., None] * 0.3
    grey = picture.mean(axis=2, keepdims=True)
    return np.clip(grey + (picture - grey) * rng.uniform(0, 1.2), 0, 255).astype(np.uint8)


def fractal_noise(rng: np.random.Generator, fall: float) -> NDArray[np.float64]:
    """Noise (SIDE, SIDE) of unit variance whose amplitudes fall with frequency to that power."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :])
    spectrum = np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) * np.maximum(frequency, 1 / SIDE) ** -fall
    noise = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return np.asarray((noise - noise.mean()) / noise.std())


def _levels(colour: Sequence[float] | NDArray[np.float64]) -> Colour:
    red, green, blue = (int(np.clip(level, 0, 255)) for level in colour)
    return red, green, blue


def _colour(rng: np.random.Generator) -> Colour:
    """A colour as people choose them: any hue, often saturated, sometimes grey."""
    grey = rng.random() < 0.25
    saturation = 0.0 if grey else rng.uniform(0.3, 1.0)
    return _levels([255 * part for part in colorsys.hsv_to_rgb(rng.random(), saturation, rng.random() ** 0.5)])


def _fade(rng: np.random.Generator, paint: Colour) -> Image.Image:
    """A canvas that fades from one colour to another along a random direction."""
    angle, other = rng.uniform(0, 2 * np.pi), np.array(_colour(rng))
    across = np.linspace(-0.5, 0.5, 64)
    share = np.clip(0.5 + across[None, :] * np.cos(angle) + across[:, None] * np.sin(angle), 0, 1)[..., None]
    small = Image.fromarray((np.array(paint) * (1 - share) + other * share).astype(np.uint8))
    return small.resize((CANVAS, CANVAS), Image.Resampling.BILINEAR)


def _placed(rng: np.random.Generator, shape: Points) -> Points:
    """Turned and moved somewhere into the unit square."""
    angle = rng.choice([0.0, np.pi / 4, np.pi / 2, rng.uniform(0, 2 * np.pi)])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(shape @ turn + rng.uniform(0.05, 0.95, 2))


def _blob(rng: np.random.Generator, radius: float) -> Points:
    """An ellipse or a wavy closed curve."""
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    wave = 1 + sum(rng.normal(0, 0.12) * np.cos(order * turn + rng.uniform(0, 6)) for order in (2, 3, 5))
    reach = radius * (wave if rng.random() < 0.4 else np.ones_like(turn))
    squeeze = rng.choice([1.0, rng.uniform(0.3, 1)])
    return _placed(rng, np.stack([reach * np.cos(turn), squeeze * reach * np.sin(turn)], axis=1))


def _corners(rng: np.random.Generator, radius: float) -> Points:
    """A rectangle, a regular or an uneven polygon, or a star."""
    kind, count = rng.integers(4), int(rng.integers(3, 9))
    if kind == 0:
        return _placed(rng, radius * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [1, rng.uniform(0.1, 1)])
    turn = np.arange(2 * count if kind == 3 else count) / (2 * count if kind == 3 else count) * 2 * np.pi
    reach = np.full(len(turn), radius)
    if kind == 2:
        reach = reach * rng.uniform(0.4, 1, len(turn))
    if kind == 3:
        reach[::2] *= rng.uniform(0.35, 0.8)
    return _placed(rng, np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1))


def _rounded(rng: np.random.Generator, radius: float) -> Points:
    """A rectangle with round corners."""
    wide, tall = radius, radius * rng.uniform(0.15, 1)
    bend = min(wide, tall) * rng.uniform(0.15, 1)
    quarter = np.linspace(0, np.pi / 2, 12)
    pieces = []
    for corner, (right, down) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        angle = quarter + corner * np.pi / 2
        middle = np.array([right * (wide - bend), down * (tall - bend)])
        pieces.append(middle + bend * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return _placed(rng, np.concatenate(pieces))


def _outline(rng: np.random.Generator) -> Points:
    """Any closed shape, in canvas pixels."""
    radius = float(np.exp(rng.uniform(np.log(0.02), np.log(0.45))))
    return np.asarray((_blob, _corners, _rounded)[rng.integers(3)](rng, radius) * CANVAS)


def _path(rng: np.random.Generator) -> Points:
    """An open path in canvas pixels: straight pieces, a curve or an arc."""
    kind = rng.integers(3)
    if kind == 0:
        return np.asarray(rng.uniform(0.05, 0.95, (int(rng.integers(2, 5)), 2)) * CANVAS)
    if kind == 1:
        first, second, third, fourth = rng.uniform(0.05, 0.95, (4, 1, 2))
        part = np.linspace(0, 1, 60)[:, None]
        rest = 1 - part
        curve = rest**3 * first + 3 * rest**2 * part * second + 3 * rest * part**2 * third + part**3 * fourth
        return np.asarray(curve * CANVAS)
    start, sweep, radius = rng.uniform(0, 6.3), rng.uniform(1, 6), rng.uniform(0.03, 0.35)
    turn = start + np.linspace(0, sweep, 60)
    return np.asarray((rng.uniform(0.1, 0.9, 2) + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)) * CANVAS)


def _lay(image: Image.Image, shape: Points, paint: Colour, fade: Image.Image | None, opacity: float) -> None:
    """Fill a closed shape with a colour, or with the part of a fade that it covers."""
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon([tuple(point) for point in shape], fill=round(255 * opacity))
    image.paste(paint if fade is None else fade, (0, 0), mask)


def _stroke(image: Image.Image, path: Points, ink: Colour, width: float) -> None:
    """Draw along a path with a round pen."""
    pen, brush = ImageDraw.Draw(image), max(1, round(width))
    points = [tuple(point) for point in path]
    pen.line(points, fill=ink, width=brush)
    for right, down in points:
        pen.ellipse((right - width / 2, down - width / 2, right + width / 2, down + width / 2), fill=ink)


def _letter(image: Image.Image, rng: np.random.Generator, ink: Colour) -> None:
    """A letter of Pillow's own font."""
    font = ImageFont.load_default(float(rng.uniform(0.1, 0.7)) * CANVAS)
    right, down = rng.uniform(0, 0.7, 2) * CANVAS
    ImageDraw.Draw(image).text((right, down - 0.1 * CANVAS), LETTERS[rng.integers(len(LETTERS))], fill=ink, font=font)
