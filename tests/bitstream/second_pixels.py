"""The second reader's other half: pixels and held-out pixels, sections 10 and 11 of FORMAT.md."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from second_latents import Weights, division, latents, weights
from second_model import Model, bits, model_of
from second_reader import Header, Illegal, chunks, header, inflate
from second_references import References, references

from inrcodec.numerics.arrays import FloatArray

Ints = npt.NDArray[np.int64]


def centres(count: int) -> npt.NDArray[np.float64]:
    """Section 10: the centres of `count` cells from -1 to 1."""
    return (2 * np.arange(count) + 1) / count - 1


def interpolation(at: npt.NDArray[np.float64], cells: int) -> npt.NDArray[np.float64]:
    """Section 10: the matrix (places, cells) that interpolates a row of cells."""
    matrix = np.zeros((len(at), cells))
    for row, place in enumerate((at + 1) * cells / 2 - 0.5):
        for j in range(math.floor(place) - 1, math.floor(place) + 3):
            d = abs(place - j)
            near, far = 1.5 * d**3 - 2.5 * d**2 + 1, -0.5 * d**3 + 2.5 * d**2 - 4 * d + 2
            matrix[row, min(max(j, 0), cells - 1)] += near if d <= 1 else far
    return matrix


def field(network: list[FloatArray], model: Model, points: FloatArray, phases: FloatArray) -> FloatArray:
    """Section 10: colours (points, channels) for inputs (points, inputs)."""
    first, bias, *further, last = network
    activate = {"sine": np.sin, "tanh": np.tanh}.get(model.network[0], lambda t: np.maximum(t, 0))
    t, (width, *widths) = points @ first.T + bias, model.widths
    h, skip, done = activate(t[:, :width] + phases[:width]), t[:, width:], width
    for matrix, shift, width in zip(further[::2], further[1::2], widths, strict=True):
        h = activate(h @ matrix.T + shift + phases[done : done + width])
        done += width
    return skip + h @ last.T


def network_of(tensors: list[FloatArray], model: Model, code: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Section 10: the network of an image, and its phases."""
    count = len(model.plain_shapes())
    network, rest = tensors[:count], tensors[count:]
    phases = np.zeros(sum(model.widths), np.float32)
    if model.conditioning == "latent":
        phases = rest[0] @ code
    if model.conditioning == "hypernetwork":
        if model.network[2]:
            code = np.sin(rest[-2] @ code + rest[-1])
        network = [part + (head @ code).reshape(part.shape) for part, head in zip(network, rest, strict=False)]
    return network, phases


def in_frame(pose: npt.NDArray[np.int8], native: tuple[int, int], x: Any, y: Any) -> list[Any]:
    """Section 10: coordinates of the drawing's own frame."""
    longer = max(native)
    right, down = x * native[1] / longer - pose[1] / 96, y * native[0] / longer - pose[0] / 96
    size, angle = math.exp(pose[2] / 64), pose[3] * math.pi / 128
    across = math.cos(angle) * right + math.sin(angle) * down
    along = math.cos(angle) * down - math.sin(angle) * right
    return [across / size, along / size]


