"""Whole files by kernels: the blocks of the codec, and the images that an archive draws."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

pytest.importorskip("numba")

from made_up import MadeUp, random_set

from inrcodec.archive import Archive
from inrcodec.bitstream.header import pack_shapes
from inrcodec.bitstream.packing import pack_latents
from inrcodec.evaluate.measuring import to_octets
from inrcodec.fitting import kernel_files
from inrcodec.fitting.kernel_files import KernelFiles
from inrcodec.fitting.kernels.engine import KernelStep
from inrcodec.settings import Level

USUAL = (Level(2, 4), Level(1, 3), Level(0, 1))


def small_set(seed: int, channels: int, sizes: list[tuple[int, int]], space: str = "plain") -> MadeUp:
    """Images with small latents of a usual design."""
    made = random_set(seed, images=len(sizes), levels=USUAL, context_width=5, hidden_width=8, space=space)
    if made.header.channels != channels:
        return small_set(seed + 1, channels, sizes, space)
    shapes, index = pack_shapes(sizes)
    rng = np.random.default_rng(seed)
    latents = tuple(
        tuple(
            rng.integers(-2, 3, (level.channels, level.cells(height), level.cells(width))).astype(np.int16)
            for level in USUAL
        )
        for height, width in sizes
    )
    header = msgspec.structs.replace(made.header, shapes=shapes, shape_index=index)
    return replace(made, header=header, sizes=sizes, latents=latents)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("channels", "space"), [(3, "plain"), (4, "smooth")])
def test_images_are_those_of_the_archive(
    channels: int, space: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [(9, 14), (16, 16), (9, 14), (70, 300), (5, 3), (130, 520), (16, 16)]
    monkeypatch.setattr(kernel_files, "LARGEST", 60 * 300)
    monkeypatch.setattr(kernel_files, "DRAWN_PIXELS", 400)
    made = small_set(3, channels, sizes, space)
    archive = Archive.from_bytes(made.file())
    files = KernelFiles(KernelStep(archive.header.model, channels, workers))
    drawn = files.octets(archive)
    assert len(drawn) == len(sizes)
    for image, found in zip(archive, drawn, strict=True):
        expected = to_octets(image.render_stored())
        assert found.shape == expected.shape
        assert np.abs(found.astype(int) - expected).max() <= 1
        assert (found != expected).mean() < 0.01


def test_blocks_are_those_of_the_codec() -> None:
    made = small_set(5, 3, [(6, 5)] * 130)
    files = KernelFiles(KernelStep(made.header.model, 3, 2))
    ranges, blocks, bits = pack_latents(made.header, made.context, made.latents)
    found = pack_latents(made.header, made.context, made.latents, files)
    assert found[:2] == (ranges, blocks)
    np.testing.assert_array_equal(found[2], bits)
