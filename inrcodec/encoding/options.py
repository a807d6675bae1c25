"""What one may ask of an encode, checked and turned into settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inrcodec.bitstream.names import encode_names
from inrcodec.encoding.design import HYPERNETWORK, LATENT, Design
from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Picture, PictureSet, load_pictures
from inrcodec.images.color import with_alpha
from inrcodec.images.variations import parse_kinds, varied
from inrcodec.numerics.arrays import Pixels
from inrcodec.settings import (
    MAX_FOOTPRINT,
    WITH_LEVELS,
    FitSettings,
    Holdout,
    ModelSettings,
    Target,
    model_for,
    passes_for,
    rate_weight_for,
)

FIXED_BYTES, FIGURE_BYTES, MINIMUM_BYTES = 140, 1.9, 3000  # header and checksums; figures per image; the rest
AUGMENT, EXTRA, PYRAMID = Parameter("augment"), Parameter("extra"), Parameter("conditioning", "pyramid")
Sources = Sequence[str | Path] | str | Path


@dataclass(frozen=True)
class Request:
    """Everything one may ask of an encode; see the options of `inrcodec encode --help`."""

    quality: float = 50
    target_psnr: float | None = None
    target_size: int | None = None
    effort: int = 5
    passes: int | None = None
    time_limit: float | None = None
    holdout: float = 0.1
    holdout_mode: str = "release"
    max_size: int | None = None
    background: str | None = None
    conditioning: str = "pyramid"
    footprint: int = 1
    width: str | None = None
    depth: int | None = None
    activation: str | None = None
    w0: int | str | None = None
    code: int | None = None
    bottleneck: int | None = None
    head: int | None = None
    space: str | None = None
    keep_encoder: bool = False
    augment: str | None = None
    extra: str | Path | None = None
    device: str = "auto"
    threads: int | None = None
    seed: int = 0

    def pictures(self, sources: Sources) -> PictureSet:
        """The readable pictures of the sources."""
        listed = [sources] if isinstance(sources, (str, Path)) else list(sources)
        return load_pictures(listed, max_size=self.max_size, background=self.background)

    def model(self, pixels: int) -> ModelSettings:
        """What shapes the field of a set of that many pixels."""
        if not 1 <= self.footprint <= MAX_FOOTPRINT:
            raise UsageError(f"footprint {self.footprint} is outside 1 to {MAX_FOOTPRINT} points per pixel and axis")
        design = Design(
            self.width, self.depth, self.activation, self.w0, self.code, self.bottleneck, self.head, self.space
        )
        model = design.applied(model_for(self.conditioning, pixels, self.footprint))
        if self.keep_encoder and not model.coded:
            raise UsageError(
                Parameter("keep_encoder", True),
                f": {self.conditioning} has no code for an encoder to find; it needs ",
                LATENT,
                " or ",
                HYPERNETWORK,
            )
        return model

    def extra_images(self, pictures: Sequence[Picture]) -> list[Pixels]:
        """More pictures to learn from that are not stored: variations of these, and a folder of others."""
        if self.augment is None and self.extra is None:
            return []
        if self.conditioning not in WITH_LEVELS:
            raise UsageError(
                f"{self.conditioning} tells images by their numbers: ", AUGMENT, " and ", EXTRA, " need one with codes"
            )
        if self.target_psnr is not None or self.target_size is not None:
            raise UsageError("a target is steered by what is stored alone; leave out ", AUGMENT, " and ", EXTRA)
        found = [] if self.augment is None else list(varied(pictures, parse_kinds(self.augment), self.seed))
        if self.extra is not None:
            channels = pictures[0].pixels.shape[2]
            for picture in load_pictures([self.extra], max_size=self.max_size, background=self.background).pictures:
                pixels = with_alpha(picture.pixels) if channels == 4 else picture.pixels
                if pixels.shape[2] != channels:
                    raise UsageError(
                        f"{self.extra}: has transparency and the set has none; flatten it with ",
                        Parameter("background"),
                    )
                found.append(pixels)
        return found

    def fit(self, pictures: Sequence[Picture]) -> FitSettings:
        """How hard to fit these pictures."""
        pixels = count_pixels(pictures)
        if self.time_limit is not None and not self.time_limit > 0:
            raise UsageError(f"time limit {self.time_limit} s: must be more than nothing")
        if not 0 <= self.seed < 1 << 32:
            raise UsageError(f"seed {self.seed} is outside 0 to {(1 << 32) - 1}")
        return FitSettings(
            rate_weight_for(self.quality),
            self._target([picture.name for picture in pictures]),
            passes_for(self.effort, pixels) if self.passes is None else self._passes(),
            self.time_limit,
            self._holdout(),
            self.device,
            self.threads,
            self.seed,
            self.keep_encoder,
        )

    def _passes(self) -> int:
        if self.passes is None or self.passes < 1:
            raise UsageError(f"passes {self.passes}: at least 1 is needed")
        return self.passes

    def _target(self, names: list[str]) -> Target | None:
        if self.target_psnr is None and self.target_size is None:
            return None
        if self.target_psnr is not None and self.target_size is not None:
            raise UsageError("give either a target PSNR or a target size, not both")
        if self.conditioning != "pyramid":
            raise UsageError(f"{self.conditioning} has no rate to steer; targets need ", PYRAMID)
        if self.holdout_mode == "strict" and self.holdout:
            raise UsageError(
                "a target cannot be held while pixels stay hidden; use ", Parameter("holdout_mode", "release")
            )
        if self.target_psnr is not None:
            if not 10 <= self.target_psnr <= 60:
                raise UsageError(f"target PSNR {self.target_psnr} dB is outside 10 to 60")
            return Target(psnr=self.target_psnr)
        assert self.target_size is not None
        left = self.target_size - FIXED_BYTES - len(encode_names(names)) - round(FIGURE_BYTES * len(names))
        if left < MINIMUM_BYTES:
            raise UsageError(f"target size {self.target_size} bytes is too little for {len(names)} images")
        return Target(size=left)

    def _holdout(self) -> Holdout:
        if not 0 <= self.holdout <= 0.9:
            raise UsageError(f"holdout {self.holdout} is outside 0 to 0.9, the share of hidden pixels")
        if self.holdout_mode not in ("release", "strict"):
            raise UsageError(f"holdout mode {self.holdout_mode!r} is neither release nor strict")
        fraction = round(self.holdout * 1_000_000)
        return Holdout(fraction, self.seed, self.holdout_mode) if fraction else Holdout()


def count_pixels(pictures: Sequence[Picture]) -> int:
    """Of all pictures together."""
    return sum(picture.pixels.shape[0] * picture.pixels.shape[1] for picture in pictures)
