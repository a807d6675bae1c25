"""What `info` says of a collection, from its manifest alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inrcodec.cli.console import counted, decibels
from inrcodec.cli.values import spoken_duration

LISTED = 6  # shards that are named without --verbose


def describe_collection(file: str) -> dict[str, Any]:
    """The answer as plain values, in the order of the JSON keys."""
    import msgspec

    from inrcodec.archive import Collection

    found = Collection.open(file)
    manifest, lost = found.manifest, found.lost()
    gone = [found.names[number] for which in lost for number in manifest.members(which)]
    return {
        "file": file,
        "file_size": found.file_size,
        "encoder": manifest.about.software,
        "images": len(found),
        "channels": found.channels,
        "pixels": found.pixels,
        "bits_per_pixel": found.bits_per_pixel,
        "mean_psnr": found.mean_psnr,
        "order": manifest.about.order,
        "settings": manifest.about.settings,
        "manifest_bytes": manifest.size,
        "missing": [*manifest.about.missing, *gone],
        "skipped": [{"path": path, "reason": reason} for path, reason in manifest.about.skipped],
        "lost": [{"file": manifest.shards[which].file, "reason": reason} for which, reason in lost.items()],
        "shards": [msgspec.to_builtins(shard) for shard in manifest.shards],
    }


def collection_lines(answer: dict[str, Any], verbose: bool) -> Iterator[tuple[str, str]]:
    """The answer as (name, value) lines for people."""
    shards = answer["shards"]
    yield "collection", answer["file"]
    yield "format", f"written by {answer['encoder']}, order of {answer['order']}"
    yield "images", f"{answer['images']:,} in {counted(len(shards), 'shard')}"
    yield "rate", f"{answer['bits_per_pixel']:.3f} bits per pixel over {answer['pixels']:,} pixels"
    yield "mean PSNR", decibels(answer["mean_psnr"])
    yield "settings", ", ".join(f"{name} {value}" for name, value in answer["settings"].items())
    yield "size", f"{answer['file_size']:>12,} bytes, {answer['manifest_bytes']:,} of them the manifest"
    for shard in shards if verbose else shards[:LISTED]:
        fitted = f", fitted in {spoken_duration(shard['seconds'])}" if shard["seconds"] else ""
        yield "  shard", f"{shard['bytes']:>12,} bytes  {shard['file']}, {shard['images']:,} images{fitted}"
    if not verbose and len(shards) > LISTED:
        yield "", f"and {len(shards) - LISTED:,} more shards; -v lists them"
    for lost in answer["lost"]:
        yield "  lost", f"{lost['file']}: {lost['reason']}; the same encode with --force makes it anew"
    if answer["missing"]:
        cure = "were lost" if answer["lost"] else "failed; encode again to go on"
        yield "missing", f"{counted(len(answer['missing']), 'image')}, whose shards {cure}"
