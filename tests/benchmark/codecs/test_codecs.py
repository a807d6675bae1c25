"""Every codec: what goes in comes out, more quality is more bytes and more PSNR, and missing libraries are told."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inrcodec.benchmark.codecs import CODECS, KERNELS, Codec, enlarged
from inrcodec.numerics.arrays import BytePixels
from inrcodec.numerics.metrics import psnr


def picture(channels: int = 3) -> BytePixels:
    """Soft waves with an edge, (24, 32, channels)."""
    rows, columns = np.mgrid[0:24, 0:32] / 32
    waves = [0.5 + 0.5 * np.sin(5 * rows + (k + 2) * columns) for k in range(3)]
    pixels = np.stack([*waves, (columns > 0.3) * 1.0][:channels], axis=2)
    return np.rint(pixels * 255).astype(np.uint8)


def usable(codec: Codec) -> Codec:
    if reason := codec.missing():
        pytest.skip(reason)
    return codec


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_come_back(codec: Codec, channels: int) -> None:
    if channels == 4 and not codec.alpha:
        pytest.skip("holds no alpha")
    source = picture(channels)
    blob = usable(codec).encode(source, codec.settings[-1])
    decoded = codec.decode(blob)
    assert decoded.dtype == np.uint8
    assert decoded.shape == source.shape
    seen = source[..., 3] > 0 if channels == 4 else np.ones(source.shape[:2], bool)  # colours below nothing are free
    if codec.lossless:
        assert (decoded[..., 3:] == source[..., 3:]).all()
        assert (decoded[seen] == source[seen]).all()
    else:
        assert psnr(source[seen], decoded[seen], peak=255) > 25


@pytest.mark.parametrize("codec", [codec for codec in CODECS if not codec.lossless], ids=lambda codec: codec.name)
def test_quality_costs_bytes_and_buys_psnr(codec: Codec) -> None:
    source = picture()
    for variant in {setting.variant for setting in usable(codec).settings}:
        settings = [setting for setting in codec.settings if setting.variant == variant]
        blobs = [codec.encode(source, setting) for setting in settings]
        figures = [psnr(source, codec.decode(blob), peak=255) for blob in blobs]
        assert 0 < len(blobs[0]) < len(blobs[-1])
        assert figures[-1] > figures[0] + 3


def test_names_are_unique_and_settings_too() -> None:
    assert len({codec.name for codec in CODECS}) == len(CODECS)
    for codec in CODECS:
        assert len({setting.label for setting in codec.settings}) == len(codec.settings)


def test_jpeg_xl_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "imagecodecs":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    reasons = {codec.name: codec.missing() for codec in CODECS}
    assert "inrcodec[codecs]" in (reasons["jxl"] or "")
    assert "inrcodec[codecs]" in (reasons["jxl-lossless"] or "")
    assert reasons["png"] is None


@pytest.mark.parametrize("kernel", KERNELS)
def test_enlarging_keeps_what_is_flat(kernel: str) -> None:
    flat: NDArray[np.float32] = np.full((5, 7, 4), 0.25, np.float32)
    larger = enlarged(flat, (21, 10), kernel)
    assert larger.shape == (10, 21, 4)
    assert larger == pytest.approx(0.25, abs=1e-6)


def test_kernels_differ_and_stay_within_bounds() -> None:
    pixels = picture().astype(np.float32) / 255
    results = {kernel: enlarged(pixels, (96, 72), kernel) for kernel in KERNELS}
    assert (results["nearest"][::3, ::3] == pixels).all()
    assert all(result.min() >= 0 and result.max() <= 1 for result in results.values())
    assert not np.allclose(results["bicubic"], results["lanczos"], atol=1e-4)


@pytest.mark.parametrize("codec", [one for one in CODECS if one.name in ("png", "jpeg")], ids=lambda one: one.name)
def test_gray_pictures_cost_no_colors(codec: Codec) -> None:
    """As any tool would write them; comparing with three channels would flatter our own one."""
    source = np.repeat(picture()[..., :1], 3, axis=2)
    blob = codec.encode(source, codec.settings[-1])
    assert len(blob) < len(codec.encode(picture(), codec.settings[-1]))
    assert codec.decode(blob).shape == source.shape
    if codec.lossless:
        np.testing.assert_array_equal(codec.decode(blob), source)
