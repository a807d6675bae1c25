"""The second reader's other half: network, latents, pixels and held-out pixels, sections 7 to 11 of FORMAT.md."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from second_reader import Header, Illegal, Pack, RangeReader, chunks, header, inflate
from second_references import References, delays, references, weight

from inrcodec.numerics.arrays import FloatArray

Ints = npt.NDArray[np.int64]
Range = tuple[int, int]

INVERSE = {s: round(2 ** (16 - s / 8)) for s in range(-40, 57)}
DECAY = np.array([round(65536 * math.exp(-i / 256)) for i in range(3072)] + [0])
BASE_FILE = Path(__file__).parents[2] / "inrcodec" / "bitstream" / "bases" / "1.bin"
CONTEXT_STEP, CONTEXT_BITS = -24, 6  # weights of the context model are multiples of 1/64
SAME = [(0, -1), (0, -2), (-1, -2), (-1, -1), (-1, 0), (-1, 1), (-2, -1), (-2, 0), (-2, 1)]
BEFORE = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]


@dataclass
class Level:
    """One [shift, channels] of the header."""

    shift: int
    channels: int

    @property
    def static(self) -> bool:
        return self.shift >= 20

    def cells(self, height: int, width: int) -> tuple[int, int]:
        return -(-height // 2**self.shift), -(-width // 2**self.shift)


@dataclass
class Model:
    """The header's model, and the tensors that WGTS fills it with."""

    conditioning: str
    hidden: int
    layers: int
    footprint: int
    levels: list[Level]
    unit: int
    network: list[Any]
    posed: bool
    channels: int
    images: int

    @property
    def widths(self) -> list[int]:
        """Section 10: units of each layer."""
        narrow = max(1, self.hidden // self.network[1])
        return [narrow if layer == self.layers // 2 else self.hidden for layer in range(self.layers)]

    def plain_shapes(self) -> list[tuple[int, ...]]:
        """Section 10: a network without what a conditioning adds."""
        told = {
            "pyramid": sum(level.channels for level in self.levels),
            "grid": 1,
            "binary": len(bits(0, self.images)),
            "bottleneck": len(bits(0, self.images)),
        }
        inputs = 2 + 28 * (self.network[0] == "relu-pe") + told.get(self.conditioning, 0)
        widths = self.widths
        shapes: list[tuple[int, ...]] = [(widths[0] + self.channels, inputs), (widths[0] + self.channels,)]
        for before, units in pairwise(widths):
            shapes += [(units, before), (units,)]
        return [*shapes, (self.channels, widths[-1])]

    def network_shapes(self) -> list[tuple[int, ...]]:
        """Section 10."""
        plain = self.plain_shapes()
        if self.conditioning == "latent":
            return [*plain, (sum(self.widths), self.levels[0].channels)]
        if self.conditioning != "hypernetwork":
            return plain
        width, code = self.network[2], self.levels[0].channels
        heads = [(math.prod(shape), width or code) for shape in plain]
        return [*plain, *heads, *([(width, code), (width,)] if width else [])]

    def context_shapes(self) -> list[list[tuple[int, ...]]]:
        """Section 9, one list per level."""
        shapes: list[list[tuple[int, ...]]] = []
        for before, level in zip([None, *self.levels], self.levels, strict=False):
            c, u = level.channels, self.unit
            t = 9 + (6 if c > 1 else 0) + (before.channels if before and not before.static else 0)
            shapes.append([(c, 2)] if level.static else [(c, u, t), (c, u), (c, 2, u), (c, 2)])
        return shapes


@dataclass
class Weights:
    """What WGTS holds: float tensors of the network, integer ones of the context model, ranges of the latents."""

    network: list[FloatArray]
    context: list[list[Ints]]
    ranges: list[list[Range]]


def model_of(head: Header) -> Model:
    name, hidden, layers, footprint, levels, unit, *rest = head.model
    plain = ["sine", 1, 0, 30]
    if rest == [plain] or rest[1:] not in ([], ["smooth"]) or len(rest[0] if rest else plain) not in (4, 5):
        raise Illegal("network or space")
    for further in rest[0][4:] if rest else []:
        if not further or len(further) != layers - 1:
            raise Illegal("w0")
    found = [Level(shift, channels) for shift, channels in levels]
    code = len(found) == 1 and found[0].static
    if (name in ("grid", "binary", "bottleneck") and found) or any(a.shift <= b.shift for a, b in pairwise(found)):
        raise Illegal("levels")
    if name in ("latent", "hypernetwork") and not code:
        raise Illegal("code")
    network = rest[0] if rest else plain
    posed = len(rest) == 2
    return Model(name, hidden, layers, footprint, found, unit, network, posed, head.channels, len(head.sizes))


def bits(image: int, images: int) -> list[float]:
    """Section 10: the bits of an image's number."""
    count = next(n for n in range(1, 64) if 2**n >= images)
    return [1.0 if image >> bit & 1 else -1.0 for bit in range(count - 1, -1, -1)]


def weights(payload: bytes, model: Model, named: list[bytes]) -> Weights:
    """Sections 7 and 16; named: the payload of BASE, if there is one."""
    length = int.from_bytes(payload[:2], "little")
    pack = Pack(payload[2 : 2 + length])
    tensors, flat_ranges = pack.value()
    network_shapes, context_shapes = model.network_shapes(), model.context_shapes()
    shapes = [*network_shapes, *(shape for level in context_shapes for shape in level)]
    if pack.at != length or len(tensors) != len(shapes):
        raise Illegal("tensors")
    if len(flat_ranges) != sum(level.channels for level in model.levels):
        raise Illegal("ranges")
    if not all(-1023 <= lowest <= highest <= 1023 for lowest, highest in flat_ranges):
        raise Illegal("ranges")
    stream = RangeReader(payload[2 + length :])
    integers = [tensor(stream, entry, shape) for entry, shape in zip(tensors, shapes, strict=True)]
    stream.end()
    if named:
        others = base_table(named[0], model, shapes)
        steps = [step for step, *_ in tensors]
        integers = [one + other for one, other in zip(integers, rescaled(others, steps), strict=True)]
    count = len(network_shapes)
    if any(step != CONTEXT_STEP for step, *_ in tensors[count:]):
        raise Illegal("context model")
    network = [n * 2.0 ** (step / 4) for n, (step, *_) in zip(integers[:count], tensors, strict=False)]
    rest, ranges = iter(integers[count:]), iter(flat_ranges)
    return Weights(
        [part.astype(np.float32) for part in network],
        [[next(rest) for _ in level] for level in context_shapes],
        [[tuple(next(ranges)) for _ in range(level.channels)] for level in model.levels],
    )


def base_table(named: bytes, model: Model, shapes: list[tuple[int, ...]]) -> list[tuple[Ints, int]]:
    """Section 16: the integers and the step of every tensor of the table that a file names."""
    blob = BASE_FILE.read_bytes()
    if len(named) != 6 or named[0] != 1 or named[2:] != hashlib.sha256(blob).digest()[:4]:
        raise Illegal("base")
    at = 0
    while at < len(blob):
        channels, table, length = blob[at], blob[at + 1], int.from_bytes(blob[at + 2 : at + 6], "little")
        payload, at = blob[at + 6 : at + 6 + length], at + 6 + length
        if (channels, table) == (model.channels, named[1]):
            break
    else:
        raise Illegal("base")
    found, start = [], 1
    for _ in range(payload[0]):
        axes = payload[start]
        found.append(tuple(payload[start + 1 : start + 1 + axes]))
        start += 1 + axes
    if found != shapes or model.conditioning != "pyramid" or model.posed:
        raise Illegal("base")
    size = int.from_bytes(payload[start : start + 2], "little")
    tensors, _ = Pack(payload[start + 2 : start + 2 + size]).value()
    stream = RangeReader(payload[start + 2 + size :])
    return [(tensor(stream, entry, shape), entry[0]) for entry, shape in zip(tensors, shapes, strict=True)]


def rescaled(tensors: list[tuple[Ints, int]], steps: list[int]) -> list[Ints]:
    """Section 16: integers at the steps of a file."""
    found = []
    for (integers, own), step in zip(tensors, steps, strict=True):
        octaves, quarter = divmod(own - step, 4)
        found.append(np.floor(integers * 2.0 ** (quarter / 4) * 2.0**octaves + 0.5).astype(np.int64))
    return found


def tensor(stream: RangeReader, entry: list[int], shape: tuple[int, ...]) -> Ints:
    """The integers of one tensor."""
    step, scale, lowest, highest = entry
    if not (-96 <= step <= 32 and -40 <= scale <= 56 and -16384 <= lowest <= highest <= 16384):
        raise Illegal("tensor")
    table = laplace(0, scale, lowest, highest)
    found = [lowest + stream.symbol(table) for _ in range(math.prod(shape))]
    return np.array(found, dtype=np.int64).reshape(shape)


@lru_cache(maxsize=256)
def laplace(mean: int, scale: int, lowest: int, highest: int, likely: int = 0, weight: int = 0) -> list[int]:
    """Section 9: the frequencies of lowest to highest; section 17: with a weight for what is likely."""
    k = highest - lowest + 1
    j = np.arange(1, k)
    offset = (lowest + j) * 256 - 128 - mean
    half = DECAY[np.minimum((np.abs(offset) * INVERSE[scale]) >> 16, 3072)] >> 1
    below = np.where(offset < 0, half, 65536 - half)
    below = below + ((np.where(lowest + j > likely, 65536, 0) - below) * weight >> 8)
    bounds = ((below * (65536 - k)) >> 16) + j
    frequencies: list[int] = np.diff(bounds, prepend=0, append=65536).tolist()
    return frequencies


def fixed(total: int, has: int, wanted: int) -> int:
    """Section 9: a sum with `has` fractional bits as one with `wanted`, to the nearest."""
    if wanted >= has:
        return total << (wanted - has)
    return (total + (1 << (has - wanted - 1))) >> (has - wanted)


def distribution(mean: int, scale: int, bits: int) -> tuple[int, int]:
    """Mean and scale from the two outputs of the context model."""
    mean = min(max(fixed(mean, bits, 8), -262144), 262144)
    return mean, min(max(fixed(scale, bits, 3), -40), 56)


def waves(rows: int, columns: int, delay: int) -> Iterator[list[tuple[int, int]]]:
    """Sections 8 and 17: the cells of one image, wave by wave, without end."""
    w = -delay
    while True:
        yield [(r, w - 2 * r) for r in range(rows) if 0 <= w - 2 * r < columns]
        w += 1


def latents(
    payload: bytes, model: Model, found: Weights, sizes: list[tuple[int, int]], shared: References | None
) -> list[list[Ints]]:
    """Sections 8 and 17: for each image of a block, for each level, the integers (channels, rows, columns)."""
    stream = RangeReader(payload)
    others = shared.of_block(stream, sizes) if shared else [None] * len(sizes)
    late = delays(others)
    shapes = [[(level.channels, *level.cells(*size)) for level in model.levels] for size in sizes]
    planes = [[np.zeros(shape, dtype=np.int64) for shape in image] for image in shapes]
    for number, level in enumerate(model.levels):
        for c in range(level.channels):
            lowest = found.ranges[number][c][0]
            images = [image[number] for image in planes]
            last = max(plane.shape[2] - 1 + 2 * (plane.shape[1] - 1) for plane in images) + max(late)
            cells = [waves(*plane.shape[1:], delay) for plane, delay in zip(images, late, strict=True)]
            for _ in range(last + 1):
                for image, walk in enumerate(cells):
                    for r, q in next(walk):
                        mean, scale = cell(model, found, planes[image], number, c, r, q)
                        likely, share, other = 0, 0, others[image]
                        if shared and other is not None:
                            step = model.levels[number - 1].shift - level.shift if number else 0
                            codes, place = shared.codes[number], (number, c, r, q)
                            share = weight(codes, planes[image], planes[other], place, step, scale)
                            likely = int(planes[other][number][c, r, q])
                        table = laplace(mean, scale, *found.ranges[number][c], likely, share)
                        planes[image][number][c, r, q] = lowest + stream.symbol(table)
    stream.end()
    return planes


def division(sizes: list[tuple[int, int]]) -> list[range]:
    """Section 8: the images of each block."""
    blocks = [range(0)]
    for image in range(len(sizes)):
        longer = range(blocks[-1].start, image + 1)
        if len(longer) > 64 or (len(longer) > 1 and sum(sizes[i][0] * sizes[i][1] for i in longer) > 2**22):
            longer = range(image, image + 1)
            blocks.append(longer)
        blocks[-1] = longer
    return blocks


def cell(model: Model, found: Weights, planes: list[Ints], number: int, c: int, r: int, q: int) -> tuple[int, int]:
    """Section 9: mean and scale of one latent."""
    level, tensors = model.levels[number], found.context[number]
    if level.static:
        mean, scale = tensors[0][c].tolist()
        return distribution(mean, scale, CONTEXT_BITS)
    plane = planes[number]

    def value(channel: int, down: int, across: int) -> int:
        row, column = r + down, q + across
        inside = channel >= 0 and 0 <= row < plane.shape[1] and 0 <= column < plane.shape[2]
        return int(plane[channel, row, column]) if inside else 0

    context = [value(c, *place) for place in SAME]
    if level.channels > 1:
        context += [value(c - 1, *place) for place in BEFORE] + [value(c - 2, 0, 0)]
    if number and not model.levels[number - 1].static:
        d = model.levels[number - 1].shift - level.shift
        context += planes[number - 1][:, r >> d, q >> d].tolist()
    first, bias, second, last = tensors
    h = np.maximum(0, bias[c] + first[c] @ np.array(context))
    mean, scale = ((last[c] << CONTEXT_BITS) + second[c] @ h).tolist()
    return distribution(mean, scale, 2 * CONTEXT_BITS)


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
