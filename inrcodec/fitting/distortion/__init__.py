"""How far a picture is from its original, as the fit sees it: one file per variant, named as in the settings."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from inrcodec.errors import UsageError

if TYPE_CHECKING:
    import torch


class Distortion(Protocol):
    """What a variant's module provides."""

    def errors(self, drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """What the fit makes small: of every value, from 0 up, with gradients for `drawn`.

        Pictures are (channels, B, rows, columns). On the scale of a squared difference of colors, which are 0 to 1:
        lambda weighs it against bits. Pictures come in tiles, so a value may look at no other.
        """

    def shown_errors(self, drawn: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """The same of what a decoder shows, and no gradients: a target in dB is compared with its mean."""


def distortion_names() -> tuple[str, ...]:
    """The variants, by the files of this folder."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def distortion_named(name: str) -> Distortion:
    """The variant's module; UsageError when there is none of that name."""
    if name not in distortion_names():
        raise UsageError(f"unknown distortion {name!r}; there are: {', '.join(distortion_names())}")
    return cast(Distortion, import_module(f"{__name__}.{name}"))
