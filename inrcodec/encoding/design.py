"""What one may ask of the network beyond what suits the set: width, depth, activation, code, bottleneck, head."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from inrcodec.errors import Parameter, UnsupportedFileError, UsageError
from inrcodec.settings import ACTIVATIONS, SPACES, WHOLE, Level, ModelSettings

Settings = TypeVar("Settings", bound=msgspec.Struct)
LATENT, HYPERNETWORK = Parameter("conditioning", "latent"), Parameter("conditioning", "hypernetwork")
BASE_WIDTH = 256  # of the study's networks, whose widths are given as multiples of it


@dataclass(frozen=True)
class Design:
    """Changes to a conditioning's usual settings; None leaves a setting as it is."""

    width: str | None = None  # hidden units, or a multiple of BASE_WIDTH such as 10x
    depth: int | None = None
    activation: str | None = None
    w0: int | str | None = None  # of the first layer, or of every one: "60,30,30"
    code: int | None = None  # channels of the code of an image
    bottleneck: int | None = None
    head: int | None = None
    space: str | None = None

    def applied(self, model: ModelSettings) -> ModelSettings:
        """The settings with these changes; UsageError names the one that does not go with the conditioning."""
        w0 = None if self.w0 is None else layers_w0(self.w0)
        self._check(model)
        network = _changed(
            model.network,
            activation=self.activation,
            w0=w0 and w0[0],
            hidden_w0=w0 and w0[1:],
            bottleneck=self.bottleneck,
            head_width=self.head,
        )
        if network.hidden_w0 and network.activation != "sine":
            raise UsageError(Parameter("w0"), f" of every layer: only sines have it, {network.activation} has not")
        levels = None if self.code is None else (Level(WHOLE, self.code),)
        width = None if self.width is None else hidden_width(self.width)
        model = _changed(
            model, hidden_width=width, hidden_layers=self.depth, levels=levels, network=network, space=self.space
        )
        try:
            model.validate()
        except UnsupportedFileError as failure:
            raise UsageError(failure.message) from failure
        return model

    def _check(self, model: ModelSettings) -> None:
        name = model.conditioning
        if self.activation is not None and self.activation not in ACTIVATIONS:
            raise UsageError(f"unknown activation {self.activation!r}; there are: {', '.join(ACTIVATIONS)}")
        if self.space is not None and self.space not in SPACES:
            raise UsageError(f"unknown space {self.space!r}; there are: {', '.join(SPACES)}")
        if self.code is not None and not model.coded:
            raise UsageError(
                Parameter("code"), f": {name} has no code of one size; it needs ", LATENT, " or ", HYPERNETWORK
            )
        if self.head is not None and name != "hypernetwork":
            raise UsageError(Parameter("head"), f": {name} has no head; it needs ", HYPERNETWORK)
        if self.w0 is not None and name == "pyramid":
            raise UsageError(
                Parameter("w0"),
                ": pyramid starts from slow sines, its latents carry the detail; use another one",
            )


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
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts):
        raise UsageError(Parameter("w0", text), ": give a whole number, or one for every layer: 60,30,30")
    return tuple(int(part) for part in parts)


def _changed(settings: Settings, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, **{name: value for name, value in changes.items() if value is not None})
