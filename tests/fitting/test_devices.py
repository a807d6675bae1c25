"""Devices: names and numbers, what is not there, and what `auto` takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from inrcodec.errors import UsageError
from inrcodec.fitting import device_check, devices
from inrcodec.fitting.devices import DEVICES, Device, device_kind, device_named, parse_device


def pretend(monkeypatch: pytest.MonkeyPatch, **counts: int) -> None:
    """A machine with that many devices of each kind, and always one CPU."""

    def counted(device: Device) -> Device:
        found = 1 if device.name == "cpu" else counts.get(device.name, 0)
        return replace(device, count=lambda: found)

    monkeypatch.setattr(devices, "DEVICES", tuple(counted(device) for device in DEVICES))


def test_a_name_may_have_a_number() -> None:
    parsed = parse_device("cuda:1")
    assert parsed is not None
    assert (parsed[0].name, parsed[1]) == ("cuda", 1)
    assert parse_device("auto") is None


@pytest.mark.parametrize("text", ["abacus", "cuda:", "cuda:x", "cuda:-1", "auto:1", "CUDA", "", "cpu 0"])
def test_what_can_be_no_device_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="unknown device"):
        parse_device(text)


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=2)
    assert device_named("cuda:1") == torch.device("cuda:1")
    for text in ("cuda:2", "mps", "cpu:1"):
        with pytest.raises(UsageError, match=f"no usable {text} device"):
            device_named(text)


def test_auto_takes_the_first_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    assert device_named("auto").type == "cpu"
    pretend(monkeypatch, cuda=1, mps=1)
    assert device_named("auto").type == "cuda"


@pytest.mark.parametrize(("agrees", "taken"), [(True, "mps"), (False, "cpu")])
def test_auto_takes_mps_where_it_computes_as_the_cpu_does(
    agrees: bool, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, mps=1)
    monkeypatch.setattr(device_check, "agrees_with_cpu", lambda device: agrees)
    assert device_named("auto").type == taken


def test_the_check_passes_on_a_cpu_and_not_where_nothing_is_computed() -> None:
    assert device_check.agrees_with_cpu(torch.device("cpu"))
    assert not device_check.agrees_with_cpu(torch.device("meta"))


def test_the_check_sees_a_wrong_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    right = device_check._step
    calls = iter((0.01, 0.0))  # the device's step, then the CPU's

    def wrong(device: torch.device) -> list[torch.Tensor]:
        off = next(calls)
        return [tensor + off * tensor.abs().max() for tensor in right(device)]

    monkeypatch.setattr(device_check, "_step", wrong)
    assert not device_check.agrees_with_cpu(torch.device("cpu"))


def test_every_device_has_an_entry() -> None:
    assert device_kind(torch.device("cuda:3")).name == "cuda"
    assert len({device.name for device in DEVICES}) == len(DEVICES)
