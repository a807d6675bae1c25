"""`binary` through a narrow middle layer: what the network must know of a place in an image has to pass there.

The code of an image is the mean of the middle layer's activations over the image. Activations, not codes, are decoded:
a morph goes through the activations between those of two images at the same place.
"""

from __future__ import annotations

from inrcodec.field.conditioning.binary import conditions, network_inputs, specs
from inrcodec.field.contract import Traits
from inrcodec.settings import Architecture, ModelSettings, width_for

__all__ = ["TRAITS", "conditions", "network_inputs", "specs", "usual"]

TRAITS = Traits(latents="none", morphed_layer="middle")
USUAL_BOTTLENECK = 10


def usual(pixels: int, footprint: int) -> ModelSettings:
    """Five layers, the middle one narrow, the others as wide as the set is large."""
    return ModelSettings(
        conditioning="bottleneck",
        hidden_width=width_for(pixels, 96, 48, 256),
        hidden_layers=5,
        footprint=footprint,
        levels=(),
        context_width=1,
        architecture=Architecture(bottleneck=USUAL_BOTTLENECK),
    )
