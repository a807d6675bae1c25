"""Everything that changes while fitting: the network, the latents, their optimisers, and how far things have got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import CodedTensor, encode_weights, step_size
from inrcodec.field import Field
from inrcodec.field.encoder import encode, encoder_specs
from inrcodec.field.field import field_specs
from inrcodec.fitting.devices import device_named
from inrcodec.fitting.groups import Group, make_groups
from inrcodec.fitting.initial import initial_network
from inrcodec.fitting.lattice import stride_for
from inrcodec.fitting.progress import Unseen
from inrcodec.fitting.quantise import coded_context, coded_weights, rounded, weight_steps
from inrcodec.fitting.rate import initial_context
from inrcodec.fitting.steering import Steering
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.settings import FitSettings, ModelSettings

NETWORK_RATE, CONTEXT_RATE, LATENT_RATE, CODE_RATE = 0.01, 0.01, 0.16, 0.4
NARROW = 64  # hidden units up to which the full rate is good: wide layers add up more weights
BITS_PER_WEIGHT = 8.0  # until the weights are quantised


@dataclass(frozen=True)
class Given:
    """A file's network and context model, which stay as they are, for pictures that join its set.

    ranges: the lowest and the highest latent of every channel; first: the number of the first of them in the set;
    codes (pictures, values) to start from, where they are known.
    """

    network: Sequence[FloatArray]
    context: Sequence[FloatArray]
    ranges: Sequence[tuple[int, int]]
    first: int
    codes: FloatArray | None = None


@dataclass
class Run:
    """One fit. Tensors of network, context model and encoder are leaves."""

    model: ModelSettings
    channels: int
    settings: FitSettings
    groups: tuple[Group, ...]
    network: list[torch.Tensor]
    context: list[torch.Tensor]
    encoder: list[torch.Tensor]  # makes the codes until they are frozen; empty where they are fitted one by one
    adam: torch.optim.Adam
    order: torch.Generator  # of the batches
    steering: Steering
    footprint: int = 1  # sub-samples per pixel and axis that the loss looks at
    steps: list[int] = field(default_factory=list)  # quantisation steps of the network, once they are chosen
    fixed: bool = False  # the network was given and only latents move
    frozen: bool = False  # the latents are rounded and stand still
    released: bool = False  # held-out pixels have joined the loss
    unseen: Unseen | None = None  # errors when hidden pixels were released
    watched: tuple[float, float] | None = None  # when hidden pixels were last looked at, and their PSNR

    @property
    def latent_rate(self) -> float:
        """Learning rate of the latents; a code that only shifts phases may move faster than one that makes weights."""
        return CODE_RATE if self.model.conditioning == "latent" else LATENT_RATE

    @property
    def leaves(self) -> tuple[torch.Tensor, ...]:
        """All tensors that the loss moves together."""
        return (*self.network, *self.context, *self.encoder)

    def latents(self, group: Group, images: torch.Tensor) -> torch.Tensor:
        """Latents (B, values) of some images of a group, by their rows: its own, or what the encoder sees."""
        if self.frozen or not self.encoder:
            return group.latents[images]
        assert group.thumbnails is not None
        codes: torch.Tensor = encode(self.encoder, group.thumbnails[:, images])
        return codes

    @property
    def images(self) -> int:
        """Images of the set."""
        return sum(len(group.numbers) for group in self.groups)

    @property
    def pixels(self) -> int:
        """Native pixels of the set."""
        return sum(len(group.numbers) * group.pixels for group in self.groups)

    def stride(self) -> int:
        """Of the lattices that steps look at: 1 where latents belong to places, or pixels are areas."""
        if self.model.spatial or self.footprint > 1:
            return 1
        return stride_for([group.size for group in self.groups], self.pixels)

    def field(self) -> Field:
        """The field as a decoder would see it: with quantised weights once their steps are chosen."""
        tensors = self.network
        if self.steps:
            tensors = [rounded(tensor, step_size(step)) for tensor, step in zip(tensors, self.steps, strict=True)]
        return Field(self.model, self.channels, tuple(tensors))

    def context_model(self) -> list[torch.Tensor]:
        """The tensors of the context model, quantised like the network's."""
        if not self.steps:
            return self.context
        return [rounded(tensor, step_size(CONTEXT_STEP)) for tensor in self.context]

    def network_bits(self) -> float:
        """Bits of the network and the context model: exact once quantisation steps are chosen, estimated before.

        A network that was given costs nothing more.
        """
        if self.fixed:
            return 0.0
        if not self.steps:
            return BITS_PER_WEIGHT * sum(leaf.numel() for leaf in self.leaves)
        coded = (*coded_weights(self.network, self.steps), *coded_context(self.context), *self.coded_encoder())
        return 8.0 * len(encode_weights(coded, ()))

    def coded_encoder(self) -> tuple[CodedTensor, ...]:
        """The encoder as a file holds it; nothing where there is none."""
        return coded_weights(self.encoder, weight_steps(self.encoder, self.model))

    def move_network(self, slope: torch.Tensor, rate: float) -> None:
        """A step of Adam on all leaves, against their gradient (weights,); rates scaled by `rate`."""
        counts = [leaf.numel() for leaf in self.leaves]
        for tensor, gradient in zip(self.leaves, torch.split(slope, counts), strict=True):
            tensor.grad = gradient.reshape(tensor.shape)
        if self.frozen:  # the encoder that is stored is the one that found the codes
            for tensor in self.encoder:
                tensor.grad = None
        for parameters in self.adam.param_groups:
            parameters["lr"] = parameters["full_rate"] * rate
        self.adam.step()

    @torch.no_grad()
    def freeze(self) -> None:
        """Round all latents for good."""
        for group in self.groups:
            everything = torch.arange(len(group.numbers), device=group.latents.device)
            group.latents.copy_(self.latents(group, everything).round())
        self.frozen = True


