"""Steps on a device that is not the CPU, without one: no tensor is elsewhere, and nothing is read back in a step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from torch.utils import backend_registration

from inrcodec.field.conditioning import CONDITIONINGS

if not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"):
    pytest.skip("this torch cannot pretend a device", allow_module_level=True)

ELSEWHERE = ("mixed", "indexed", "joined")
OPERATIONS = {  # what reads, by how
    "item": "aten._local_scalar_dense",
    "float": "aten._local_scalar_dense",
    "bool": "aten._local_scalar_dense",
    "tolist": "aten._local_scalar_dense",
    "nonzero": "aten.nonzero",
    "masked": "aten.index",
    "cpu": "aten._to_copy",
}
FEW = ("pyramid", "latent", "mixed", "item", "masked", "cpu")  # of each sort
ALL = (*CONDITIONINGS, "smooth", "encoder", *ELSEWHERE, *OPERATIONS)


def found(names: tuple[str, ...]) -> dict[str, str]:
    """What goes wrong by what was done; see `pretended`."""
    script, root = Path(__file__).with_name("pretended.py"), Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), *names]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return dict(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("names", [FEW, pytest.param(ALL, marks=pytest.mark.slow)], ids=["few", "all"])
def test_no_tensor_is_elsewhere_and_none_is_read(names: tuple[str, ...]) -> None:
    """Nothing is found in designs, and every fault in the midst of their steps is."""
    for name, told in found(names).items():
        if name in ELSEWHERE:
            assert "same device" in told or "index" in told, name
        elif name in OPERATIONS:
            assert OPERATIONS[name] in told.partition("}")[0], name
        else:
            assert told == "", name