@dataclass
class Set:
    """A file, read."""

    head: Header
    model: Model
    weights: Weights
    blocks: list[tuple[range, bytes]]
    poses: npt.NDArray[np.int8]
    tolerance: int
    white: list[bool]
    references: References | None

    def latents(self, image: int) -> list[Ints]:
        """The latents of an image, level by level."""
        if not self.model.levels:
            return []
        images, payload = next(block for block in self.blocks if image in block[0])
        sizes = self.head.sizes[images.start : images.stop]
        return latents(payload, self.model, self.weights, sizes, self.references)[image - images.start]

    def pixels(self, image: int, height: int, width: int) -> FloatArray:
        """Section 10: the image drawn with height x width pixels, as stored."""
        model, native = self.model, self.head.sizes[image]
        ky, kx = (max(1, min(16, -(-n * model.footprint // s))) for n, s in zip(native, (height, width), strict=True))
        y, x = centres(height * ky), centres(width * kx)
        inputs = [np.broadcast_to(x, (len(y), len(x))), np.broadcast_to(y[:, None], (len(y), len(x)))]
        if model.posed:
            inputs = in_frame(self.poses[image], native, *inputs)
        if model.network[0] == "relu-pe":
            turns = [2**k * math.pi for k in range(7)]
            inputs += [wave(turn * part) for turn in turns for wave in (np.sin, np.cos) for part in inputs[:2]]
        told, images = [], len(self.head.sizes)
        if model.conditioning == "grid":
            told = [2 * image / (images - 1) - 1 if images > 1 else 0.0]
        if model.conditioning in ("binary", "bottleneck"):
            told = bits(image, images)
        inputs += [np.full((len(y), len(x)), value) for value in told]
        levels = self.latents(image)
        for planes in levels if model.conditioning == "pyramid" else []:
            for plane in planes:
                inputs.append(interpolation(y, plane.shape[0]) @ plane @ interpolation(x, plane.shape[1]).T)
        points = np.stack(inputs, axis=-1).astype(np.float32).reshape(len(y) * len(x), -1)
        code = levels[0].reshape(-1).astype(np.float32) if levels else np.zeros(0, np.float32)
        network, phases = network_of(self.weights.network, model, code)
        colours = field(network, model, points, phases)
        means = colours.reshape(height, ky, width, kx, model.channels).mean(axis=(1, 3))
        drawn = with_ends(np.clip(means, 0, 1), self.tolerance, self.white[image])
        return np.repeat(drawn, 3, axis=2) if model.channels == 1 else drawn


def with_ends(pixels: FloatArray, tolerance: int, white: bool) -> FloatArray:
    """Section 10, "Ends": pixels (height, width, channels) near an end of the scale stand at it."""
    if tolerance == 0:
        return pixels
    near = (2 * tolerance + 1) / 510
    drawn = pixels.copy()
    if white:
        drawn[pixels.min(axis=2) >= 1 - near] = 1
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3]
        drawn[:, :, 3] = np.where(alpha >= 1 - near, 1, drawn[:, :, 3])
        drawn[alpha <= near] = 0
    return drawn


def read(blob: bytes) -> Set:
    """Every section but the names and figures."""
    kinds = ("HEAD", "ENDS", "BASE", "POSE", "REFS", "WGTS", "BLCK", "nAME", "fIGS", "rECD", "eNCO")
    payloads: dict[str, list[bytes]] = {kind: [] for kind in kinds}
    for kind, payload in chunks(blob):
        payloads[kind].append(payload)
    head = header(payloads["HEAD"][0])
    model = model_of(head)
    blocks = division(head.sizes) if model.levels else []
    if len(payloads["BLCK"]) != len(blocks):
        raise Illegal("blocks")
    if len(payloads["POSE"]) != model.posed:
        raise Illegal("poses")
    poses = np.zeros((0, 4), np.int8)
    if model.posed:
        columns = np.frombuffer(inflate(payloads["POSE"][0], 4 * len(head.sizes)), np.int8)
        poses = columns.reshape(4, len(head.sizes)).T
    network = weights(payloads["WGTS"][0], model, payloads["BASE"])
    tolerance, white = ends(payloads["ENDS"], len(head.sizes))
    shared = None
    if payloads["REFS"]:
        shared = references(payloads["REFS"][0], len(model.levels), any(level.static for level in model.levels))
    coded = list(zip(blocks, payloads["BLCK"], strict=True))
    return Set(head, model, network, coded, poses, tolerance, white, shared)


def ends(payloads: list[bytes], images: int) -> tuple[int, list[bool]]:
    """Section 10, "Ends": the tolerance, and for each image whether what is near white is white."""
    if not payloads:
        return 0, [True] * images
    tolerance, *packed = payloads[0] or b"\0"
    if not 1 <= tolerance <= 16:
        raise Illegal("ends")
    if not packed:
        return tolerance, [True] * images
    bits = [bool(byte >> place & 1) for byte in packed for place in range(8)]
    if len(packed) != -(-images // 8) or any(bits[images:]) or all(bits[:images]):
        raise Illegal("ends: images")
    return tolerance, bits[:images]


def pixels(blob: bytes, image: int, height: int, width: int) -> FloatArray:
    """An image of a file, drawn with height x width pixels."""
    return read(blob).pixels(image, height, width)


def mix(z: int) -> int:
    """Section 11: splitmix64."""
    wrap = 2**64 - 1
    z = (z + 0x9E3779B97F4A7C15) & wrap
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & wrap
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & wrap
    return z ^ (z >> 31)


def hidden(holdout: list[Any], image: int, height: int, width: int) -> npt.NDArray[np.bool_]:
    """Section 11: which pixels of an image the fit did not see."""
    fraction, seed, _ = holdout
    start, limit = mix((seed << 32) + image), (fraction << 32) // 1_000_000
    flags = [mix((start + p) % 2**64) >> 32 < limit for p in range(height * width)]
    return np.array(flags).reshape(height, width)
