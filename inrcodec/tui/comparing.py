"""Figures of images against their originals, asked for one by one and known from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inrcodec.errors import InrError
from inrcodec.tui.loader import Loader, Urgency

if TYPE_CHECKING:
    from inrcodec.tui.against import Against, Compared

Figures = list[tuple[str, str]]


class Comparing:
    """Asks the loader for them; `on_news` is called in the loader's thread when more is known.

    Without originals (`against` is None) there are no figures.
    """

    def __init__(self, against: Against | None, loader: Loader, on_news: Callable[[], None]) -> None:
        self.against = against
        self._loader, self._on_news = loader, on_news
        self._figures: dict[int, Figures] = {}
        self._looking = False

    def figures(self, number: int) -> Figures:
        """What is known of an image, as (name, value); what is not is asked for."""
        if self.against is None:
            return []
        if number in self._figures:
            return self._figures[number]
        against = self.against
        self._loader.ask(
            "original", lambda: against.compared(number), lambda found: self._take(number, found), Urgency.SEEN
        )
        return [("original", "...")]

    # In the loader's thread

    def _take(self, number: int, found: Compared | BaseException | None) -> None:
        assert self.against is not None
        if found is None and not self.against.looked_for_others:
            if not self._looking:
                self._looking = True
                self._loader.ask("others", self._look, self._looked)
            return
        self._figures[number] = _lines(found)
        self._on_news()

    def _look(self) -> None:
        assert self.against is not None
        self.against.look_for_others(self._loader.serve)

    def _looked(self, failure: BaseException | None) -> None:
        self._looking = False
        if failure is not None:
            raise failure
        self._on_news()


def _lines(found: Compared | BaseException | None) -> Figures:
    if isinstance(found, BaseException):
        return [("original", str(found) if isinstance(found, InrError) else type(found).__name__)]
    if found is None:
        return [("original", "none")]
    return [
        ("original", found.name),
        *([("doubtful", "another picture?")] if found.is_doubtful else []),
        ("again", f"{found.psnr:.2f} dB"),
        ("SSIM", f"{found.ssim:.4f}"),
        ("error", f"{found.mae:.4f}"),
    ]
