"""`inrcodec derive`: exact derivatives of stored images, as pictures or as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrcodec.cli.chosen import chosen_numbers, chosen_sizes
from inrcodec.cli.console import Console, print_json
from inrcodec.cli.decode_pictures import Written
from inrcodec.cli.opening import open_archive
from inrcodec.cli.options import File, Force, Index, Json, PictureSize, Quiet, Trust, epilog
from inrcodec.cli.values import check_pixels, parse_size
from inrcodec.errors import UsageError

if TYPE_CHECKING:
    from inrcodec.archive import Archive, ArchivedImage
    from inrcodec.evaluate.slopes import Agreement
    from inrcodec.exporters.formats import PictureFormat
    from inrcodec.numerics.arrays import FloatArray

EPILOG = epilog(
    (
        "inrcodec derive set.inr --index 3 --gradient -o slopes.png",
        "inrcodec derive set.inr --index 3 --laplacian --size 256 -o laplacian.png",
        "inrcodec derive set.inr --index 3 --gradient -o slopes.npy",
        "inrcodec derive set.inr --index 3 --normals -o normals.png",
        "inrcodec derive set.inr --sheet -o sheet.png",
    ),
    ("file, written (path, width, height, bytes, images, white), agreement (number, correlation, flat)",),
)
KINDS = ("gradient", "laplacian", "magnitude", "normals")
UNITS = {"laplacian": "per pixel squared", "normals": "", "sheet": "per pixel"}


@dataclass(frozen=True)
class Derived:
    """A derivative of one image as numbers and as a picture, and the value that the picture shows as white."""

    values: FloatArray
    picture: FloatArray
    white: float | None


@dataclass(frozen=True)
class WrittenDerivative(Written):
    """The same of a derivative: `white` is the one of full brightness, null where there is none."""

    white: float | None


def derive(
    file: File,
    gradient: Annotated[
        bool, typer.Option("--gradient", help="Slopes: hue for the direction, brightness for the size.")
    ] = False,
    laplacian: Annotated[bool, typer.Option("--laplacian", help="Sum of both second derivatives; grey is 0.")] = False,
    magnitude: Annotated[bool, typer.Option("--magnitude", help="Sizes of slopes over all channels, as grey.")] = False,
    normals: Annotated[
        bool, typer.Option("--normals", help="A normal map: luminance as height, white 16 pixels above black.")
    ] = False,
    sheet: Annotated[bool, typer.Option("--sheet", help="A row for each image: picture, gradient, Laplacian.")] = False,
    size: PictureSize = "native",
    index: Index = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="A picture, a .npy file (float32), a folder or a template for many pictures, or - for stdout.",
            show_default="FILE-gradient.png, ...",
        ),
    ] = None,
    force: Force = False,
    json: Json = False,
    trust: Trust = False,
    quiet: Quiet = False,
) -> None:
    """Write exact derivatives of images, in color per native pixel, and say how well they agree with the pixels."""
    console = Console(quiet)
    kind = _kind({"gradient": gradient, "laplacian": laplacian, "magnitude": magnitude, "normals": normals}, sheet)
    archive = open_archive(file, trust=trust)
    numbers = chosen_numbers(archive, index)
    sizes = chosen_sizes(archive, numbers, parse_size(size))
    archive.check_work(list(zip(numbers, sizes, strict=True)))
    if output == "-":
        from inrcodec.cli.destination import check_stream

        check_stream(json=json)
    paths = _paths(archive, numbers, sizes, kind, output, Path(file).stem, force=force)
    images = [archive[number] for number in numbers]
    if sheet:
        written = [_write_sheet(images, sizes, paths[0], force=force)]
    else:
        written = [_write(*each, kind, force=force) for each in zip(images, sizes, paths, strict=True)]
    found = _agreement(images)
    if json:
        print_json({"file": file, "written": written, "agreement": found})
        return
    for one in written:
        if one.path is not None:
            print(one.path)
    _say(written, found, archive, kind, console)


def _kind(asked: dict[str, bool], sheet: bool) -> str:
    """The one thing that is asked for."""
    wanted = [kind for kind, here in (*asked.items(), ("sheet", sheet)) if here]
    if len(wanted) != 1:
        listed = ", ".join(f"--{kind}" for kind in (*KINDS, "sheet"))
        raise UsageError(f"{'choose one of' if wanted else 'say what to derive:'} {listed}")
    return wanted[0]


def _paths(
    archive: Archive,
    numbers: Sequence[int],
    sizes: Sequence[tuple[int, int]],
    kind: str,
    output: str | None,
    stem: str,
    *,
    force: bool,
) -> list[Path | None]:
    """Where each picture goes, checked to be free; folders are made here."""
    from inrcodec.cli.destination import check_free, check_parent, file_paths, find_destination

    single = kind == "sheet" or len(numbers) == 1
    if output is None:
        output = f"{stem}-{kind}" + (".png" if single else "/")
    if Path(output).suffix.lower() == ".npy":
        if not single or kind == "sheet":
            raise UsageError(f"-o {output}: holds the numbers of one image; choose it with --index, and no --sheet")
        check_parent(Path(output))
        check_free([Path(output)], force=force)
        return [Path(output)]
    pictures = 1 if single else len(numbers)
    place = find_destination(output, None, stem=f"{stem}-{kind}", pictures=pictures, sheet=kind == "sheet")
    names = [archive.names[number] for number in numbers]
    return list(file_paths(place, names, numbers, () if kind == "sheet" else sizes, force=force))


def _derived(image: ArchivedImage, size: tuple[int, int], kind: str) -> Derived:
    """One derivative of an image at a size (width, height)."""
    from inrcodec.exporters import derivatives as draw

    if kind == "laplacian":
        values = image.laplacian(size)
        white = draw.white_of(draw.on_white(values))
        return Derived(values, draw.draw_laplacian(values, white), white)
    slopes = image.gradient(size)
    if kind == "gradient":
        white = draw.white_of(draw.magnitudes(draw.luma_slopes(slopes)[:, :, None]))
        return Derived(slopes, draw.draw_gradient(slopes, white), white)
    if kind == "magnitude":
        values = draw.magnitudes(slopes)
        white = draw.white_of(values)
        return Derived(values, draw.draw_magnitudes(values, white), white)
    values = draw.normals(slopes)
    return Derived(values, draw.draw_normals(values), None)


def _write(
    image: ArchivedImage, size: tuple[int, int], path: Path | None, kind: str, *, force: bool
) -> WrittenDerivative:
    from inrcodec.cli.destination import put
    from inrcodec.exporters.numbers import as_npy

    derived = _derived(image, size, kind)
    numbers = path is not None and path.suffix.lower() == ".npy"
    blob = as_npy(derived.values) if numbers else _still(derived.picture, path)
    put(path, blob, force=force)
    return WrittenDerivative(
        None if path is None else str(path), *size, len(blob), [image.number], None if numbers else derived.white
    )


def _write_sheet(
    images: Sequence[ArchivedImage], sizes: Sequence[tuple[int, int]], path: Path | None, *, force: bool
) -> WrittenDerivative:
    from inrcodec.cli.destination import put
    from inrcodec.exporters.levels import on_white
    from inrcodec.exporters.sheets import draw_sheet, plan_sheet
    from inrcodec.exporters.stills import check_side

    layout = plan_sheet([size for size in sizes for _ in range(3)], 3)
    check_pixels(layout.width, layout.height, "the sheet")
    check_side(_format(path), layout.width, layout.height)

    def rows() -> Iterator[Any]:
        for image, size in zip(images, sizes, strict=True):
            picture = image.render(size)
            yield on_white(picture) if picture.shape[2] == 4 else picture
            yield from (_derived(image, size, kind).picture for kind in ("gradient", "laplacian"))

    blob = _still(draw_sheet(layout, rows(), 3), path)
    put(path, blob, force=force)
    return WrittenDerivative(
        None if path is None else str(path),
        layout.width,
        layout.height,
        len(blob),
        [image.number for image in images],
        None,
    )


def _shown(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _still(picture: Any, path: Path | None) -> bytes:
    from inrcodec.exporters.stills import encode_still

    return encode_still(picture, _format(path))


def _format(path: Path | None) -> PictureFormat:
    """By the suffix; PNG on stdout."""
    from inrcodec.exporters.stills import format_for, format_named

    return format_named("png") if path is None else format_for(path)


def _agreement(images: Sequence[ArchivedImage]) -> list[Agreement]:
    from inrcodec.evaluate.slopes import agreement

    return [agreement(image) for image in images]


def _say(
    written: Sequence[WrittenDerivative], found: Sequence[Agreement], archive: Archive, kind: str, console: Console
) -> None:
    """What white stands for, how slopes agree with pixels, and what rectified units cannot do."""
    whites = [one.white for one in written if one.white is not None]
    if whites:
        spread = f"{min(whites):.3g}" if len(whites) == 1 else f"{min(whites):.3g} to {max(whites):.3g}"
        console.say(f"full brightness is {spread} {UNITS.get(kind, 'per pixel')}")
    known = [one.correlation for one in found if one.correlation is not None]
    if known:
        least = f", the least {min(known):.3f}" if len(known) > 1 else ""
        console.say(f"slopes at midpoints against differences of pixels: correlation {_mean(known):.3f}{least}")
    flat = [one.flat for one in found if one.flat is not None]
    if flat:
        console.say(
            f"rectified units: the Laplacian is exactly 0 at {100 * _mean(flat):.0f} % of the pixels{_why(archive)}"
        )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _why(archive: Archive) -> str:
    model = archive.header.model
    if model.conditioning == "pyramid":
        return "; what is left bends between the cells of the latents"
    return "; what is left bends in the octaves of x and y" if model.architecture.activation == "relu-pe" else ""
