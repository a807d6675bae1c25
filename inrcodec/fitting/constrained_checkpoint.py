"""An interrupted fit to constraints on disk: all that is not made again from what was asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from inrcodec.fitting.checkpoint import Damaged, Snapshot, program_facts, read_own
from inrcodec.numerics.arrays import FloatArray

if TYPE_CHECKING:
    from inrcodec.fitting.constraints import Constraint

MOMENTS = ("exp_avg", "exp_avg_sq", "step")  # of torch's Adam, for every tensor
SAMPLED = 4096  # places of each constraint that tell it from others


@dataclass
class Standing:
    """How far a fit is; loss: running sum of its errors, and of their weights."""

    step: int = 0
    done: float = 0.0
    seconds: float = 0.0
    loss: float = 0.0
    weight: float = 0.0


def owner_of(asked: str, constraints: Sequence[Constraint]) -> str:
    """What a checkpoint must share with the run that goes on from it; asked: all but what the constraints are."""
    digest = hashlib.sha256(asked.encode())
    for constraint in constraints:
        digest.update(repr((constraint.quantity, constraint.weight, constraint.norm, constraint.reach)).encode())
        for sample in constraint.samples(np.random.default_rng(0), SAMPLED):
            digest.update(np.ascontiguousarray(sample.points).data)
            digest.update(np.ascontiguousarray(sample.targets).data)
    return digest.hexdigest()


def snapshot_of(
    standing: Standing,
    tensors: Sequence[torch.Tensor],
    adam: torch.optim.Adam,
    rng: np.random.Generator,
    settled: Mapping[int, int],
    owner: str,
    told: Mapping[str, Any],
) -> Snapshot:
    """A copy between two steps; told: what its caller wants to be kept along, plain values."""
    facts = {
        **program_facts(owner, told),
        "standing": astuple(standing),
        "rng": json.dumps(rng.bit_generator.state),
        "settled": [[number, step] for number, step in settled.items()],
    }
    arrays: dict[str, FloatArray] = {}
    for number, tensor in enumerate(tensors):
        arrays[f"tensor-{number}"] = tensor.detach().cpu().numpy().copy()
        arrays |= {f"{name}-{number}": adam.state[tensor][name].cpu().numpy().copy() for name in MOMENTS}
    return Snapshot(facts, arrays, (standing.step, 0.0))


@torch.no_grad()
def restore(
    path: Path, tensors: Sequence[torch.Tensor], adam: torch.optim.Adam, rng: np.random.Generator, owner: str
) -> tuple[Standing, dict[int, int], dict[str, Any]]:
    """Bring tensors, their optimizer and the random numbers to where the checkpoint stood.

    Returns how far that is, which tensors are settled, and what the fit's caller had told it; raises as
    `checkpoint.restore` does.
    """
    facts, arrays = read_own(path, owner)
    try:
        state: dict[int, dict[str, torch.Tensor]] = {}
        for number, tensor in enumerate(tensors):
            tensor.copy_(torch.from_numpy(arrays[f"tensor-{number}"]))
            state[number] = {name: torch.from_numpy(np.array(arrays[f"{name}-{number}"])) for name in MOMENTS}
        adam.load_state_dict({"state": state, "param_groups": adam.state_dict()["param_groups"]})
        rng.bit_generator.state = json.loads(facts["rng"])
        return Standing(*facts["standing"]), dict(facts["settled"]), dict(facts["told"])
    except (KeyError, TypeError, ValueError, RuntimeError) as failure:
        raise Damaged(path) from failure
