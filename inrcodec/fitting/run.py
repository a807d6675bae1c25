"""Everything that changes while fitting: the network, the latents, their optimizers, and how far things have got."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from inrcodec.bitstream.base import GUESSED, NUMBER, Base, base_for, encode_against
from inrcodec.bitstream.context import CONTEXT_STEP
from inrcodec.bitstream.weights import CodedTensor, step_size
from inrcodec.field.conditioning import traits_of
from inrcodec.field.encoder import encode, encoder_specs
from inrcodec.field.field import Field, field_specs
from inrcodec.fitting.arrays import Array, rounded, whole
from inrcodec.fitting.coding import choose_weight_steps, coded_context, coded_weights, deviation
from inrcodec.fitting.devices import CPU, Device
from inrcodec.fitting.groups import Group, make_groups
from inrcodec.fitting.guess.latents import guess_latents
from inrcodec.fitting.guess.output import fit_output
from inrcodec.fitting.initial import initial_context, initial_network
from inrcodec.fitting.optimizer import SharedAdam
from inrcodec.fitting.progress import HeldOutErrors
from inrcodec.fitting.rate_control import RateControl
from inrcodec.fitting.subsample import stride_for
from inrcodec.numerics.arrays import AnyPixels, FloatArray
from inrcodec.numerics.poses import Codes
from inrcodec.settings import FitSettings, ModelSettings

if TYPE_CHECKING:
    from inrcodec.fitting.distortion import Distortion
    from inrcodec.fitting.entropy import EntropyModel

NETWORK_RATE, CONTEXT_RATE, LATENT_RATE = 0.01, 0.01, 0.16
NARROW = 64  # hidden units up to which the full rate is good: wide layers add up more weights
BITS_PER_WEIGHT = 8.0  # until the weights are quantized
FINEST_DIFFERENCE = 100.0  # of a root mean square, what counts until then


@dataclass(frozen=True)
class FrozenModel:
    """A file's network and context model, which stay as they are, for pictures that join its set.

    ranges: the lowest and the highest latent of every channel; first: the number of the first of them in the set;
    codes (pictures, values) to start from, where they are known; table: of the base that latents are guessed for.
    """

    network: Sequence[FloatArray]
    context: Sequence[FloatArray]
    ranges: Sequence[tuple[int, int]]
    first: int
    codes: FloatArray | None = None
    table: int | None = None


@dataclass(kw_only=True)
class Run:
    """One fit, as arrays of numpy where kernels do the steps, and otherwise of torch; see `torch_run`.

    Arrays of network, context model and encoder are views of the weights that Adam moves.
    """

    model: ModelSettings
    channels: int
    settings: FitSettings
    groups: tuple[Group, ...]
    network: list[Array]
    context: list[Array]
    encoder: list[Array]  # makes the codes until they are frozen; empty where they are fitted one by one
    adam: SharedAdam  # moves the leaves
    order: np.random.Generator  # of the batches
    rate_control: RateControl
    footprint: int = 1  # sub-samples per pixel and axis that the loss looks at
    weight_steps: list[int] = field(default_factory=list)  # quantization steps of the network, once they are chosen
    network_frozen: bool = False  # the network is a file's and only latents move
    latents_frozen: bool = False  # the latents are rounded and stand still
    released: bool = False  # held-out pixels have joined the loss
    held_out: HeldOutErrors | None = None  # errors when hidden pixels were released
    watched: tuple[float, float] | None = None  # when hidden pixels were last looked at, and their PSNR
    device: Device = CPU  # the kind that all arrays are on
    base: Base | None = None  # what network and context model are stored as differences from
    guessed: bool = False  # whether latents began as a network guesses them
    guessing: float = 0.0  # seconds that it took

    @property
    def distortion(self) -> Distortion:
        """What torch's steps call an error."""
        from inrcodec.fitting.distortion import distortion_named

        return distortion_named(self.settings.distortion)

    @property
    def entropy(self) -> EntropyModel:
        """What predicts the latents in torch's steps."""
        from inrcodec.fitting.entropy import entropy_model

        return entropy_model(self.model)

    @property
    def latent_rate(self) -> float:
        """Learning rate of the latents."""
        return LATENT_RATE * traits_of(self.model).latent_speed

    @property
    def leaves(self) -> tuple[Array, ...]:
        """All tensors that the loss moves together."""
        return (*self.network, *self.context, *self.encoder)

    def latents(self, group: Group, images: Array | slice) -> Array:
        """Latents (B, values) of some images of a group, by their rows: its own, or what the encoder sees."""
        if self.latents_frozen or not self.encoder:
            return group.latents[images]
        assert group.thumbnails is not None
        return encode(self.encoder, group.thumbnails[:, images])

    @property
    def images(self) -> int:
        """Images of the set."""
        return sum(len(group.numbers) for group in self.groups)

    @property
    def pixels(self) -> int:
        """Native pixels of the set."""
        return sum(len(group.numbers) * group.pixels for group in self.groups)

    def stride(self) -> int:
        """Of the subsamples that steps look at: 1 where latents belong to places, or pixels are areas."""
        if self.model.spatial or self.footprint > 1:
            return 1
        return stride_for([group.size for group in self.groups], self.pixels)

    def field(self) -> Field:
        """The field as a decoder would see it: with quantized weights once their steps are chosen."""
        tensors = self.network
        if self.weight_steps:
            tensors = [
                rounded(tensor, step_size(step)) for tensor, step in zip(tensors, self.weight_steps, strict=True)
            ]
        return Field(self.model, self.channels, tuple(tensors))

    def context_model(self) -> list[Array]:
        """The tensors of the context model, quantized like the network's."""
        if not self.weight_steps:
            return self.context
        return [rounded(tensor, step_size(CONTEXT_STEP)) for tensor in self.context]

    def network_bits(self) -> float:
        """Bits of the network and the context model: exact once quantization steps are chosen, estimated before.

        A frozen network costs nothing more.
        """
        if self.network_frozen:
            return 0.0
        steps = self.weight_steps or self.base_steps
        if not steps:
            return BITS_PER_WEIGHT * len(self.adam.weights)
        coded = (*coded_weights(self.network, steps), *coded_context(self.context), *self.coded_encoder())
        return 8.0 * len(encode_against(self.base, coded, ()))

    def coded_encoder(self) -> tuple[CodedTensor, ...]:
        """The encoder as a file holds it; nothing where there is none."""
        return coded_weights(self.encoder, choose_weight_steps(self.encoder, self.model))

    def freeze(self) -> None:
        """Round all latents for good; those that are whole numbers already stay as they are."""
        for group in self.groups:
            group.latents[:] = whole(self.latents(group, slice(None)))
            group.adam.forget()
        self.latents_frozen = True

    def guess(self, table: int) -> None:
        """Give all latents what a network guesses for a table of its base, from pixels that are not hidden."""
        started = time.monotonic()
        for group in self.groups:
            guess_latents(group, self.channels, table, self.settings.threads)
        self.guessed, self.guessing = True, time.monotonic() - started

    @property
    def base_steps(self) -> list[int]:
        """Of the network's tensors in the base: what they cost before steps of their own are chosen."""
        return [] if self.base is None else [tensor.step for tensor in self.base.tensors[: len(self.network)]]

    def pull_to_base(self) -> None:
        """Have the loss count the bits of what differs from the base: a Laplace distribution as wide as it is now.

        A difference d takes some |d| / (b ln 2) bits more than none, b being the mean of |d| over its tensor.
        """
        weights, base, pull = self.adam.weights, self.adam.base, self.adam.pull
        if self.base is None or base is None or pull is None:
            return
        network: list[int] | list[None] = self.weight_steps or [None] * len(self.network)
        steps: list[int | None] = [*network, *[CONTEXT_STEP] * len(self.context)]
        a_bit, first = self.rate_control.weight / (self.pixels * math.log(2)), 0
        for tensor, step in zip(self.base.values(), steps, strict=True):
            part = slice(first, first + tensor.size)
            finest = deviation(tensor) / FINEST_DIFFERENCE if step is None else step_size(step)
            pull[part] = a_bit / max(float(abs(weights[part] - base[part]).mean()), 0.5 * finest)
            first = part.stop

    def move_network(self, gradient: Array, rate: float, context_rate: float) -> None:
        """A step of Adam on all leaves, against their gradient (weights,); rates scaled by those given."""
        encoder_rate = 0.0 if self.latents_frozen else rate  # what is stored is the encoder that found the codes
        factors = [rate] * len(self.network) + [context_rate] * len(self.context)
        self.adam.step(gradient, [*factors, *[encoder_rate] * len(self.encoder)])


