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


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """What goes wrong by what was done; see `pretended`. Workers of tests take whole files: only one does this."""
    script, root = Path(__file__).with_name("pretended.py"), Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    answer = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, cwd=root)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return dict(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("design", [*CONDITIONINGS, "smooth", "encoder"])
def test_no_tensor_is_elsewhere_and_none_is_read(design: str, found: dict[str, str]) -> None:
    assert found[design] == ""


@pytest.mark.parametrize("fault", ["mixed", "indexed", "joined"])
def test_a_tensor_elsewhere_is_found(fault: str, found: dict[str, str]) -> None:
    """A test of the test above, with a fault in the midst of every step."""
    assert "same device" in found[fault] or "index" in found[fault]


@pytest.mark.parametrize("fault", ["item", "float", "bool", "nonzero", "masked", "tolist", "cpu"])
def test_a_read_is_found(fault: str, found: dict[str, str]) -> None:
    """Likewise; most cannot even be done where tensors have no values."""
    operation = {"nonzero": "aten.nonzero", "masked": "aten.index", "cpu": "aten._to_copy"}
    assert operation.get(fault, "aten._local_scalar_dense") in found[fault].partition("}")[0]
