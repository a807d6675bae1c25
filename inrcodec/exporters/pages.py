"""A report as one HTML page that needs nothing else: pictures inside, charts as SVG, no script."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from inrcodec.exporters.levels import AnyPixels
from inrcodec.exporters.naming import displayed
from inrcodec.exporters.stills import encode_still, format_named

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
.wide { overflow-x: auto } .told td + td { text-align: left; padding-right: 0 }
figure { margin: 0; display: inline-block; vertical-align: top } figcaption { color: var(--soft); font-size: .8rem }
.row { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0 0 1.2rem; align-items: flex-start }
.row > b { flex: 0 0 100%; font-weight: 500; overflow-wrap: anywhere }
.row > figure { flex: 0 1 auto; min-width: 0 } .row img { max-width: min(100%, 27vw); height: auto }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 29rem), 1fr)); gap: 0 1rem }
.told td:first-child { white-space: nowrap; overflow-wrap: normal; vertical-align: top }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.2rem, 1fr)); gap: 1rem .8rem }
.sheet img { max-width: 100%; height: auto } .sheet figcaption { overflow-wrap: anywhere; line-height: 1.3;
  font-variant-numeric: tabular-nums }
img { image-rendering: pixelated; background: repeating-conic-gradient(#bbb 0 25%, #eee 0 50%) 0 / 16px 16px }
svg { max-width: 100%; height: auto } svg text { fill: var(--soft); font: 12px system-ui, sans-serif }
.axis { stroke: var(--soft); fill: none } .grid { stroke: var(--line) }
.first { stroke: var(--first); fill: none; stroke-width: 2 }
.second { stroke: var(--second); fill: none; stroke-width: 2; stroke-dasharray: 5 4 } .bar { fill: var(--first) }
code { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere }
@media (max-width: 40rem) { body { margin: 1.2rem auto } th, td { padding-right: .5rem; font-size: .9rem }
  td { overflow-wrap: anywhere } svg text { font-size: 18px } .row { gap: .6rem } .sheet { gap: .8rem .5rem;
  grid-template-columns: repeat(auto-fill, minmax(5rem, 1fr)) } }
@media print { :root { color-scheme: light; --text: #000; --soft: #444; --line: #bbb; --page: #fff; --first: #0072b2;
  --second: #d55e00 } body { margin: 0; max-width: none; font-size: 10pt } h2 { break-after: avoid }
  .row, figure, tr, svg { break-inside: avoid } .wide { overflow: visible }
  img, .bar { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
"""


@dataclass(frozen=True)
class Shown:
    """A picture (height, width, channels), straight alpha, with its caption and the width it is shown at."""

    caption: str
    pixels: AnyPixels
    width: int = 144
    figures: Sequence[str] = ()  # a line each, below the caption


def page(title: str, subtitle: str, sections: Sequence[str]) -> str:
    """The page; sections are what the functions below make."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{text(title)}</title>"
    body = f"<h1>{text(title)}</h1><p>{text(subtitle)}</p>" + "\n".join(sections)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>{body}</body></html>\n'


def section(title: str, *parts: str) -> str:
    """A heading and what stands below it."""
    return f"<h2>{text(title)}</h2>" + "\n".join(parts)


def words(said: str) -> str:
    """A paragraph."""
    return f"<p>{text(said)}</p>"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose others are numbers."""
    head = "".join(f"<th>{text(cell)}</th>" for cell in headings)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def definitions(rows: Sequence[tuple[str, str]]) -> str:
    """Names and what they are."""
    body = "".join(f"<tr><td>{text(name)}</td><td>{text(value)}</td></tr>" for name, value in rows)
    return f'<div class="wide"><table class="told">{body}</table></div>'


def gallery(title: str, pictures: Sequence[Shown]) -> str:
    """Pictures in a row under a title."""
    return f'<div class="row"><b>{text(title)}</b>{"".join(_figure(one) for one in pictures)}</div>'


def columns(parts: Sequence[str]) -> str:
    """Galleries side by side where there is room."""
    return f'<div class="columns">{"".join(parts)}</div>'


def sheet(pictures: Sequence[Shown]) -> str:
    """Many pictures, each with its caption, as many a row as there is room for."""
    return f'<div class="sheet">{"".join(_figure(one) for one in pictures)}</div>'


def _figure(shown: Shown) -> str:
    packed = base64.b64encode(encode_still(shown.pixels, format_named("png"))).decode("ascii")
    picture = f'<img width="{shown.width}" alt="{text(shown.caption)}" src="data:image/png;base64,{packed}">'
    caption = "<br>".join(map(text, (shown.caption, *shown.figures)))
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def text(said: str) -> str:
    """As HTML, with what is hostile escaped."""
    return escape(displayed(said), quote=True)