def start(pictures: Sequence[Pixels], model: ModelSettings, settings: FitSettings, given: Given | None = None) -> Run:
    """A run at its beginning: SIREN's initialisation, or the network that is given, and latents at zero."""
    device = device_named(settings.device)
    generator = torch.Generator().manual_seed(settings.seed)
    channels = pictures[0].shape[2]
    groups = make_groups(pictures, model, settings, device, given.first if given else 0)
    specs = field_specs(model, channels, len(pictures))
    network = [tensor.to(device).requires_grad_() for tensor in initial_network(specs, generator)]
    context = [tensor.to(device).requires_grad_() for tensor in initial_context(model, generator)]
    encoding = encoder_specs(channels, model.levels[0].channels) if settings.encoder else ()
    encoder = [tensor.to(device).requires_grad_() for tensor in initial_network(encoding, generator)]
    full_rate = NETWORK_RATE * min(1.0, NARROW / model.hidden_width)
    rates = [*(full_rate * spec.rate for spec in specs), *[CONTEXT_RATE] * len(context)]
    rates += [NETWORK_RATE * spec.rate for spec in encoding]
    pairs = list(zip((*network, *context, *encoder), rates, strict=True))
    parameters = [
        {"params": [tensor for tensor, own in pairs if own == rate], "full_rate": rate} for rate in sorted(set(rates))
    ]
    adam = torch.optim.Adam(parameters, betas=(0.9, 0.99), fused=device.type != "mps")
    steering = Steering(settings.rate_weight, settings.target, len(pictures))
    run = Run(model, channels, settings, groups, network, context, encoder, adam, generator, steering)
    if given:
        _take(run, given)
    return run


@torch.no_grad()
def _take(run: Run, given: Given) -> None:
    """Begin with a given network, and keep it."""
    for leaf, values in zip(run.leaves, (*given.network, *given.context), strict=True):
        leaf.requires_grad_(False).copy_(torch.from_numpy(values))
    for group in run.groups:
        group.limit(given.ranges)
        if given.codes is not None:
            group.latents.copy_(torch.from_numpy(given.codes)[group.numbers.cpu()])
    run.fixed = True
