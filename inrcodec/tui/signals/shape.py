"""A shape: turned and tilted, shaded by its exact normals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.timer import Timer

from inrcodec.archive import Signal
from inrcodec.evaluate.surfaces.view import Camera, Scene
from inrcodec.tui.backdrop import DARK, Backdrop
from inrcodec.tui.halfblocks import Levels, levels_of
from inrcodec.tui.movement import moves
from inrcodec.tui.signals.screen import SignalScreen

STEP, PAGE = 10.0, 45.0  # degrees
ZOOM, LEAST_ZOOM, MOST_ZOOM = 1.25, 0.5, 40.0
PAN = 0.1  # of the pane's half height
SPIN_STEP, SPIN_SECONDS = 4.0, 0.06
FINE = 2  # samples of a pixel along each side, where the shape stands still


@dataclass(frozen=True)
class Look:
    """From where, on which ground, and whether edges are drawn smoothly."""

    camera: Camera
    ground: tuple[int, int, int]
    fine: bool


class ShapeScreen(SignalScreen[Look]):
    """The view is a `Look`: coarse as long as the shape turns by itself."""

    KEYS = (
        "arrows or h j k l: turn and tilt, by 10 degrees; with a number before, as often\n"
        "PgUp PgDn: by 45 degrees    Home End: from the front, from above\n+ -: zoom    w a s d: move    "
        "space: turns by itself    0: as at first    q: quit"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *moves("Turn"),
        Binding("plus,equals_sign", f"zoom({ZOOM})", "Zoom", key_display="+ -"),
        Binding("minus", f"zoom({1 / ZOOM})", show=False),
        Binding("space", "spin", "Spin", key_display="space"),
        Binding("w", "pan(0, -1)", "Move", key_display="w a s d"),
        Binding("a", "pan(1, 0)", show=False),
        Binding("s", "pan(0, 1)", show=False),
        Binding("d", "pan(-1, 0)", show=False),
    ]

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        half = (signal.scale[0][1] - signal.scale[0][0]) / 2
        self._scene = Scene(lambda places: signal.at(places)[:, 0] / half, lambda places: signal.gradient(places)[:, 0])
        self._camera = Camera()
        self._timer: Timer | None = None

    def view(self) -> Look:
        """See the class."""
        ground = Color.parse(self.app.theme_variables.get("background", "#000000"))
        color = DARK if ground.ansi is not None else (ground.r, ground.g, ground.b)
        return Look(self._camera, color, fine=self._timer is None)

    def words(self) -> str:
        """From where it is seen, and how large it is."""
        sides = " x ".join(f"{high - low:.4g}" for low, high in self.signal.places)
        state = "    turning" if self._timer is not None else ""
        seen = f"turned {self._camera.turn % 360:.0f}°, from {self._camera.tilt:.0f}° above, {self._camera.zoom:.3g} x"
        return f"{seen}    box {sides}{state}"

    def paint(self, view: Look, across: int, down: int) -> Levels:
        """The shape, as large as the pane."""
        finer = FINE if view.fine else 1
        drawn = self._scene.drawn(view.camera, across * finer, down * finer)
        mean = drawn.reshape(down, finer, across, finer, 4).mean(axis=(1, 3), dtype=np.float32)
        return levels_of(mean, Backdrop(ground=view.ground))

    # What moves

    def move(self, right: int, down: int) -> None:
        """As if one pushed the shape: right turns it to the right, down shows more of its top."""
        self._turn(-STEP * right, STEP * down)

    def move_page(self, pages: float) -> None:
        """Turn by an eighth."""
        self._turn(PAGE * pages, 0)

    def move_end(self, last: bool) -> None:
        """From the front, or from above."""
        self._see(replace(self._camera, turn=0.0, tilt=90.0 if last else 0.0))

    def zero(self) -> None:
        """As at first."""
        self._see(Camera())

    def action_zoom(self, times: float) -> None:
        """Larger or smaller."""
        self._see(replace(self._camera, zoom=min(MOST_ZOOM, max(LEAST_ZOOM, self._camera.zoom * times))))

    def action_pan(self, right: int, down: int) -> None:
        """Move the shape on the screen."""
        camera = self._camera
        self._see(replace(camera, right=camera.right + PAN * right, up=camera.up + PAN * down))

    def action_spin(self) -> None:
        """Turn by itself, or stop."""
        if self._timer is None:
            self._timer = self.set_interval(SPIN_SECONDS, self._advance)
        else:
            self._timer.stop()
            self._timer = None
        self.look()

    def _advance(self) -> None:
        """A little further, once the last picture is there."""
        if self.is_painted:
            self._turn(SPIN_STEP, 0)

    def _turn(self, turn: float, tilt: float) -> None:
        camera = self._camera
        self._see(replace(camera, turn=(camera.turn + turn) % 360, tilt=min(90.0, max(-90.0, camera.tilt + tilt))))

    def _see(self, camera: Camera) -> None:
        self._camera = camera
        self.look()


SCREEN = ShapeScreen
