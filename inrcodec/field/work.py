"""What a file makes its reader compute, held against what that file can hold: a few bytes claim hours in no time.

Seconds are those of one usual core, measured with numpy. Work that the caller asked for in pixels is the caller's, and
so is what real files take; what goes beyond adds up, and stops before it is done where that is too much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from inrcodec.errors import Parameter, UnsupportedFileError
from inrcodec.settings import ModelSettings

MOST_SECONDS = 60.0  # beyond what real files take
FIRST_SECONDS, SECONDS_PER_BYTE = 5.0, 1e-4  # of that, what a file may have by its size
FIRST_MEMORY, MEMORY_PER_BYTE = 150_000_000, 400
PIXELS_PER_BYTE = 40  # that files have at most: below 0.2 bits per pixel nothing is left of a picture
IMAGES_PER_BYTE = 1 / 4
WEIGHT, LATENT, ENTRY, CONTEXT_UNIT = 6e-8, 1.5e-6, 2e-8, 6.5e-8  # seconds: each, of an alphabet, of a context model
POINT, UNIT, PRODUCT = 5e-7, 2e-8, 8e-11  # seconds: of a point drawn, of each of its hidden units, of each weight
IMAGE = 2e-3  # seconds for all that an image costs besides
STORED_PIXEL, ASKED_PIXEL = 6e-6, 1.5e-5  # seconds: what real files take, as they are and at other sizes
WAVE = 2e-4  # seconds that a wave of latents takes, however few they are
STEP, RECODING = 3, 3  # how often a step draws its pixels, and decoding a block takes as changing it
SAMPLES_PER_BYTE, SAMPLE = 100, 2e-5  # of signals: at most, and seconds that one takes in real files
WEIGHT_BYTES, LATENT_BYTES, PIXEL_BYTES, FRAME_BYTES = 20, 20, 16, 64


@dataclass(frozen=True)
class BlockClaims:
    """What a block says to hold: latents, of alphabets with so many entries on average, in so many waves one after
    another, for so many native pixels."""

    latents: int
    entries: int
    waves: int
    pixels: int


class TooMuchWork(UnsupportedFileError):
    """A file asks for more work than anybody would think who sees how small it is."""


@dataclass
class Work:
    """The work that one file has made so far.

    size: of the file, bytes; pixels, images: that it says to have; limit: seconds, infinite for who trusts it; name: of
    the file, for people.
    """

    size: int
    pixels: int
    images: int
    limit: float = MOST_SECONDS
    name: str = "a file"
    spent: float = field(default=0.0, init=False)  # seconds

    @property
    def pixels_believed(self) -> float:
        """Share of its pixels that a file of this size can have."""
        return min(1.0, PIXELS_PER_BYTE * self.size / self.pixels)

    @property
    def images_believed(self) -> float:
        """The same of its images."""
        return min(1.0, IMAGES_PER_BYTE * self.size / self.images)

    def charge(self, seconds: float, memory: float = 0.0) -> None:
        """Note work beyond what is usual; TooMuchWork where the file comes to ask for too much."""
        self.check(seconds, memory)
        self.spent += max(0.0, seconds)

    def check(self, seconds: float, memory: float = 0.0) -> None:
        """The same before it is begun: nothing is noted."""
        if self.limit == math.inf:
            return
        if memory > FIRST_MEMORY + MEMORY_PER_BYTE * self.size:
            raise TooMuchWork(
                f"{self.name}: its {self.size:,} bytes ask for {memory / 1e9:.1f} GB of memory; to let it, add ", TRUST
            )
        usual = min(MOST_SECONDS, FIRST_SECONDS + SECONDS_PER_BYTE * self.size)
        total = self.spent + seconds
        if total > (self.limit if self.limit > MOST_SECONDS else min(self.limit, usual)):
            raise TooMuchWork(
                f"{self.name}: its {self.size:,} bytes ask for {_spoken(total)} of work; to let it, add ", TRUST
            )

    def weights(self, count: int) -> None:
        """Before so many weights are decoded."""
        self.charge(WEIGHT * count - STORED_PIXEL * self.size, WEIGHT_BYTES * count)

    def block_seconds(self, block: BlockClaims, context_width: int) -> float:
        """Of a block, beyond what is usual."""
        each = LATENT + ENTRY * block.entries + CONTEXT_UNIT * context_width
        usual = STORED_PIXEL * block.pixels * self.pixels_believed
        return max(0.0, max(block.latents * each, WAVE * block.waves) - usual)

    def block(self, block: BlockClaims, context_width: int) -> None:
        """Before such a block is decoded for the first time."""
        self.charge(self.block_seconds(block, context_width), LATENT_BYTES * block.latents)

    @property
    def image_seconds(self) -> float:
        """What an image costs besides, beyond what is usual."""
        return IMAGE if self.images_believed < 1.0 else 0.0

    def image(self) -> None:
        """Before anything is done with an image."""
        self.charge(self.image_seconds)

    def drawing_seconds(
        self, model: ModelSettings, weights: int, points: int, drawn: int, native: bool, share: float = 1.0
    ) -> float:
        """Of that many points of the field for `drawn` pixels, beyond what is usual.

        native: whether the size is the file's and not the caller's; share: of the image, where only a part is drawn.
        """
        units = sum(model.hidden_widths())
        seconds = points * (POINT + UNIT * units + PRODUCT * weights)
        stored = STORED_PIXEL * self.pixels_believed * share * self.pixels / self.images
        asked = STORED_PIXEL * self.pixels_believed * drawn if native else ASKED_PIXEL * self.images_believed * drawn
        return max(0.0, seconds - max(stored, asked))

    def drawing(
        self, model: ModelSettings, weights: int, points: int, drawn: int, *, native: bool, share: float = 1.0
    ) -> None:
        """Before they are drawn."""
        claimed = PIXEL_BYTES * drawn if native else 0
        self.charge(self.drawing_seconds(model, weights, points, drawn, native, share), claimed)

    def fitting_seconds(self, model: ModelSettings, weights: int, pixels: int, visits: int) -> float:
        """Of fitting latents against the file's network for a caller's pixels, beyond what usual networks take."""
        points = pixels * model.footprint**2
        seconds = points * (POINT + UNIT * sum(model.hidden_widths()) + PRODUCT * weights) - ASKED_PIXEL * pixels
        return STEP * visits * max(0.0, seconds)

    def signal(self, units: int, weights: int, points: int, channels: int, *, native: bool) -> None:
        """Before a signal is evaluated at so many points; native: whether it is the file that says how many."""
        believed = self._samples_believed(points) if native else 1.0
        self.charge(self._signal_seconds(units, weights, points, believed), 4 * channels * points * (1 - believed))

    def frames(self, units: int, weights: int, points: int) -> None:
        """The same of frames that go to the writer one by one, at so many points that it is the file that says."""
        self.charge(self._signal_seconds(units, weights, points, self._samples_believed(points)))

    def _samples_believed(self, points: int) -> float:
        return min(1.0, SAMPLES_PER_BYTE * self.size / points)

    def _signal_seconds(self, units: int, weights: int, points: int, believed: float) -> float:
        return points * (POINT + UNIT * units + PRODUCT * weights - SAMPLE * believed)


TRUST = Parameter("trust", True)


def _spoken(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
