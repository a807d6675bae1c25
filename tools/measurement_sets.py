"""Sets of pictures that no one here made, from packages that ship them, and drawn ones: what users bring, in small.

Pictures of scikit-image and scikit-learn stay where they are; the folders that are written are for measuring.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Octets = NDArray[np.uint8]
ROOT = Path(__file__).resolve().parents[1]
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "hubble_deep_field", "retina")
TEXTURES = ("brick", "grass", "gravel", "camera", "coins", "moon")
GRAY = (*TEXTURES, "cell", "text", "page")
SOME_DIGITS = 500  # of 1,797, with labels
WORDS = "the quick brown fox jumps over a lazy dog while five wizards box".split()


def digits() -> Iterator[Octets]:
    """1,797 handwritten digits of 8 x 8 pixels, gray."""
    from sklearn.datasets import load_digits

    yield from (np.rint(image * 255 / 16).astype(np.uint8) for image in load_digits().images)


def faces() -> Iterator[Octets]:
    """100 faces and 100 patches of backgrounds, 25 x 25 pixels, gray."""
    yield from np.rint(_shipped("lfw_subset") * 255).astype(np.uint8)


def sprites() -> Iterator[Octets]:
    """40 sprites of 16 x 16 pixels in four colors, symmetric as most are."""
    for number in range(40):
        rng = np.random.default_rng(number)
        palette = np.concatenate([[[255, 255, 255]], rng.integers(0, 256, (3, 3))]).astype(np.uint8)
        half = rng.choice(4, (16, 8), p=(0.4, 0.3, 0.2, 0.1))
        yield palette[np.concatenate([half, half[:, ::-1]], axis=1)]


def screenshots() -> Iterator[Octets]:
    """Six windows of text and bars, 320 x 200 pixels."""
    for number in range(6):
        rng = np.random.default_rng(number)
        image = Image.new("RGB", (320, 200), (250, 250, 252))
        drawing = ImageDraw.Draw(image)
        drawing.rectangle((0, 0, 320, 18), fill=tuple(rng.integers(30, 120, 3).tolist()))
        for line in range(9):
            text = " ".join(rng.choice(WORDS, 8))
            drawing.text((8, 26 + 18 * line), text, fill=(20, 20, 30), font=ImageFont.load_default(11))
        drawing.rectangle((300, 30, 308, 30 + int(rng.integers(20, 150))), fill=(180, 180, 190))
        yield np.asarray(image)


def tiles_of_photographs() -> Iterator[Octets]:
    """60 parts of photographs, 64 x 64 pixels."""
    for name in PHOTOGRAPHS:
        yield from _parts(_shipped(name), 64, 10)


def photographs() -> Iterator[Octets]:
    """Six parts of photographs, 256 x 256 pixels."""
    for name in PHOTOGRAPHS:
        yield from _parts(_shipped(name), 256, 1)


def large_photographs() -> Iterator[Octets]:
    """Three whole photographs."""
    yield from (_shipped(name)[..., :3] for name in PHOTOGRAPHS[:3])


def textures() -> Iterator[Octets]:
    """60 parts of gray pictures, 48 x 48 pixels."""
    for name in TEXTURES:
        yield from _parts(_shipped(name), 48, 10)


def mixed_sizes() -> Iterator[Octets]:
    """40 parts of photographs in as many sizes."""
    rng = np.random.default_rng(0)
    for number in range(40):
        picture = _shipped(PHOTOGRAPHS[number % len(PHOTOGRAPHS)])
        height, width = rng.integers(16, 97, 2)
        top, left = rng.integers(0, picture.shape[0] - height), rng.integers(0, picture.shape[1] - width)
        yield picture[top : top + height, left : left + width, :3]


def icons() -> Iterator[Octets]:
    """The samples of this repository, 48 x 48 pixels, with alpha where they have it."""
    for path in sorted((ROOT / "samples" / "48").glob("*.png")):
        with Image.open(path) as image:
            yield np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))


SETS: dict[str, Callable[[], Iterator[Octets]]] = {
    "digits": digits,
    "faces": faces,
    "sprites": sprites,
    "screenshots": screenshots,
    "tiles": tiles_of_photographs,
    "photographs": photographs,
    "large": large_photographs,
    "textures": textures,
    "mixed": mixed_sizes,
    "icons": icons,
}


def write_labelled(name: str, folder: Path) -> tuple[Path, Path]:
    """A folder of pictures of that labelled set as PNG, and a table of their labels beside it."""
    place, rows = folder / name, ["name,label"]
    place.mkdir(parents=True, exist_ok=True)
    for number, (label, picture) in enumerate(LABELLED[name]()):
        Image.fromarray(picture).save(place / f"{number:04}.png")
        rows.append(f"{number:04},{label}")
    table = folder / f"{name}.csv"
    table.write_text("\n".join(rows) + "\n", "utf-8")
    return place, table


def _some_digits() -> Iterator[tuple[str, Octets]]:
    from sklearn.datasets import load_digits

    yield from zip(map(str, load_digits().target[:SOME_DIGITS]), digits(), strict=False)


def _grounds() -> Iterator[tuple[str, Octets]]:
    """Parts of gray pictures: which one is it?"""
    for name in GRAY:
        for part in _parts(_shipped(name), 48, 16):
            yield name, part


def _scenes() -> Iterator[tuple[str, Octets]]:
    """Parts of photographs, likewise."""
    for name in (*PHOTOGRAPHS, "ihc", "motorcycle_left"):
        for part in _parts(_shipped(name), 64, 16):
            yield name, part


def _faces_or_not() -> Iterator[tuple[str, Octets]]:
    yield from (("face" if number < 100 else "none", face) for number, face in enumerate(faces()))


def _families() -> Iterator[tuple[str, Octets]]:
    with (ROOT / "samples" / "labels.csv").open(encoding="utf-8", newline="") as table:
        yield from zip((row["label"] for row in csv.DictReader(table)), icons(), strict=True)


LABELLED: dict[str, Callable[[], Iterator[tuple[str, Octets]]]] = {
    "digits": _some_digits,
    "textures": _grounds,
    "photographs": _scenes,
    "faces": _faces_or_not,
    "samples": _families,
}


def write_set(name: str, folder: Path) -> Path:
    """A folder of that set's pictures as PNG."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(SETS[name]()):
        Image.fromarray(picture).save(place / f"{number:04}.png")
    return place


def _shipped(name: str) -> Any:
    """A picture that scikit-image has in its own folder; nothing is fetched."""
    import skimage

    folder = Path(skimage.__file__).parent / "data"
    path = next(path for path in sorted(folder.glob(f"{name}.*")))
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False)
    with Image.open(path) as image:
        return np.asarray(image.convert("L" if name in GRAY else "RGB"))


def _parts(picture: Octets, side: int, count: int) -> Iterator[Octets]:
    rng = np.random.default_rng(len(picture))
    for _ in range(count):
        top, left = rng.integers(0, picture.shape[0] - side + 1), rng.integers(0, picture.shape[1] - side + 1)
        yield picture[top : top + side, left : left + side]
