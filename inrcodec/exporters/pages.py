"""A report as one HTML page that needs nothing else: pictures inside, charts as SVG, no script."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from inrcodec.exporters.levels import AnyPixels
from inrcodec.exporters.naming import displayed
from inrcodec.exporters.stills import encode_still, format_named

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 240, 44, 28  # of a chart and its margins, in SVG units
BINS = 24
STYLE = """
:root { color-scheme: light dark; --text: #1d2433; --soft: #5c6679; --line: #d9dee8; --page: #ffffff;
  --first: #0072b2; --second: #d55e00 }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9f0; --soft: #9aa4b8; --line: #333b4d; --page: #141821;
  --first: #56b4e9; --second: #e69f00 } }
body { margin: 2.5rem auto; max-width: 60rem; padding: 0 1.2rem; color: var(--text); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .2rem } h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem }
p { color: var(--soft); margin: .2rem 0 .8rem; max-width: 48rem }
table { border-collapse: collapse } th, td { padding: .25rem .9rem .25rem 0; text-align: right;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums }
th { font-weight: 600; color: var(--soft) } th:first-child, td:first-child { text-align: left }
.wide { overflow-x: auto }
figure { margin: 0; display: inline-block; vertical-align: top } figcaption { color: var(--soft); font-size: .8rem }
.row { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0 0 1.2rem; align-items: flex-start }
.row > b { flex: 0 0 100%; font-weight: 500; overflow-wrap: anywhere }
img { image-rendering: pixelated; background: repeating-conic-gradient(#bbb 0 25%, #eee 0 50%) 0 / 16px 16px }
svg { max-width: 100%; height: auto } svg text { fill: var(--soft); font: 12px system-ui, sans-serif }
.axis { stroke: var(--line) } .first { stroke: var(--first); fill: none; stroke-width: 2 }
.second { stroke: var(--second); fill: none; stroke-width: 2; stroke-dasharray: 5 4 } .bar { fill: var(--first) }
"""


@dataclass(frozen=True)
class Shown:
    """A picture (height, width, channels), straight alpha, with its caption and the width it is shown at."""

    caption: str
    pixels: AnyPixels
    width: int = 144


@dataclass(frozen=True)
class Line:
    """One line of a chart: a label and its values, NaN where there are none, over even steps of 0 to 1."""

    label: str
    values: Sequence[float]


def page(title: str, subtitle: str, sections: Sequence[str]) -> str:
    """The page; sections are what the functions below make."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_text(title)}</title>'
    body = f"<h1>{_text(title)}</h1><p>{_text(subtitle)}</p>" + "\n".join(sections)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>{body}</body></html>\n'


def section(title: str, *parts: str) -> str:
    """A heading and what stands below it."""
    return f"<h2>{_text(title)}</h2>" + "\n".join(parts)


def words(text: str) -> str:
    """A paragraph."""
    return f"<p>{_text(text)}</p>"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    head = "".join(f"<th>{_text(cell)}</th>" for cell in headings)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def gallery(title: str, pictures: Sequence[Shown]) -> str:
    """Pictures in a row under a title."""
    return f'<div class="row"><b>{_text(title)}</b>{"".join(_figure(one) for one in pictures)}</div>'


def chart(lines: Sequence[Line], across: str, up: str) -> str:
    """Lines over a fit, labelled with their lowest and highest values."""
    known = np.array([value for line in lines for value in line.values if np.isfinite(value)])
    if not len(known):
        return words("Nothing was recorded.")
    low, high = float(known.min()), float(known.max())
    parts = [_frame(across, up, low, high, "0", "1")]
    for number, line in enumerate(lines):
        kind = ("first", "second")[number % 2]
        parts.append(f'<polyline class="{kind}" points="{_points(line.values, low, high)}"/>')
        x, y = LEFT + 12 + 190 * number, 14
        parts.append(f'<line class="{kind}" x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}"/>')
        parts.append(f'<text x="{x + 30}" y="{y + 4}">{_text(line.label)}</text>')
    return _drawing(parts, f"{up} over {across}")


def histogram(values: Sequence[float], across: str) -> str:
    """How many images have which value."""
    known = np.array([value for value in values if np.isfinite(value)])
    if not len(known):
        return words("Nothing is known.")
    counts, edges = np.histogram(known, bins=min(BINS, max(1, len(known) // 2)))
    wide = (WIDTH - LEFT - 8) / len(counts)
    parts = [_frame(across, "images", 0, float(counts.max()), f"{edges[0]:.1f}", f"{edges[-1]:.1f}", "{:.0f}")]
    for place, count in enumerate(counts):
        tall = (HEIGHT - BOTTOM - 28) * count / counts.max()
        left, top = LEFT + place * wide + 1, HEIGHT - BOTTOM - tall
        tip = f"<title>{edges[place]:.1f} to {edges[place + 1]:.1f}: {count}</title>"
        parts.append(
            f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" width="{wide - 2:.1f}" height="{tall:.1f}">{tip}</rect>'
        )
    return _drawing(parts, f"images by {across}")


def _points(values: Sequence[float], low: float, high: float) -> str:
    count, span = len(values), (high - low) or 1.0
    places = []
    for place, value in enumerate(values):
        if np.isfinite(value):
            x = LEFT + (place + 0.5) / count * (WIDTH - LEFT - 8)
            y = HEIGHT - BOTTOM - (value - low) / span * (HEIGHT - BOTTOM - 28)
            places.append(f"{x:.1f},{y:.1f}")
    return " ".join(places)


def _frame(across: str, up: str, low: float, high: float, left: str, right: str, form: str = "{:.1f}") -> str:
    bottom = HEIGHT - BOTTOM
    return (
        f'<path class="axis" fill="none" d="M{LEFT} 24V{bottom}H{WIDTH - 8}"/>'
        f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">{form.format(low)}</text>'
        f'<text x="{LEFT - 6}" y="34" text-anchor="end">{form.format(high)}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 10}">{left}</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 10}" text-anchor="end">{right}</text>'
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{_text(across)}</text>'
        f'<text x="{WIDTH - 8}" y="18" text-anchor="end">{_text(up)}</text>'
    )


def _drawing(parts: Sequence[str], label: str) -> str:
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{_text(label)}">{"".join(parts)}</svg>'


def _figure(shown: Shown) -> str:
    packed = base64.b64encode(encode_still(shown.pixels, format_named("png"))).decode("ascii")
    picture = f'<img width="{shown.width}" alt="{_text(shown.caption)}" src="data:image/png;base64,{packed}">'
    return f"<figure>{picture}<figcaption>{_text(shown.caption)}</figcaption></figure>"


def _text(text: str) -> str:
    return escape(displayed(text), quote=True)
