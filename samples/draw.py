"""Draw the sample icons: every one at 48x48 and 256x256 from the same drawing, and labels.csv with their families.

python samples/draw.py                      redraw everything next to this file
python samples/draw.py --sheet sheet.png    also one contact sheet to look at
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt
from drawing import dials, nature, signs, things
from drawing.canvas import Canvas, Drawing, Families
from PIL import Image

SIZES = (48, 256)
FAMILIES: Families = dials.FAMILIES | signs.FAMILIES | nature.FAMILIES | things.FAMILIES


def icons() -> dict[str, Drawing]:
    """Every icon by name."""
    return {name: drawing for family in FAMILIES.values() for name, drawing in family.items()}


def render(drawing: Drawing) -> dict[int, npt.NDArray[np.uint8]]:
    """One icon as RGBA bytes (size, size, 4) at each published size."""
    canvas = Canvas()
    drawing(canvas)
    return {size: canvas.pixels(size) for size in SIZES}


def write_labels(path: Path) -> None:
    """The family of every icon, one row each."""
    with path.open("w", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(("name", "label"))
        rows.writerows((name, family) for family, members in FAMILIES.items() for name in members)


def contact_sheet(pictures: list[Image.Image], columns: int) -> Image.Image:
    """All pictures of one size on white, row by row."""
    side = pictures[0].width * 9 // 8
    sheet = Image.new("RGB", (columns * side, -(-len(pictures) // columns) * side), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place % columns * side, place // columns * side), picture)
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the sample icons.")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent, help="folder that gets 48/, 256/ and labels.csv"
    )
    parser.add_argument("--sheet", type=Path, help="also write one contact sheet of the 256-pixel icons")
    options = parser.parse_args()
    large = []
    for size in SIZES:
        (options.output / str(size)).mkdir(parents=True, exist_ok=True)
    for name, drawing in icons().items():
        for size, pixels in render(drawing).items():
            picture = Image.fromarray(pixels)
            picture.save(options.output / str(size) / f"{name}.png", optimize=True)
        large.append(picture)
    write_labels(options.output / "labels.csv")
    if options.sheet:
        contact_sheet(large, 9).save(options.sheet)


if __name__ == "__main__":
    main()
