"""Images of similar sizes on one canvas, so that a pass has few parts, each of as many images at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from inrcodec.fitting.gpu.places import CanvasPlaces, Side, side_of
from inrcodec.fitting.gpu.store import LatentStore
from inrcodec.fitting.groups import Group
from inrcodec.fitting.run import Run
from inrcodec.numerics.coordinates import tiles

FULL = 0.75  # of a canvas, that an image covers at least
Size = tuple[int, int]


@dataclass(frozen=True)
class Tile:
    """A part of a canvas, and where the field is read for it, for every size of image."""

    rows: slice
    columns: slice
    down: Side
    across: Side

    @property
    def shape(self) -> Size:
        """Rows and columns."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    def places(self, kinds: torch.Tensor) -> CanvasPlaces:
        """For images (B,) of these sizes."""
        return CanvasPlaces(self.down.of(kinds), self.across.of(kinds))


@dataclass(kw_only=True)
class Canvas:
    """N images of one or more sizes, each in the corner of an area as large as the largest of them; S sizes.

    What belongs to cells and pixels outside an image is 0, and counts for nothing.
    """

    sizes: tuple[Size, ...]  # the canvas is as large as the first
    model_levels: tuple[tuple[int, int, int], ...]  # (channels, cells down, cells across) of the canvas
    kinds: torch.Tensor  # (N,) which size
    numbers: torch.Tensor  # (N,) place in the set
    pixels: torch.Tensor  # (N,) of each image
    mean_pixels: float
    conditions: torch.Tensor  # (N, values)
    targets: torch.Tensor  # (channels, N, height, width)
    inside: torch.Tensor | None  # (S, height, width) 1.0 within an image; None where all fill the canvas
    visible: torch.Tensor | None  # (N, height, width) 1.0 where the loss may look until hidden pixels are released
    store: LatentStore
    image_slots: torch.Tensor  # (N,) in the store
    latent_starts: torch.Tensor  # (N,) likewise
    cells: torch.Tensor  # (S, values) from the start of an image; -1 outside
    known: torch.Tensor | None  # (S, values) 0.0 outside
    rates: torch.Tensor  # (values,)
    limits: tuple[torch.Tensor, torch.Tensor] | None  # (values,)
    thumbnails: torch.Tensor | None
    per_step: int = 0
    parts: int = 0
    order: torch.Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))

    @property
    def count(self) -> int:
        """Images."""
        return len(self.numbers)

    def divide(self, pixels: int) -> bool:
        """Cut passes into parts of at most that many pixels, or of one image; whether that is another way than before.

        All parts have as many images: what the last one lacks, it takes from the first.
        """
        parts = -(-self.count // max(1, int(pixels / self.mean_pixels)))
        per_step = -(-self.count // parts)
        if per_step == self.per_step:
            return False
        self.per_step, self.parts = per_step, -(-self.count // per_step)
        self.order = torch.zeros(self.parts * per_step, dtype=torch.int64, device=self.numbers.device)
        return True

    def shuffle(self, noise: torch.Generator) -> None:
        """Another pass begins, in another order."""
        order = torch.randperm(self.count, generator=noise, device=self.numbers.device)
        torch.cat([order, order[: len(self.order) - self.count]], out=self.order)

    def rows(self, first_slot: torch.Tensor) -> torch.Tensor:
        """Images (B,) of a part, by the place () in the order where it begins."""
        return self.order[first_slot.long() + torch.arange(self.per_step, device=self.order.device)]

    def places_in_store(self, rows: torch.Tensor) -> torch.Tensor:
        """Of the latents (B, values) of images; cells outside have the last place."""
        cells, starts = self.cells[self.kinds[rows]], self.latent_starts[rows, None]
        return starts + cells if self.known is None else torch.where(cells < 0, cells, starts + cells)

    def levels(self, latents: torch.Tensor) -> list[torch.Tensor]:
        """Views (channels, B, cells down, cells across) of each level in rows of latents (B, values)."""
        counts = [channels * down * across for channels, down, across in self.model_levels]
        parts = torch.split(latents, counts, dim=1) if counts else ()
        return [part.reshape(-1, *shape).transpose(0, 1) for part, shape in zip(parts, self.model_levels, strict=True)]

    def tiles(self, run: Run, stride: int, points: int) -> list[Tile]:
        """The canvas in tiles of at most that many samples of a part's images; with a stride, pixels are counted so."""
        height, width = (-(-side // stride) for side in self.sizes[0])
        down, across, footprint = *zip(*self.sizes, strict=True), run.footprint
        levels = run.model.levels if run.model.spatial else ()
        ends = max(1, points // (self.per_step * footprint**2))
        sides: dict[tuple[int, int, int], Side] = {}

        def side(axis: int, lengths: Sequence[int], pixels: slice) -> Side:
            key = axis, pixels.start, pixels.stop
            if key not in sides:
                sides[key] = side_of(lengths, pixels, footprint, levels, self.numbers.device)
            return sides[key]

        if stride > 1:  # `gpu.step` reads the centers of a subsample out of all
            whole = side_of(down, slice(0, down[0]), 1, (), self.numbers.device)
            other = side_of(across, slice(0, across[0]), 1, (), self.numbers.device)
            return [Tile(rows, columns, whole, other) for rows, columns in tiles(height, width, ends)]
        return [
            Tile(rows, columns, side(0, down, rows), side(1, across, columns))
            for rows, columns in tiles(height, width, ends)
        ]


def canvases(run: Run, store: LatentStore) -> list[Canvas]:
    """All images of a run. Where latents belong to places, an image shares the canvas of one not much larger."""
    areas: list[list[int]] = []  # groups by number, the largest first
    order = sorted(range(len(run.groups)), key=lambda number: (-run.groups[number].pixels, run.groups[number].size))
    for number in order:
        fitting = (area for area in areas if run.model.spatial and _fits(run, number, area[0]))
        area = next(fitting, None)
        if area is None:
            areas.append([number])
        else:
            area.append(number)
    return [_canvas(run, area, store) for area in areas]


def _fits(run: Run, number: int, largest: int) -> bool:
    group, canvas = run.groups[number], run.groups[largest]
    within = all(side <= limit for side, limit in zip(group.size, canvas.size, strict=True))
    return within and group.pixels >= FULL * canvas.pixels


def _canvas(run: Run, area: list[int], store: LatentStore) -> Canvas:
    groups = [run.groups[number] for number in area]
    first, device, counts = groups[0], groups[0].latents.device, [len(group.numbers) for group in groups]
    kinds = [kind for kind, count in enumerate(counts) for _ in range(count)]
    cells = torch.stack([_cells(first, group) for group in groups])
    single = len(groups) == 1
    starts = [
        (latent + row * group.latents.shape[1], image + row)
        for group, (latent, image) in zip(groups, (store.starts[number] for number in area), strict=True)
        for row in range(len(group.numbers))
    ]
    latent_starts, image_slots = torch.tensor(starts).to(device).unbind(1)
    visible = (
        None if first.visible is None else _spread(groups, [g.visible for g in groups if g.visible is not None], 0)
    )
    targets = _spread(groups, [group.targets for group in groups], 1)
    for group, mine in zip(groups, torch.split(targets, counts, dim=1), strict=True):
        group.targets = mine[..., : group.size[0], : group.size[1]]  # the same memory: pictures are kept once
    if single:
        targets = first.targets
    return Canvas(
        sizes=tuple(group.size for group in groups),
        model_levels=first.shapes,
        kinds=torch.tensor(kinds).to(device),
        numbers=torch.from_numpy(np.concatenate([group.numbers for group in groups])).to(device),
        pixels=torch.tensor([float(groups[kind].pixels) for kind in kinds]).to(device),
        mean_pixels=sum(groups[kind].pixels for kind in kinds) / len(kinds),
        conditions=torch.cat([group.conditions for group in groups]),
        targets=targets,
        inside=None if single else _spread(groups, [torch.ones(1, *group.size, device=device) for group in groups], 0),
        visible=visible,
        store=store,
        image_slots=image_slots.contiguous(),
        latent_starts=latent_starts.contiguous(),
        cells=cells.to(device),
        known=None if single else (cells >= 0).float().to(device),
        rates=first.adam.factors,
        limits=first.limits,
        thumbnails=first.thumbnails,
    )


def _cells(canvas: Group, group: Group) -> torch.Tensor:
    """Where the latents of a group's image are for each of the canvas's, (values,); -1 where it has none."""
    parts, first = [], 0
    for (channels, down, across), (_, own_down, own_across) in zip(canvas.shapes, group.shapes, strict=True):
        count = channels * own_down * own_across
        plane = torch.full((channels, down, across), -1)
        plane[:, :own_down, :own_across] = torch.arange(first, first + count).reshape(channels, own_down, own_across)
        parts.append(plane.reshape(-1))
        first += count
    return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.int64)


def _spread(groups: Sequence[Group], planes: Sequence[torch.Tensor], axis: int) -> torch.Tensor:
    """Planes (..., images, height, width) of each group, joined along their images on areas of the first one's size."""
    if len(planes) == 1:
        return planes[0]
    height, width = groups[0].size
    padded = [
        torch.nn.functional.pad(plane, (0, width - plane.shape[-1], 0, height - plane.shape[-2])) for plane in planes
    ]
    return torch.cat(padded, dim=axis)
