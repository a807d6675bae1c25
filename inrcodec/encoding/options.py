"""What one may ask of an encode: an option stands here and in the command, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inrcodec.errors import Parameter, UsageError
from inrcodec.images import Picture, Source
from inrcodec.numerics.arrays import Pixels

if TYPE_CHECKING:
    from inrcodec.encoding.outlook import Outlook
    from inrcodec.fitting.progress import Progress

KINDS: dict[str, tuple[tuple[type, ...], str]] = {  # of values, by what annotations say
    "int": ((Integral,), "a whole number"),
    "float": ((Real,), "a number"),
    "str": ((str,), "text"),
    "int | str": ((Integral, str), "a whole number or text"),
    "str | Path": ((str, Path), "a path"),
    "Literal": ((str,), "text"),
}
Sources = Sequence[Source] | str | Path


@dataclass(frozen=True, kw_only=True)
class EncodeOptions:
    """What decides the file: the pictures, the field, and how it is fitted to them.

    Rate and effort:
        quality (float): 0 smallest to 100 finest; ten steps are some 2.3 dB. Default 50.
        target_psnr (float | None): control the rate to end at this mean PSNR, 10 to 60 dB. Default None: by quality.
        target_size (int | None): control the rate to end at this size of the file, bytes. Default None: by quality.
        effort (int): 1 quickest to 9 smallest; a step takes some twice as long; 0: nothing is fitted, a
            network guesses the latents. Default 5.
        passes (int | None): visits of every pixel; 0: as effort 0. Default None: by effort and the size of the set.
        time_limit (float | None): seconds in which to be done; the schedule shrinks to fit. Default None: no limit.
    Held-out pixels:
        holdout (float | None): share of every image's pixels hidden from the fit to measure it, 0 to 0.9. Default
            None: 0.1, but none in few passes from guesses, which do not get over what guesses have not seen.
        holdout_mode (str): fit the hidden pixels too once they are measured ("release"), or never ("strict").
            Default "release".
    Pictures:
        max_size (int | None): shrink pictures to this longest side, pixels. Default None: keep their sizes.
        frames (str): of moving pictures: the "first", or "all" of them, films too. Default "first".
        max_pixels (int | None): of all pictures together; more are refused before any is decoded. Default None: what
            this machine has memory for.
        background (str | None): flatten transparency on this color, "white" or "#ff8800". Default None: keep it.
        augment (str | None): fit variations of the pictures along that are not stored: some of
            "flip,rotate,crop". Default None.
        extra (str | Path | None): fit the pictures of this folder along that are not stored. Default None.
    Network:
        conditioning (str): how an image is told to the network: "pyramid", "grid", "binary", "latent",
            "bottleneck" or "hypernetwork". Default "pyramid".
        footprint (int): points per pixel and axis that a pixel is the mean of, 1 to 8. Default 1.
        width (str | None): hidden units, "64", or a multiple of 256, "10x". Default None: by the size of the set.
        depth (int | None): hidden layers, 1 to 8. Default None: 2 to 5, by conditioning.
        activation (str | None): "sine", "relu", "relu-pe" or "tanh". Default None: "sine".
        w0 (int | str | None): frequency of the first layer, or of every one, "60,30,30". Default None: 30.
        code (int | None): values of the code of an image (latent, hypernetwork). Default None: 64, 32.
        bottleneck (int | None): times that the middle layer is narrower. Default None: 1, or 10 for "bottleneck".
        head (int | None): hidden units from code to weights (hypernetwork); 0: a linear map. Default None: 0.
        space (str | None): "plain", or "smooth" for a frame of its own around every drawing. Default None: "plain".
        base (str): "auto": start from networks that ship with the program and store what differs, where the design
            is the usual one of 32 units; "none": start from nothing. Default "auto".
        start (str): of the latents: as a network guesses them, where that is worth it ("auto") or in any case
            ("guess"), or zeros ("none"). Default "auto".
        share (str): "auto": code an image from another one that it is like, where that makes the file smaller;
            "none": each by itself. Default "auto".
        keep_encoder (bool): let a small network find the codes (latent, hypernetwork), and store it. Default False.
    Where and how:
        device (str): "auto", "cpu", "cuda", "cuda:1" or "mps". Default "auto".
        engine (str): "kernel": compiled kernels, which know the pyramid on CPUs, where any number of threads gives
            equal files; "torch": every design; "auto": kernels where they can. Default "auto".
        threads (int | None): CPU threads, at least 1. Default None: all cores, at most 4.
        seed (int): equal seed, threads and passes give equal files; 0 to 2**32 - 1. Default 0.
        tune_process (bool): fork workers, and set torch's threads and precision and the allocator, until the fit
            ends; otherwise the process stays as it is and threads do nothing. Default True.
    """

    quality: float = 50
    target_psnr: float | None = None
    target_size: int | None = None
    effort: int = 5
    passes: int | None = None
    time_limit: float | None = None
    holdout: float | None = None
    holdout_mode: Literal["release", "strict"] = "release"
    max_size: int | None = None
    max_pixels: int | None = None
    frames: Literal["first", "all"] = "first"
    background: str | None = None
    conditioning: str = "pyramid"
    footprint: int = 1
    width: str | None = None
    depth: int | None = None
    activation: str | None = None
    w0: int | str | None = None
    code: int | None = None
    bottleneck: int | None = None
    head: int | None = None
    space: str | None = None
    base: Literal["auto", "none"] = "auto"
    start: Literal["auto", "guess", "none"] = "auto"
    share: Literal["auto", "none"] = "auto"
    keep_encoder: bool = False
    augment: str | None = None
    extra: str | Path | None = None
    device: str = "auto"
    engine: Literal["auto", "kernel", "torch"] = "auto"
    threads: int | None = None
    seed: int = 0
    tune_process: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no number where one is needed ("5m" is the command line's), and no text where that is."""
        for name, annotated in EncodeOptions.__annotations__.items():
            value, kind = getattr(self, name), annotated.removesuffix(" | None").split("[")[0]
            if value is not None and kind in KINDS and not isinstance(value, KINDS[kind][0]):
                raise UsageError(Parameter(name), f" {value!r}: give {KINDS[kind][1]}")


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """What the network sees at some steps of a fit, handed out.

    steps: numbers from 1 on; final: at the end, too, as it is read back; show: gets the step's number or "final", the
    images by number, (height, width, channels) in [0, 1], premultiplied, and the originals.
    """

    steps: frozenset[int]
    final: bool
    show: Callable[[str, dict[int, Pixels], Sequence[Picture]], None]


@dataclass(frozen=True, kw_only=True)
class EncodeRun:
    """How one run goes.

    This run:
        overwrite (bool): replace an output that exists. Default False.
        resume (bool): go on from the checkpoint that an interrupted run left beside the output. Default False.
        record (bool): keep curves of the fit and more figures for reports in the file. Default True.
        on_progress (Callable[[Progress], None] | None): called after every step. Default None.
        on_outlook (Callable[[Outlook], None] | None): called once, after a second of steps, with how far the fit will
            come. Default None.
        on_notice (Callable[[str], None] | None): called with a line for people where checkpoints lie elsewhere than
            beside the output, cannot be written, or were damaged. Default None.
        snapshots (Snapshots | None): steps at which to hand out what the network sees. Default None.
    """

    overwrite: bool = False
    resume: bool = False
    record: bool = True
    on_progress: Callable[[Progress], None] | None = None
    on_outlook: Callable[[Outlook], None] | None = None
    on_notice: Callable[[str], None] | None = None
    snapshots: Snapshots | None = None


@dataclass(frozen=True, kw_only=True)
class EncodeKeywords(EncodeRun, EncodeOptions):
    """Both together: every keyword of `inrcodec.encode`."""
