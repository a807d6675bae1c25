"""How a SIREN is conditioned on an image: one file per variant, named as on the command line and in the header.

The contract of such a file is `field.contract.Conditioning`; a file that is here is known everywhere. Numpy is loaded
with the first variant, not with their names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

from inrcodec.errors import UnsupportedFileError, UsageError
from inrcodec.settings import MAX_NAME, ModelSettings

if TYPE_CHECKING:
    from inrcodec.field.contract import Conditioning, Traits

USUAL = "pyramid"
CONDITIONINGS = (USUAL, *sorted({module.name for module in iter_modules(__path__)} - {USUAL}))


@cache  # asked for in every step of a fit
def conditioning_named(name: str) -> Conditioning:
    """The variant's module; UnsupportedFileError when there is none of that name."""
    if name not in CONDITIONINGS:
        raise UnsupportedFileError(f"unknown conditioning {name[:MAX_NAME]!a}; a newer inrcodec may read it")
    return cast("Conditioning", import_module(f"{__name__}.{name}"))


def traits_of(model: ModelSettings) -> Traits:
    """What other rooms ask of the conditioning of these settings."""
    return conditioning_named(model.conditioning).TRAITS


def conditionings_with(trait: Callable[[Traits], bool]) -> tuple[str, ...]:
    """The names of those whose traits are such."""
    return tuple(name for name in CONDITIONINGS if trait(conditioning_named(name).TRAITS))


def model_for(name: str, pixels: int, footprint: int = 1) -> ModelSettings:
    """Settings of a conditioning that suit a set of that many pixels; UsageError when there is none of that name."""
    if name not in CONDITIONINGS:
        raise UsageError(f"unknown conditioning {name!r}; there are: {', '.join(CONDITIONINGS)}")
    return conditioning_named(name).usual(pixels, footprint)


def check_model(model: ModelSettings) -> None:
    """Raise UnsupportedFileError, naming the setting, when one is out of bounds or not for the conditioning."""
    model.validate()
    name, traits = model.conditioning, traits_of(model)
    if traits.latents == "none" and model.levels:
        raise UnsupportedFileError(f"the conditioning {name} has no latents, but the header lists levels of them")
    if traits.latents == "code" and not model.coded:
        raise UnsupportedFileError(f"the conditioning {name} needs one level with one cell, the code of an image")
    if model.architecture.head_width and not traits.head:
        raise UnsupportedFileError(f"the conditioning {name} has no head, but the header has its width")
