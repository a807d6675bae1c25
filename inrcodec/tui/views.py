"""What is drawn of an image: itself, its derivatives, its original, or how both differ; in the loader's thread."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from inrcodec.archive import ArchivedImage, Upsample
from inrcodec.errors import UsageError
from inrcodec.exporters.derivatives import draw_gradient, draw_laplacian, luma_slopes, magnitudes, on_white, white_of
from inrcodec.field.derivative_raster import WHOLE, Spans, gradient, laplacian
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.halfblocks import Levels, levels_of
from inrcodec.tui.viewport import Extent, Viewport, read_part, render_viewport, spans_of

if TYPE_CHECKING:
    from inrcodec.tui.against import Against, Compared

Kind = Literal["picture", "gradient", "laplacian", "beside", "original", "difference"]
DERIVATIVES: tuple[Kind, ...] = ("picture", "gradient", "laplacian")
COMPARISONS: tuple[Kind, ...] = ("picture", "beside", "original", "difference")
PARTS: tuple[Kind, ...] = ("original", "picture", "difference")  # of `beside`
GAP = 2  # pixels between these
MOST_DERIVED = 400  # pixels along a side: they cost three and five times what colors do
KEPT_SCALES = 64


class View(NamedTuple):
    """What a picture shows, in a pane of so many characters."""

    number: int
    viewport: Viewport
    extent: Extent
    size: tuple[int, int]
    upsample: Upsample
    backdrop: Backdrop
    kind: Kind

    @property
    def panes(self) -> int:
        """Pictures side by side."""
        return len(PARTS) if self.kind == "beside" else 1


class Drawn(NamedTuple):
    """Pixels, and what their brightness stands for, in words."""

    levels: Levels
    told: str = ""


def after(kind: Kind, kinds: tuple[Kind, ...]) -> Kind:
    """The next one of a cycle; the one after the plain picture where another cycle was left."""
    return kinds[(kinds.index(kind) + 1) % len(kinds)] if kind in kinds else kinds[1]


class Views:
    """Draws views of a set's images; `against` are their originals, where there is a folder of them."""

    def __init__(self, against: Against | None = None) -> None:
        self.against = against
        self._scales: OrderedDict[tuple[int, Kind], float] = OrderedDict()

    def draw(self, image: ArchivedImage, view: View, size: tuple[int, int]) -> Drawn:
        """Pixels of every pane, so many (across, down)."""
        if view.kind != "beside":
            return self._draw(image, view, view.kind, size)
        drawn = [self._draw(image, view, kind, size) for kind in PARTS]
        gap = np.full((size[1], GAP, 3), view.backdrop.ground, np.uint8)
        levels = np.concatenate([drawn[0].levels, gap, drawn[1].levels, gap, drawn[2].levels], axis=1)
        return Drawn(levels, f"original | decoded | {drawn[2].told}")

    def _draw(self, image: ArchivedImage, view: View, kind: Kind, size: tuple[int, int]) -> Drawn:
        match kind:
            case "picture":
                colors = render_viewport(image, view.viewport, view.extent, size, view.upsample)
                return Drawn(levels_of(colors, view.backdrop))
            case "gradient" | "laplacian":
                return self._derivative(image, view, kind, size)
        compared = self._compared(image)
        spans = spans_of(view.viewport, view.extent)
        if kind == "original":
            colors = np.clip(read_part(compared.original, spans, size, edges=view.upsample == "detail"), 0.0, 1.0)
            other = "" if compared.name == image.name else f" ({compared.name})"
            return Drawn(levels_of(colors, view.backdrop), f"original{other}")
        errors = _cells(on_white(compared.errors), spans, size)
        shown = draw_laplacian(errors, compared.white)
        return Drawn(levels_of(shown, view.backdrop), f"difference, white {compared.white:+.3f}, grey 0")

    def _derivative(self, image: ArchivedImage, view: View, kind: Kind, size: tuple[int, int]) -> Drawn:
        white, spans = self._scale(image, kind), spans_of(view.viewport, view.extent)
        shrink = min(1.0, MOST_DERIVED / max(size))
        fewer = max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))
        values = _derived(image, kind, fewer[::-1], spans)
        if kind == "gradient":
            colors, told = draw_gradient(values, white), f"gradient, full brightness {white:.3g} a pixel"
        else:
            colors, told = draw_laplacian(values, white), f"Laplacian, white {white:+.3g} a pixel squared, grey 0"
        return Drawn(levels_of(_cells(colors, WHOLE, size), view.backdrop), told)

    def _scale(self, image: ArchivedImage, kind: Kind) -> float:
        """What full brightness stands for, of the whole image: it stays while one zooms."""
        if (image.number, kind) not in self._scales:
            native = _derived(image, kind, (image.height, image.width), WHOLE)
            sizes = magnitudes(luma_slopes(native)[:, :, None]) if kind == "gradient" else on_white(native)
            self._scales[image.number, kind] = white_of(sizes)
            while len(self._scales) > KEPT_SCALES:
                self._scales.popitem(last=False)
        return self._scales[image.number, kind]

    def _compared(self, image: ArchivedImage) -> Compared:
        assert self.against is not None
        compared = self.against.compared(image.number)
        if compared is None:
            where = f"{self.against.folder} has no original of {image.name}"
            raise UsageError(
                where if self.against.looked_for_others else f"{where} by that name; looking at the others"
            )
        return compared


def _derived(image: ArchivedImage, kind: Kind, size: tuple[int, int], spans: Spans) -> FloatArray:
    """A derivative of a part of an image, (height, width, ...)."""
    derive = gradient if kind == "gradient" else laplacian
    inputs = image.archive.field_inputs(image.place)
    return derive(image.archive.field, *inputs, (image.height, image.width), size, spans)


def _cells(pixels: FloatArray, spans: Spans, size: tuple[int, int]) -> Pixels:
    """A part of pixels as the squares that they are; where there are more of them than asked for, their means."""
    return read_part(pixels, spans, size, squares=True)
