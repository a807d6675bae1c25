"""From integers to the bytes of a file, and the figures measured on what these decode to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inrcodec.archive import Archive
from inrcodec.bitstream.choosing_references import Choice
from inrcodec.bitstream.container import Chunk
from inrcodec.bitstream.ends import Ends
from inrcodec.bitstream.header import FORMAT_VERSION, Header, encode_header, pack_shapes
from inrcodec.bitstream.limits import check_limits
from inrcodec.bitstream.names import encode_names
from inrcodec.bitstream.packing import pack, pack_latents
from inrcodec.bitstream.record import Record
from inrcodec.bitstream.weights import Range
from inrcodec.encoding.allowance import Allowance
from inrcodec.encoding.copying import with_copies
from inrcodec.encoding.ends import ends_for
from inrcodec.evaluate.measuring import decoded_pairs, measured, measured_for_reports
from inrcodec.field.field import field_shapes
from inrcodec.images import Picture
from inrcodec.numerics.poses import Codes, coded_poses
from inrcodec.settings import Holdout, ModelSettings
from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.fitting.file_engine import FileEngine
    from inrcodec.fitting.progress import Fitted

Bits = npt.NDArray[np.float64]


def assemble(
    pictures: Sequence[Picture], model: ModelSettings, holdout: Holdout, fitted: Fitted, *, share: bool = True
) -> bytes:
    """The file's bytes, with the figures measured on what those bytes decode to. share: see `pack_latents`."""
    poses = coded_poses(picture.pixels for picture in pictures) if model.posed else None
    return assembled(pictures, header_for(pictures, model, holdout), fitted, poses, share=share)[0]


def header_for(pictures: Sequence[Picture], model: ModelSettings, holdout: Holdout) -> Header:
    """The header of a file of these pictures; raises what a reader would, were it written."""
    sizes = [picture.shape[:2] for picture in pictures]
    encode_names([picture.name for picture in pictures])
    return header_of(sizes, pictures[0].channels, model, holdout)


def header_of(sizes: Sequence[tuple[int, int]], channels: int, model: ModelSettings, holdout: Holdout) -> Header:
    """The header of a file of images of these (height, width); raises what a reader would, were it written."""
    shapes, shape_index = pack_shapes(sizes)
    software = f"inrcodec {__version__}"
    header = Header(
        version=FORMAT_VERSION,
        channels=channels,
        images=len(sizes),
        shapes=shapes,
        shape_index=shape_index,
        model=model,
        holdout=holdout,
        software=software,
    )
    encode_header(header)
    check_limits(model, sizes, field_shapes(model, channels, len(sizes)))
    return header


def archive_of(
    pictures: Sequence[Picture],
    header: Header,
    fitted: Fitted,
    poses: Codes | None,
    latents: tuple[tuple[Range, ...], list[Chunk], Bits],
) -> Archive:
    """What the bytes of a file decode to before it is measured; latents: as `pack_latents` gives them."""
    ranges, blocks, _ = latents
    times = [picture.seconds for picture in pictures if picture.seconds is not None]
    blob = pack(
        header,
        (*fitted.network, *fitted.context),
        ranges,
        blocks,
        [picture.name for picture in pictures],
        figures=(),
        poses=poses,
        encoder=fitted.encoder,
        times=times if len(times) == len(pictures) else (),
        base=fitted.base,
    )
    return Archive.from_bytes(blob)


def assembled(
    pictures: Sequence[Picture],
    header: Header,
    fitted: Fitted,
    poses: Codes | None,
    record: Record | None = None,
    engine: FileEngine | None = None,
    *,
    share: bool = True,
    rate_weight: float | None = None,
    allowance: Allowance | None = None,
    like: Archive | None = None,
) -> tuple[bytes, Archive]:
    """The file's bytes, and what those decode to but for the figures, which are measured on it.

    engine: packs and draws, where there is one that is faster; share: see `pack_latents`;
    rate_weight: of the fit, where images may also take over latents of others, see `copying`; allowance: for that and
    for looking for references; None: all the time that they take; like: a file of the same pictures, made a moment ago,
    whose references are good for this one.
    """
    allowed = allowance or Allowance()
    known = None if like is None else _choice_of(like)
    share = share and (like is None or known is not None)

    def without_figures(fitted: Fitted) -> tuple[Archive, Bits]:
        go_on = allowed.but(0.0).for_looking
        latents = pack_latents(header, fitted.context, fitted.latents, engine, share=share, go_on=go_on, choice=known)
        return archive_of(pictures, header, fitted, poses, latents), latents[2]

    begun = time.monotonic()
    bare, bits = without_figures(fitted)
    if share and rate_weight is not None and header.holdout.mode != "strict":
        again = allowed.but(time.monotonic() - begun)  # copies ask for another look
        copies = with_copies(bare, pictures, rate_weight, fitted.latents, engine, again.for_more)
        if copies is not None:
            other = without_figures(replace(fitted, latents=copies.latents))
            if 8 * (bare.file_size - other[0].file_size) > copies.worth:
                bare, bits = other
    pairs = decoded_pairs(list(bare), pictures, None if engine is None else engine.octets(bare))
    ends = ends_for(pairs) if header.model.spatial else Ends()
    if ends.tolerance:
        bare, pairs = Archive(bare.stored.with_ends(ends)), pairs.with_ends(ends)
    columns = list(measured(pairs, fitted.held_out, bits if header.model.levels else None))
    if record:
        columns += measured_for_reports(pairs, fitted.held_out)
    return bare.stored.measured(columns, record), bare


def _choice_of(archive: Archive) -> Choice | None:
    """The references of a file."""
    stored = archive.stored
    if stored.references is None:
        return None
    chosen = tuple(tuple(stored.chosen(block)) for block in range(stored.blocks))
    return Choice(stored.references, chosen, saved=0.0)
