"""What options ask of the network beyond what suits the set: width, depth, activation, code, bottleneck, head."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from inrcodec.encoding.options import EncodeOptions
from inrcodec.errors import Parameter, UnsupportedFileError, UsageError
from inrcodec.field.conditioning import check_model, conditionings_with, traits_of
from inrcodec.field.contract import Traits
from inrcodec.settings import ACTIVATIONS, SPACES, WHOLE, Level, ModelSettings

Settings = TypeVar("Settings", bound=msgspec.Struct)
BASE_WIDTH = 256  # of the study's networks, whose widths are given as multiples of it


def redesigned(model: ModelSettings, options: EncodeOptions) -> ModelSettings:
    """A conditioning's usual settings with the changes that the options ask of its network; None leaves one as it is.

    UsageError names the one that does not go with the conditioning.
    """
    w0 = None if options.w0 is None else layers_w0(options.w0)
    _check(model, options)
    network = _changed(
        model.architecture,
        activation=options.activation,
        w0=w0 and w0[0],
        hidden_w0=w0 and w0[1:],
        bottleneck=options.bottleneck,
        head_width=options.head,
    )
    if network.hidden_w0 and network.activation != "sine":
        raise UsageError(Parameter("w0"), f" of every layer: only sines have it, {network.activation} has not")
    model = _changed(
        model,
        hidden_width=None if options.width is None else hidden_width(options.width),
        hidden_layers=options.depth,
        levels=None if options.code is None else (Level(WHOLE, options.code),),
        architecture=network,
        space=options.space,
    )
    try:
        check_model(model)
    except UnsupportedFileError as failure:
        raise UsageError(failure.message) from failure
    return model


def _check(model: ModelSettings, options: EncodeOptions) -> None:
    name, traits = model.conditioning, traits_of(model)
    if options.activation is not None and options.activation not in ACTIVATIONS:
        raise UsageError(f"unknown activation {options.activation!r}; there are: {', '.join(ACTIVATIONS)}")
    if options.space is not None and options.space not in SPACES:
        raise UsageError(f"unknown space {options.space!r}; there are: {', '.join(SPACES)}")
    if options.code is not None and not model.coded:
        raise UsageError(Parameter("code"), f": {name} has no code of one size; it needs ", *one_with(has_code))
    if options.head is not None and not traits.head:
        raise UsageError(Parameter("head"), f": {name} has no head; it needs ", *one_with(lambda one: one.head))
    if options.w0 is not None and not traits.w0:
        raise UsageError(
            Parameter("w0"), f": {name} starts from slow sines, its latents carry the detail; use another one"
        )


def has_code(traits: Traits) -> bool:
    """Whether an image has a code of one size."""
    return traits.latents == "code"


def one_with(trait: Callable[[Traits], bool]) -> list[str | Parameter]:
    """The conditionings with a trait as a message names them: this, that or the other."""
    *others, last = (Parameter("conditioning", name) for name in conditionings_with(trait))
    listed: list[str | Parameter] = [piece for one in others for piece in (one, ", ")]
    return [*listed[:-1], " or ", last] if others else [last]


def hidden_width(text: str) -> int:
    """Hidden units from "64", or from "10x", ten times BASE_WIDTH."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,4})?)(x?)", text.strip())
    if not found or (not found[2] and "." in found[1]):
        raise UsageError(
            Parameter("width", text), f": give a number of units such as 64, or a multiple of {BASE_WIDTH}: 0.5x, 10x"
        )
    return round(float(found[1]) * BASE_WIDTH) if found[2] else int(found[1])


def layers_w0(text: int | str) -> tuple[int, ...]:
    """The w0 of every layer from "60,30,30", or of the first alone from "60"."""
    parts = [part.strip() for part in str(text).split(",")]
    if not all(re.fullmatch(r"[0-9]{1,7}", part) for part in parts):
        raise UsageError(Parameter("w0", text), ": give a whole number, or one for every layer: 60,30,30")
    return tuple(int(part) for part in parts)


def _changed(settings: Settings, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, **{name: value for name, value in changes.items() if value is not None})
