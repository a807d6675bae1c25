"""Where the fit runs. A kind of device is one entry of DEVICES; torch is loaded only when one is asked for."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from inrcodec.errors import Parameter, UsageError

if TYPE_CHECKING:
    import torch

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Device:
    """What the engine knows of a kind of device."""

    name: str  # torch's word for it
    count: Callable[[], int]  # of such devices that this machine can use now
    conceivable: Callable[[], bool]  # whether there may be one, as far as that can be told without torch
    batch_pixels: int  # that a step looks at, at most
    precision: str = "highest"  # of float32 products during a fit; see torch.set_float32_matmul_precision
    fused_adam: bool = True  # whether torch has its one-kernel Adam there
    forked_workers: bool = False  # whether processes forked from this one can share its steps
    graphs: bool = False  # whether steps can be captured there, so that one launch starts all of one
    checked: bool = False  # `auto` takes it only if a small step gives there what it gives on the CPU


def _cuda_count() -> int:
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0


def _mps_count() -> int:
    import torch

    return int(torch.backends.mps.is_available())


def _cuda_conceivable() -> bool:
    """Whether a driver of NVIDIA's or AMD's is there, and a torch that has not been built without both."""
    try:
        if version("torch").endswith("+cpu"):
            return False
    except PackageNotFoundError:
        return False
    if sys.platform == "linux" and any(Path("/dev", name).exists() for name in ("nvidiactl", "dxg", "kfd")):
        return True
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


# In the order in which `auto` tries them.
DEVICES = (
    # TF32: wide networks are bound by their products, and lose nothing by ten bits of mantissa
    Device(
        name="cuda",
        count=_cuda_count,
        conceivable=_cuda_conceivable,
        batch_pixels=1 << 19,
        precision="high",
        graphs=True,
    ),
    Device(
        name="mps",
        count=_mps_count,
        conceivable=lambda: sys.platform == "darwin",
        batch_pixels=1 << 17,
        fused_adam=False,
        checked=True,
    ),
    Device(name="cpu", count=lambda: 1, conceivable=lambda: True, batch_pixels=20_000, forked_workers=True),
)
CPU = DEVICES[-1]


def parse_device(text: str) -> tuple[Device, int] | None:
    """The kind and the number that "cuda" or "cuda:1" name, None for "auto"; UsageError for what can be no device.

    Loads nothing and does not look whether there is one.
    """
    found = re.fullmatch(r"([a-z]+)(?::([0-9]{1,3}))?", text)
    kind = next((device for device in DEVICES if found and device.name == found[1]), None)
    if text == AUTO:
        return None
    if found is None or kind is None:
        listed = ", ".join(device.name for device in DEVICES)
        raise UsageError(f"unknown device {text!r}; there are: {AUTO}, {listed}, and with a number as in cuda:1")
    return kind, int(found[2] or 0)


def device_named(text: str) -> torch.device:
    """The device for "auto", "cpu", "cuda", "cuda:1" or "mps"; UsageError when it is not there."""
    import torch

    asked = parse_device(text)
    if asked is None:
        return next(torch.device(kind.name) for kind in DEVICES if kind.count() and (not kind.checked or _agrees(kind)))
    kind, number = asked
    if number >= kind.count():
        raise UsageError(
            f"this machine has no usable {text} device; use ",
            Parameter("device", AUTO),
            " or ",
            Parameter("device", "cpu"),
        )
    return torch.device(text)


def on_cpu(text: str) -> bool:
    """Whether `device_named` would answer with the CPU; loads torch only where that takes it."""
    asked = parse_device(text)
    if asked is not None:
        return asked[0] is CPU
    return not any(kind.conceivable() for kind in DEVICES if kind is not CPU) or device_named(text).type == CPU.name


def device_kind(device: torch.device) -> Device:
    """The entry of a device."""
    return next(kind for kind in DEVICES if kind.name == device.type)


def _agrees(kind: Device) -> bool:
    import torch

    from inrcodec.fitting.device_check import agrees_with_cpu

    return agrees_with_cpu(torch.device(kind.name))
