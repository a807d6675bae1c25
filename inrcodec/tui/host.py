"""What a screen needs of the app around it; screens know this, and never the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from inrcodec.archive import AnyArchive
from inrcodec.field.work import TooMuchWork
from inrcodec.tui.backdrop import Backdrop
from inrcodec.tui.backend import ImageBackend
from inrcodec.tui.blocks import Blocks
from inrcodec.tui.comparing import Comparing
from inrcodec.tui.loader import Loader
from inrcodec.tui.overlay import Overlay
from inrcodec.tui.similar import Similar
from inrcodec.tui.views import Views


class Host(Protocol):
    """The set that is shown, what decodes and draws it, and the ways to other screens."""

    @property
    def archive(self) -> AnyArchive:
        """The set."""
        ...

    @property
    def loader(self) -> Loader:
        """The thread that decodes."""
        ...

    @property
    def blocks(self) -> Blocks:
        """The processes that decode for it."""
        ...

    @property
    def backend(self) -> ImageBackend:
        """What pictures are drawn with."""
        ...

    @property
    def backdrop(self) -> Backdrop:
        """What stands behind transparent pixels now."""
        ...

    @property
    def marks(self) -> dict[int, None]:
        """Numbers of the marked images in the order of marking, the same on all screens."""
        ...

    @property
    def refused(self) -> str | None:
        """What the file asks for and is not done; None where all is."""
        ...

    @property
    def similar(self) -> Similar:
        """Vectors of all images."""
        ...

    @property
    def overlays(self) -> set[Overlay]:
        """What is written to the terminal together with text."""
        ...

    @property
    def views(self) -> Views:
        """What draws images, their derivatives and their originals."""
        ...

    @property
    def comparing(self) -> Comparing:
        """Figures of images against their originals."""
        ...

    def later(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Call something in the app's own thread, from any thread."""
        ...

    def ask(
        self,
        question: str,
        answered: Callable[[str | None], None],
        value: str = "",
        changed: Callable[[str], None] | None = None,
        check: Callable[[str], str | None] | None = None,
    ) -> None:
        """Ask for one line above the current screen; Esc answers None.

        `changed` hears every change while one types; `check` says what is wrong with an answer, None if nothing is.
        """
        ...

    def open_image(self, number: int, *, slideshow: bool = False) -> None:
        """Show an image in full, or it and those after it one by one."""
        ...

    def show_neighbors(self, number: int) -> None:
        """Show what an image is like."""
        ...

    def show_map(self, number: int) -> None:
        """Show the set in two dimensions."""
        ...

    def show_morph(self, first: int, second: int) -> None:
        """Play the way between two images."""
        ...

    def beside(self, number: int, by: int) -> int:
        """The image before or after another one in the order of the grid."""
        ...

    def export(self, numbers: tuple[int, ...]) -> None:
        """Write images to files."""
        ...

    def copy_command(self, words: str) -> None:
        """Hand a line for the shell to the user."""
        ...

    def tell(self, words: str, title: str = "") -> None:
        """Say something in passing."""
        ...

    def warn(self, words: str) -> None:
        """Say why something is not done."""
        ...

    def refuse(self, failure: TooMuchWork) -> None:
        """Say for good, from any thread, that the file asks for too much."""
        ...

    def complain(self, failure: BaseException) -> None:
        """Say what went wrong, and go on."""
        ...
