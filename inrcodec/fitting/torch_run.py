"""A run as torch has it: tensors on a device in place of arrays, sharing the memory of these on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from inrcodec.fitting.devices import device_kind, device_named
from inrcodec.fitting.groups import Group
from inrcodec.fitting.optimizer import RowAdam, SharedAdam
from inrcodec.fitting.run import Run, views
from inrcodec.numerics.arrays import FloatArray, colors


def as_tensors(run: Run) -> Run:
    """The same run for torch's steps, on the device of its settings. Leaves have gradients where they may move."""
    device = device_named(run.settings.device)
    counts = [leaf.size for leaf in run.leaves]
    state = [_tensor(part, device) for part in (run.adam.weights, run.adam.rates, *run.adam.state()[:2])]
    adam = SharedAdam(state[0], state[1], counts)
    adam.adopt([*state[2:], run.adam.state()[2]])
    if run.adam.base is not None and run.adam.pull is not None:
        adam.base, adam.pull = _tensor(run.adam.base, device), _tensor(run.adam.pull, device)
    leaves = [torch.empty(leaf.shape, device=device, requires_grad=not run.network_frozen) for leaf in run.leaves]
    look_at(leaves, adam.weights)
    network, context = len(run.network), len(run.context)
    return replace(
        run,
        groups=tuple(_group(group, device) for group in run.groups),
        network=leaves[:network],
        context=leaves[network : network + context],
        encoder=leaves[network + context :],
        adam=adam,
        device=device_kind(device),
    )


def look_at(leaves: Sequence[torch.Tensor], weights: torch.Tensor) -> None:
    """Leaves become views of a vector that holds all their elements."""
    shapes = [tuple(leaf.shape) for leaf in leaves]
    for leaf, view in zip(leaves, views(weights, shapes), strict=True):
        leaf.data = view


def _tensor(values: FloatArray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(values if values.flags.writeable else values.copy()).to(device)


def _group(group: Group, device: torch.device) -> Group:
    latents, first, second, visits = (_tensor(part, device) for part in group.adam.state())
    adam = RowAdam(latents, _tensor(group.adam.factors, device))
    adam.move_to(latents, first, second, visits)
    limits = group.limits
    return Group(
        numbers=group.numbers,
        conditions=_tensor(group.conditions, device),
        targets=_tensor(colors(group.targets), device).contiguous(),
        visible=None if group.visible is None else _tensor(group.visible.astype(np.float32), device),
        shapes=group.shapes,
        latents=latents,
        adam=adam,
        limits=None if limits is None else (_tensor(limits[0], device), _tensor(limits[1], device)),
        thumbnails=None if group.thumbnails is None else _tensor(group.thumbnails, device),
    )
