"""Writes the files of one signal of this folder, networks that no fit made, and what they are at a few places.

Run it after a change of the format, from the repository's root: python tests/golden/signals/make.py

    sound.inr   two channels, first sines that float32 could not tell
    shape.inr   three axes in millimeters
    field.inr   two axes, rectified units on octaves
    *.npz       `points` (places, axes) and `values` (places, channels)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inrcodec.archive import Signal
from inrcodec.bitstream.signal_header import SignalHeader
from inrcodec.bitstream.stored_signal import pack_signal
from inrcodec.bitstream.weights import CodedTensor
from inrcodec.field.signal_field import signal_specs
from inrcodec.settings import NetworkSettings

HERE = Path(__file__).parent
SPEECH = ((-1 / 96000, 4 - 1 / 96000),)
BOX = ((-40.0, 40.0), (-20.5, 20.5), (100.0, 130.0))
HEADERS = {
    "sound": SignalHeader(2, "sound", (192000,), 2, NetworkSettings(12, 3, w0=(90000,)), SPEECH, ((-1, 1),) * 2, ""),
    "shape": SignalHeader(2, "shape", (64, 32, 24), 1, NetworkSettings(10, 2, w0=(15, 30)), BOX, ((-40, 40),), "made"),
    "field": SignalHeader(
        2, "field", (9, 5), 3, NetworkSettings(8, 2, "relu-pe"), BOX[:2], ((0, 1), (-5, 7), (2, 9)), "up"
    ),
}


def made(name: str) -> bytes:
    """A file whose weights are drawn as a fit would begin, and 14 bits fine at most."""
    rng, header = np.random.default_rng(7), HEADERS[name]
    tensors = []
    for spec in signal_specs(header.network, header.channels, len(header.axes)):
        values = rng.uniform(-1, 1, spec.shape) * np.maximum(spec.half_width, 0.02)
        step = int(np.ceil(4 * np.log2(np.abs(values).max() / 16000)))
        tensors.append(CodedTensor(np.rint(values / 2 ** (step / 4)).astype(np.int64), step))
    return pack_signal(header, tensors, f"{name}.raw")


def main() -> None:
    """Make every file anew."""
    for name, header in HEADERS.items():
        blob = made(name)
        (HERE / f"{name}.inr").write_bytes(blob)
        points = np.random.default_rng(1).uniform(-1, 1, (64, len(header.axes)))
        np.savez_compressed(HERE / f"{name}.npz", points=points, values=Signal.from_bytes(blob).at(points))
        print(f"{name}.inr: {len(blob)} bytes")


if __name__ == "__main__":
    main()
