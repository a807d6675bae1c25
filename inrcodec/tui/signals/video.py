"""A clip: played in a loop, frame by frame, or stopped and moved through."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual.binding import Binding, BindingType
from textual.timer import Timer

from inrcodec.archive import Signal
from inrcodec.archive.clip import frame_at, frame_times
from inrcodec.numerics.arrays import Pixels
from inrcodec.tui.halfblocks import Levels, fitted
from inrcodec.tui.movement import moves
from inrcodec.tui.signals.screen import SignalScreen

MOST_KEPT = 1 << 24  # octets of painted frames
LEAST_SECONDS = 0.02  # of a frame
SLOWEST = 8  # times


class VideoScreen(SignalScreen[tuple[int, int]]):
    """The view is (number of the frame, how many times as slow)."""

    KEYS = "space: play or stop\narrows or h l: frame by frame\ns: slower, with frames between    q: quit"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play/stop", key_display="space"),
        *moves("Frame", "← →"),
        Binding("s", "slower", "Slower"),
    ]

    def __init__(self, signal: Signal) -> None:
        super().__init__(signal)
        self._slow = 1
        self._times, self._seconds = frame_times(signal)
        self._number = 0
        self._kept: dict[tuple[tuple[int, int], int, int], Levels] = {}
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        """Play."""
        super().on_mount()
        self.action_play()

    def view(self) -> tuple[int, int]:
        """See the class."""
        return self._number, self._slow

    def words(self) -> str:
        """Where in the clip it is."""
        slower = f"    {self._slow} times slower" if self._slow > 1 else ""
        state = "playing" if self._timer is not None else "still"
        return f"{self._times[self._number]:.3f} s    {self._number + 1}/{len(self._times)}    {state}{slower}"

    def paint(self, view: tuple[int, int], across: int, down: int) -> Levels:
        """A frame as large as the pane; those that were painted are kept."""
        if (view, across, down) not in self._kept:
            width, height = self.signal.axes[:2]
            number, _ = view
            drawn = frame_at(self.signal, self._times[number], fitted(width, height, across, down // 2))
            levels = np.rint(255 * _flat(drawn)).astype(np.uint8)
            if sum(one.size for one in self._kept.values()) > MOST_KEPT:
                self._kept.clear()
            self._kept[view, across, down] = levels
        return self._kept[view, across, down]

    # What moves

    def move(self, right: int, down: int) -> None:
        """Frame by frame; who does so by hand does not want it to play."""
        if self._timer is not None:
            self.action_play()
        self._see(self._number + right + down)

    def move_page(self, pages: float) -> None:
        """A quarter of the clip."""
        self.move(round(pages * len(self._times) / 4), 0)

    def move_end(self, last: bool) -> None:
        """The first or the last frame."""
        self.move((len(self._times) if last else -len(self._times)), 0)

    def action_play(self) -> None:
        """Play, or stop."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        else:
            self._wait()
        self.look()

    def action_slower(self) -> None:
        """Twice as slow, with as many frames between: the field has all of them; then as it was."""
        self._slow = self._slow * 2 if self._slow < SLOWEST else 1
        low, high = self.signal.places[2]
        share = self._number / len(self._times)
        rate = None if self._slow == 1 else self._slow * self.signal.axes[2] / (high - low)
        self._times, self._seconds = frame_times(self.signal, rate)
        self._see(round(share * len(self._times)))

    def _wait(self) -> None:
        long = self._seconds[self._number] * self._slow
        self._timer = self.set_timer(max(LEAST_SECONDS, long), self._advance)

    def _advance(self) -> None:
        """The next frame, once this one is there: a slow machine plays slowly, and leaves nothing out."""
        if self.is_painted:
            self._see((self._number + 1) % len(self._times))
        self._wait()

    def _see(self, number: int) -> None:
        self._number = min(max(0, number), len(self._times) - 1)
        self.look()


def _flat(drawn: Pixels) -> Pixels:
    """A picture with straight alpha on black."""
    return drawn if drawn.shape[2] == 3 else np.asarray(drawn[..., :3] * drawn[..., 3:])


SCREEN = VideoScreen
