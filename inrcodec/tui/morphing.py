"""From one image to another: frames decoded in the background, scrubbed or played, and exported."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from inrcodec.archive import straightened
from inrcodec.morph import MODES, FrameSequence
from inrcodec.morph.sequence import Mode, frames, interpolator
from inrcodec.tui.exporting import free_path
from inrcodec.tui.halfblocks import Levels, coarse, fitted, levels_of
from inrcodec.tui.host import Host
from inrcodec.tui.keybar import Keybar
from inrcodec.tui.loader import Urgency
from inrcodec.tui.movement import MovingScreen, moves
from inrcodec.tui.pane import Lines, Pane
from inrcodec.tui.words import command, reason, titled

STEPS = 24
FPS = 12
EXPORTED = 256  # pixels of the longer side


class Frame(NamedTuple):
    """Its pixels in few colors, which take fewer bytes and less time, and its characters once they were shown."""

    levels: Levels
    lines: Lines


class Morphing(MovingScreen[None]):
    """Plays the way between two images."""

    CSS = "#bar { height: 1; background: $panel; text-align: center; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="back"),
        Binding("space", "play", "Play/stop", key_display="space", id="play"),
        *moves("Scrub", "← →"),
        Binding("m", "mode", "Mode", id="mode"),
        Binding("x", "export", "Export GIF", id="export"),
        Binding("y", "copy", "Copy", id="copy"),
    ]

    def __init__(self, host: Host, first: int, second: int) -> None:
        super().__init__()
        self._host = host
        self._ends = first, second
        self._mode: Mode = "move"
        self._frames: dict[int, Frame] = {}
        self._made_for: object = None
        self.step = 0
        self._direction = 1
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="headline")
        yield Pane(id="frame")
        yield Static(id="bar")
        yield Keybar()

    def on_mount(self) -> None:
        """Start decoding, and play what is ready."""
        self.call_after_refresh(self._make)
        self.action_play()

    def on_resize(self) -> None:
        """Frames have the pane's own resolution."""
        self.call_after_refresh(self._make)

    def move(self, right: int, down: int) -> None:
        """Through time; who does so by hand does not want it to play."""
        if self._timer is not None:
            self.action_play()
        self.step = min(STEPS, max(0, self.step + right + down))
        self._draw()

    def move_page(self, pages: float) -> None:
        """A quarter of the way."""
        self.move(round(pages * STEPS / 4), 0)

    def move_end(self, last: bool) -> None:
        """The first or the last frame."""
        self.move(STEPS if last else -STEPS, 0)

    def move_to(self, number: int) -> None:
        """The frame with that number."""
        self.move(number - self.step, 0)

    def look_again(self) -> None:
        """Colors are different now."""
        self._made_for = None
        self._make()

    def action_back(self) -> None:
        """Leave."""
        if not self.forget_pending():
            self.dismiss()

    def action_play(self) -> None:
        """Play there and back, or stop."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        else:
            self._direction = 1 if self.step < STEPS else -1
            self._timer = self.set_interval(1 / FPS, self._advance)
        self._draw()

    def action_mode(self) -> None:
        """The next way of morphing."""
        self._mode = MODES[(MODES.index(self._mode) + 1) % len(MODES)]
        self._make()

    def action_copy(self) -> None:
        """The command that writes the same."""
        first, second = map(str, self._ends)
        words = ("morph", first, second, "--mode", self._mode, "--gif")
        self._host.copy_command(command(self._host.archive, *words))

    def action_export(self) -> None:
        """A GIF in the current folder, under a name that is free."""
        stem = self._host.archive.path.stem if self._host.archive.path else "set"
        path = free_path(Path(f"{stem}-morph-{self._ends[0]}-{self._ends[1]}.gif")).absolute()
        self._host.tell(f"writing {path.name} ...")
        self._host.loader.ask(
            ("export", path),
            lambda: self._write(path),
            lambda done: self._host.later(self._said, done),
            Urgency.FILES,
        )

    def _write(self, path: Path) -> Path:
        from inrcodec.bitstream.files import write_atomically
        from inrcodec.exporters.animations import animation_of_suffix, encode_animation

        image = self._host.archive[self._ends[0]]
        scale = EXPORTED / max(image.width, image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        sequence = FrameSequence(self._ends, size, self._mode, bounce=True)
        drawn = (straightened(np.asarray(frame, np.float32)) for frame in frames(self._host.archive, sequence))
        write_atomically(
            path, encode_animation(drawn, animation_of_suffix(".gif"), 25, loop=0, dither=True), overwrite=False
        )
        return path

    def _said(self, done: object) -> None:
        if isinstance(done, BaseException):
            self._host.complain(done)
        else:
            self._host.tell(f"wrote {done}")

    def _make(self) -> None:
        """Decode all frames, one request each, so that whatever is at hand can be drawn."""
        pane = self.query_one(Pane)
        if not pane.size.width or not pane.size.height:
            return
        first, second = (self._host.archive[number] for number in self._ends)
        size = fitted(first.width, first.height, *pane.size)
        backdrop = self._host.backdrop
        made_for = self._mode, size
        if made_for == self._made_for:
            return
        self._made_for, self._frames = made_for, {}
        pane.say("finding the way ...")

        def work() -> None:
            from inrcodec.morph.sequence import check_shapes

            check_shapes([first, second])
            draw = interpolator(first, second, made_for[0], size)
            for step in range(STEPS + 1):
                if made_for is not self._made_for or not self.is_running:
                    return
                levels = levels_of(np.asarray(np.clip(draw(step / STEPS), 0, 1), np.float32), backdrop)
                self._host.later(self._take, made_for, step, Frame(coarse(levels, backdrop.ground), {}))
                self._host.loader.serve()

        done = lambda result: self._host.later(self._ended, result)  # noqa: E731
        self._host.loader.ask(("morph", id(self)), work, done, Urgency.SEEN)
        self._tell()

    def _take(self, made_for: object, step: int, frame: Frame) -> None:
        if made_for is self._made_for:
            self._frames[step] = frame
            if step == self.step:
                self._draw()
            self._tell()

    def _ended(self, done: object) -> None:
        if isinstance(done, BaseException):
            self.query_one(Pane).say(f"cannot: {reason(done)}")

    def _advance(self) -> None:
        if not 0 <= self.step + self._direction <= STEPS:
            self._direction = -self._direction
        if self.step + self._direction in self._frames:
            self.step += self._direction
            self._draw()

    def _draw(self) -> None:
        if self.step in self._frames:
            self.query_one(Pane).show(*self._frames[self.step])
        self._tell()

    def _tell(self) -> None:
        first, second = (titled(number, self._host.archive.names[number]) for number in self._ends)
        headline = Content.assemble(first, " to ", second, f"  by {self._mode}")
        self.query_one("#headline", Static).update(headline, layout=False)
        made = ["━" if step in self._frames else "·" for step in range(STEPS + 1)]
        before, after = "".join(made[: self.step]), "".join(made[self.step + 1 :])
        state = "playing" if self._timer is not None else "still  "
        bar = Content.assemble(before, ("●", "b $accent"), f"{after}  {self.step:>2}/{STEPS}  ", (state, "dim"))
        self.query_one("#bar", Static).update(bar, layout=False)