def start(
    pictures: Sequence[AnyPixels],
    model: ModelSettings,
    settings: FitSettings,
    frozen_model: FrozenModel | None = None,
    poses: Codes | None = None,
) -> Run:
    """A run at its beginning: SIREN's initialization, or a frozen one, and latents at zero.

    poses: of every picture, int8 (pictures, 4), in a space that has them.
    """
    random = np.random.default_rng(settings.seed)
    channels = pictures[0].shape[2]
    groups = make_groups(pictures, model, settings, frozen_model.first if frozen_model else 0, poses)
    specs = field_specs(model, channels, len(pictures))
    encoding = encoder_specs(channels, model.levels[0].channels) if settings.encoder else ()
    drawn = [*initial_network(specs, random), *initial_context(model, random), *initial_network(encoding, random)]
    if frozen_model:
        drawn = [*frozen_model.network, *frozen_model.context]
    base = None
    if settings.base is not None:
        number = GUESSED if settings.guess else NUMBER
        base = base_for(model, channels, [spec.shape for spec in specs], settings.base, number)
    if base is not None:
        drawn = base.values()
    full_rate = NETWORK_RATE * min(1.0, NARROW / model.hidden_width)
    rates = [full_rate * spec.rate for spec in specs]
    rates += [np.array(CONTEXT_RATE, np.float32)] * (len(drawn) - len(specs) - len(encoding))
    rates += [NETWORK_RATE * spec.rate for spec in encoding]
    weights = np.concatenate([tensor.reshape(-1) for tensor in drawn]).astype(np.float32)
    each = [np.broadcast_to(rate, tensor.shape).reshape(-1) for rate, tensor in zip(rates, drawn, strict=True)]
    leaves = views(weights, [tensor.shape for tensor in drawn])
    run = Run(
        model=model,
        channels=channels,
        settings=settings,
        groups=groups,
        network=leaves[: len(specs)],
        context=leaves[len(specs) : len(leaves) - len(encoding)],
        encoder=leaves[len(leaves) - len(encoding) :],
        adam=SharedAdam(weights, np.concatenate(each).astype(np.float32), [tensor.size for tensor in drawn]),
        order=random,
        rate_control=RateControl(
            settings.rate_weight,
            settings.target,
            len(pictures),
            hides=settings.holdout.mode == "release",
            guessed=settings.guess and base is not None,
        ),
        base=base,
    )
    if base is not None:
        run.adam.base, run.adam.pull = weights.copy(), np.zeros_like(weights)
        if settings.guess:
            run.guess(base.table)
            fit_output(run.field(), groups, settings.rate_weight / run.pixels)
    if frozen_model:
        _adopt(run, frozen_model)
    return run


def views(weights: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Views of one vector, which holds tensors of these shapes one behind the other."""
    counts = [int(np.prod(shape)) for shape in shapes]
    ends = accumulate(counts)
    return [weights[end - count : end].reshape(shape) for end, count, shape in zip(ends, counts, shapes, strict=True)]


def _adopt(run: Run, frozen_model: FrozenModel) -> None:
    """Keep to a file's network and context model."""
    if frozen_model.table is not None:
        run.guess(frozen_model.table)
    for group in run.groups:
        group.limit(frozen_model.ranges)
        if frozen_model.codes is not None:
            group.latents[:] = frozen_model.codes[group.numbers]
    run.network_frozen = True
