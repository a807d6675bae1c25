"""`inrcodec info`: what a file is, from its header and chunk sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from inrcodec.bitstream.collection import is_collection
from inrcodec.cli.console import print_json
from inrcodec.cli.opening import describe_archive, signal_described
from inrcodec.cli.options import Files, Json, Quiet, Verbose, epilog
from inrcodec.exporters.naming import displayed

if TYPE_CHECKING:
    from inrcodec.archive import Archive

EPILOG = epilog(
    ("inrcodec info set.inr", "inrcodec info *.inr --json"),
    (
        "file, file_size, format_version, encoder, images, channels, pixels, seconds (of a clip), bits_per_pixel, "
        "sizes (width, height, images), conditioning, hidden_width, hidden_layers, footprint, "
        "base (number, quality; null without one), related_images (coded from another one), levels (shift, channels), "
        "holdout (mode, fraction, seed), parts (label, bytes)",
        "(one signal) file, file_size, format_version, encoder, kind, name, axes, channels, places, scale, "
        "hidden_width, hidden_layers, activation, w0, figures, parts",
        "(a collection) file, file_size, encoder, images, channels, pixels, bits_per_pixel, mean_psnr, order, "
        "settings, manifest_bytes, missing (names), skipped (path, reason), lost (file, reason), shards (file, images, "
        "bytes, blake2b, channels, base, seconds)",
        "(with several files) files: a list of these",
    ),
)
LISTED_SIZES, CORRUPT = 4, 3  # that are named; exit code
CHANNELS = {1: "1 (gray)", 3: "3 (color)", 4: "4 (color and alpha)"}


def info(files: Files, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Say what files are: images, sizes, network, bytes by part, bits per pixel. No image is decoded.

    Exit code 3 where shards of a collection are not there, or of another size.
    """
    told = [_told(file, verbose) for file in files]
    if json:
        print_json(told[0][0] if len(files) == 1 else {"files": [answer for answer, _ in told]})
    else:
        for number, (_, lines) in enumerate(told):
            print("\n" if number else "", end="")
            print_pairs(lines)
    if any(answer.get("lost") for answer, _ in told):
        raise typer.Exit(CORRUPT)


def _told(file: str, verbose: bool) -> tuple[dict[str, Any], Iterable[tuple[str, str]]]:
    """What is said of a file, as plain values and as lines for people."""
    if is_collection(file):
        from inrcodec.cli.collection_info import collection_lines, describe_collection

        told = describe_collection(file)
        return told, collection_lines(told, verbose)
    if (signal := signal_described(file)) is not None:
        from inrcodec.cli.signals.saying import describe_signal, signal_lines

        said = describe_signal(file, signal)
        return said, signal_lines(said)
    answer = describe(file, describe_archive(file))
    return answer, described(answer, verbose=verbose)


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and what they are, one a line."""
    for name, value in pairs:
        print(f"{name:<16}{displayed(value)}")


def describe(file: str, archive: Archive) -> dict[str, Any]:
    """The answer as plain values, in the order of the JSON keys."""
    from inrcodec.bitstream.base import QUALITIES

    header, model, base = archive.header, archive.header.model, archive.stored.base
    sizes = Counter((archive[number].width, archive[number].height) for number in range(len(archive)))
    return {
        "file": file,
        "file_size": archive.file_size,
        "format_version": header.version,
        "encoder": header.software,
        "images": len(archive),
        "channels": header.channels,
        "pixels": archive.pixels,
        "seconds": None if archive.times is None else sum(archive.times),
        "bits_per_pixel": archive.bits_per_pixel,
        "sizes": [{"width": w, "height": h, "images": count} for (w, h), count in sizes.most_common()],
        "conditioning": model.conditioning,
        "hidden_width": model.hidden_width,
        "hidden_layers": model.hidden_layers,
        "footprint": model.footprint,
        "base": None if base is None else {"number": base.number, "quality": QUALITIES[base.table]},
        "related_images": archive.stored.related(),
        "levels": [{"shift": level.shift, "channels": level.channels} for level in model.levels],
        "holdout": {
            "mode": header.holdout.mode,
            "fraction": header.holdout.fraction_ppm / 1e6,
            "seed": header.holdout.seed,
        },
        "parts": [{"label": label, "bytes": size} for label, size in archive.parts],
    }


def holdout_words(mode: str, fraction: float) -> str:
    """What was done with held-out pixels."""
    if mode == "none" or fraction == 0:
        return "none: every pixel was fitted from the start"
    ending = "never fitted" if mode == "strict" else "measured, then released and fitted"
    return f"{mode}: {100 * fraction:.0f} % of the pixels, {ending}"


def described(answer: dict[str, Any], *, verbose: bool) -> list[tuple[str, str]]:
    """The answer as (name, value) lines for people."""
    size = answer["file_size"]
    parts = [
        (f"  {part['label']}", f"{part['bytes']:>12,} bytes  {100 * part['bytes'] / size:5.1f} %")
        for part in answer["parts"]
        if part["bytes"]
    ]
    channels = CHANNELS.get(answer["channels"], str(answer["channels"]))
    return [
        ("file", answer["file"]),
        ("format", f"version {answer['format_version']}, written by {answer['encoder']}"),
        ("images", f"{answer['images']:,}"),
        *([("clip", f"{answer['seconds']:.3g} s, played by decode -o FILE.mp4")] if answer["seconds"] else []),
        ("sizes", _sizes(answer["sizes"], len(answer["sizes"]) if verbose else LISTED_SIZES)),
        ("channels", channels),
        ("conditioning", answer["conditioning"]),
        (
            "network",
            f"{answer['hidden_layers']} sine layers of {answer['hidden_width']}, footprint {answer['footprint']}",
        ),
        *([("base", _base(answer["base"]))] if answer["base"] else []),
        ("latents", _levels(answer["levels"])),
        *([("references", _related(answer["related_images"]))] if answer["related_images"] else []),
        ("held-out pixels", holdout_words(answer["holdout"]["mode"], answer["holdout"]["fraction"])),
        ("rate", f"{answer['bits_per_pixel']:.3f} bits per pixel over {answer['pixels']:,} pixels"),
        ("size", f"{size:>12,} bytes"),
        *parts,
    ]


def _related(images: int) -> str:
    return f"{images:,} {'images are' if images > 1 else 'image is'} coded from another one"


def _base(base: dict[str, int]) -> str:
    return f"network stored as what differs from base {base['number']} at quality {base['quality']}"


def _sizes(sizes: list[dict[str, int]], limit: int) -> str:
    listed = ", ".join(f"{size['width']}x{size['height']} ({size['images']:,})" for size in sizes[:limit])
    return listed + (f" and {len(sizes) - limit:,} more sizes" if len(sizes) > limit else "")


def _levels(levels: list[dict[str, int]]) -> str:
    if not levels:
        return "none"
    return ", ".join(
        f"{level['channels']} {'per image' if level['shift'] >= 31 else 'at 1/' + str(1 << level['shift'])}"
        for level in levels
    )
