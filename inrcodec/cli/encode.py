"""`inrcodec encode`: a folder of images becomes one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from inrcodec.bitstream.collection import SUFFIX, is_url
from inrcodec.cli.collecting import Order, Ray, Shards, Workers, collect_and_say, is_collection, sharding_of
from inrcodec.cli.console import Console
from inrcodec.cli.encode_run import encode_and_say, say_plan
from inrcodec.cli.network_options import (
    W0,
    Activation,
    Augment,
    Base,
    Bottleneck,
    Code,
    Conditioning,
    Depth,
    Extra,
    Footprint,
    Head,
    KeepEncoder,
    Preset,
    Share,
    Space,
    Start,
    Width,
)
from inrcodec.cli.options import (
    Background,
    Device,
    Engine,
    Force,
    Json,
    MaxSize,
    Quiet,
    Resume,
    Seed,
    Threads,
    TimeLimit,
    UsualHoldout,
    Verbose,
    epilog,
)
from inrcodec.cli.presets import check_patience, with_preset
from inrcodec.cli.snapshots import snapshots_into
from inrcodec.cli.sources import FilesFrom, Null, Packed, Sources, found_in, gathered
from inrcodec.cli.values import parse_bytes, parse_duration
from inrcodec.errors import UsageError

EPILOG = epilog(
    (
        "inrcodec encode ./thumbs -o set.inr",
        "inrcodec encode ./thumbs -o small.inr --quality 30 --time-limit 2m",
        "inrcodec encode 'icons/*.png' logo.webp -o icons.inr --background white",
        "inrcodec encode ./photos -o photos.inr --max-size 64 --effort 7",
        "inrcodec encode clip.gif --frames all -o clip.inr",
        "inrcodec encode ./thumbs -o set.inr --target-size 60k",
        "inrcodec encode ./thumbs -o set.inr --target-psnr 35",
        "inrcodec encode ./thumbs -o set.inr --conditioning latent --code 128",
        "inrcodec encode ./thumbs -o set.inr --snapshots 50,750,final",
        "inrcodec encode ./thumbs --dry-run",
        "inrcodec encode ./photos -o photos.inrs --shards auto --workers 4",
        "inrcodec encode shards-*.tar --input tar -o photos.inrs",
    ),
    (
        "file, file_size, images, pixels, bits_per_pixel, mean_psnr, worst_psnr, worst_image, holdout_mode, "
        "holdout_psnr, exact_images, source_bytes, ratio, seconds, passes, start (guess, base, none), "
        "missed (time, size, psnr), warnings, verdict (lossless_sheet, lossless_codec, avif_sheet: bytes; sampled), "
        "skipped (path, reason), notes",
        "(with --dry-run) file, images, pixels, channels, parameters, passes, estimated_seconds, estimated_bytes, "
        "source_bytes, warnings, skipped, notes",
        "(a collection) file, file_size, images, shards, pixels, bits_per_pixel, mean_psnr, order, source_bytes, "
        "ratio, seconds, fitting_seconds, reused, retried, failed (shard, images, reason), skipped (path, reason), "
        "notes",
    ),
)


def encode(
    sources: Sources = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="The file to write.", show_default="FOLDER.inr, here"),
    ] = None,
    quality: Annotated[int, typer.Option("-q", "--quality", min=0, max=100, help="0 smallest, 100 finest.")] = 50,
    target_psnr: Annotated[
        float | None,
        typer.Option("--target-psnr", metavar="DB", help="Steer to this mean PSNR.", show_default="use --quality"),
    ] = None,
    target_size: Annotated[
        str | None,
        typer.Option("--target-size", metavar="BYTES", help="Steer to this size: 60k.", show_default="use --quality"),
    ] = None,
    effort: Annotated[
        int,
        typer.Option("-e", "--effort", min=0, max=9, help="0 at once, 1 quickest, 9 smallest for its quality."),
    ] = 5,
    passes: Annotated[
        int | None,
        typer.Option(
            "--passes", min=1, help="Visits of every pixel (epochs), in place of effort.", show_default="by effort"
        ),
    ] = None,
    time_limit: TimeLimit = None,
    holdout: UsualHoldout = None,
    holdout_mode: Annotated[
        Literal["release", "strict"],
        typer.Option("--holdout-mode", help="Fit hidden pixels after measuring (release), or never (strict)."),
    ] = "release",
    frames: Annotated[
        Literal["first", "all"],
        typer.Option("--frames", help="Of moving pictures: the first alone, or all, films too; decode plays them."),
    ] = "first",
    max_size: MaxSize = None,
    max_pixels: Annotated[
        int | None,
        typer.Option("--max-pixels", min=1, help="Of all pictures together.", show_default="what memory is good for"),
    ] = None,
    background: Background = None,
    conditioning: Conditioning = "pyramid",
    footprint: Footprint = 1,
    preset: Preset = None,
    width: Width = None,
    depth: Depth = None,
    activation: Activation = None,
    w0: W0 = None,
    code: Code = None,
    bottleneck: Bottleneck = None,
    head: Head = None,
    space: Space = None,
    base: Base = "auto",
    start: Start = "auto",
    share: Share = "auto",
    keep_encoder: KeepEncoder = False,
    augment: Augment = None,
    extra: Extra = None,
    device: Device = "auto",
    engine: Engine = "auto",
    threads: Threads = None,
    seed: Seed = 0,
    record: Annotated[
        bool, typer.Option("--record/--no-record", help="Keep curves and more figures for reports in the file.")
    ] = True,
    snapshots: Annotated[
        str | None,
        typer.Option(
            "--snapshots",
            metavar="STEPS",
            help="Write what the network sees at steps, such as 50,750,final.",
            show_default="none",
        ),
    ] = None,
    snapshots_to: Annotated[
        str | None,
        typer.Option("--snapshots-to", metavar="DIR", help="Where to.", show_default="FILE-snapshots"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take; write nothing.")] = False,
    verdict: Annotated[
        bool, typer.Option("--verdict/--no-verdict", help="Say whether a lossless or an AVIF sheet would be smaller.")
    ] = True,
    shards: Shards = None,
    order: Order = "auto",
    workers: Workers = None,
    ray: Ray = None,
    resume: Resume = False,
    input: Packed = "files",
    files_from: FilesFrom = None,
    null: Null = False,
    force: Force = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fit one small network and a code per image, and write both as one .inr file; its path goes to stdout."""
    console = Console(quiet, verbose)
    given = gathered(sources, files_from, null)
    limit = None if time_limit is None else parse_duration(time_limit)
    files = found_in(given, input)
    target = _target(output, given, suffix=".inr" if shards is None else SUFFIX)
    if output is None and not dry_run:
        console.say(f"no -o given: writing {target}")
    collected = is_collection(target, shards=shards, order=order, workers=workers, ray=ray)
    if not collected:
        _check_target(target, force=force, resume=resume)
    from inrcodec.encoding.options import EncodeOptions, EncodeRun

    options = EncodeOptions(
        quality=quality, target_psnr=target_psnr, target_size=None if target_size is None else parse_bytes(target_size),
        effort=effort, passes=passes, time_limit=limit, holdout=holdout, holdout_mode=holdout_mode,
        frames=frames, max_size=max_size, max_pixels=max_pixels, background=background,
        conditioning=conditioning, footprint=footprint,
        width=width, depth=depth, activation=activation, w0=w0, code=code, bottleneck=bottleneck, head=head,
        space=space, base=base, start=start, share=share, keep_encoder=keep_encoder, augment=augment, extra=extra,
        device=device, engine=engine, threads=threads, seed=seed,
    )  # fmt: skip
    if preset is not None:
        options = with_preset(preset, options)
    if collected:
        for name, given_for_a_file in {"--dry-run": dry_run, "--snapshots": snapshots, "--preset": preset}.items():
            if given_for_a_file:
                raise UsageError(f"{name} is for one file, not for a collection; leave it out")
        collect_and_say(files, target, options, sharding_of(shards, order, workers, ray, force=force), json, console)
        return
    if preset is not None and not dry_run:
        check_patience(files, options)
    shown = None if snapshots is None else snapshots_into(snapshots, snapshots_to, target, force=force)
    if dry_run:
        say_plan(files, target, options, resume, json, console)
        return
    run = EncodeRun(overwrite=force, resume=resume, record=record, snapshots=shown)
    encode_and_say(files, target, options, run, json, console, verdict=verdict)


def _check_target(target: Path, *, force: bool, resume: bool) -> None:
    """Refuse an output that cannot or must not be written, before any work."""
    if str(target) == "-":
        raise UsageError("encode writes a file that it reads back and checks, not a stream; give -o a file name")
    from inrcodec.encoding.encode import check_output

    check_output(target, overwrite=force, resume=resume)


def _target(output: str | None, sources: Sequence[str], *, suffix: str) -> Path:
    """Where to write: -o, or a name made from the only folder given, in the current folder."""
    if output is not None and is_url(output):
        raise UsageError(f"-o {output}: encode writes to this machine or what it mounts; copy what it wrote")
    if output is not None:
        return Path(output)
    first = Path(sources[0]).resolve()
    stem = "set"
    if len(sources) == 1 and first.exists():
        stem = (first.name if first.is_dir() else first.stem) or stem
    return Path(f"{stem}{suffix}")
