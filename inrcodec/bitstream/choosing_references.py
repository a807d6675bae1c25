"""Which image has which reference, and how much it counts: by what that saves, measured on the latents of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from inrcodec.bitstream.container import REFERENCES, Chunk
from inrcodec.bitstream.context import static
from inrcodec.bitstream.latents import BlockCoder, LatentCodec, Latents
from inrcodec.bitstream.likeness import Block, GoOn, Pair, Shapes
from inrcodec.bitstream.references import NONE, Codes, References, encode_references, reference_bits, usual_codes

ROUNDS = 3  # of choosing references, and weights for these
MANY_PIXELS = 3 << 18  # of a set that is large: a part of it says whether the rest is worth a look
SAMPLE, SIDE = 4, 64  # blocks of that part, at most, and pixels that its images are cut to
LEAST_SHARE = 0.01  # bits a pixel that these must save: some half a percent, for twenty times the work
LEAST_BITS = 12.0  # that a reference must save, some 6 of which it takes itself
Blocks = Sequence[tuple[Sequence[Latents], Shapes]]


@dataclass(frozen=True)
class Choice:
    """For a whole set: what REFS says, and the references of every block's images."""

    references: References
    chosen: tuple[tuple[int, ...], ...]
    saved: float  # bits, in the blocks and by what REFS takes

    @property
    def chunk(self) -> Chunk:
        """What says so."""
        return Chunk(REFERENCES, encode_references(self.references))


def choose(codec: LatentCodec, references: References, images: Sequence[Latents], shapes: Shapes) -> tuple[int, ...]:
    """The references of a block's images, by their numbers, or NONE, where weights are given."""
    return _forest(Block(codec, images, shapes).pairs(), references.codes, len(images))


def choose_all(
    codec: LatentCodec,
    blocks: Blocks,
    go_on: GoOn = lambda pixels: True,
    coder: BlockCoder | None = None,
) -> Choice | None:
    """References and the best weights for a whole set; None where they would not make its file smaller.

    go_on: whether there is time to look at images of so many pixels; where there is none, they have none;
    coder: finds what latents take in the place of the codec.
    """
    if any(map(static, codec.model.levels)):
        return None
    if _pixels(blocks) > MANY_PIXELS:
        sample = [_cut(codec, *blocks[number]) for number in _sample_of(len(blocks))]
        told = _best(codec, sample, go_on, coder)
        if told is None or told.saved < LEAST_SHARE * _pixels(sample):
            return None
    return _best(codec, blocks, go_on, coder)


def _best(codec: LatentCodec, blocks: Blocks, go_on: GoOn, coder: BlockCoder | None) -> Choice | None:
    """See `choose_all`, whatever the set."""
    counts = [len(images) for images, _ in blocks]
    pairs = [Block(codec, *block, coder).pairs(go_on) for block in blocks]
    choices = [_with_codes(counts, pairs, usual_codes(len(codec.model.levels)))]
    while len(choices) <= ROUNDS and (kept := _kept(pairs, choices[-1].chosen)):
        choices.append(_with_codes(counts, pairs, _best_codes(kept)))
    best = max(choices, key=lambda choice: choice.saved)
    return best if best.saved > 0 else None


def share_alike(codec: LatentCodec, blocks: Blocks) -> float:
    """Share of the images that are like others of their block, and would be looked at: found out in no time."""
    if any(map(static, codec.model.levels)):
        return 0.0
    return sum(Block(codec, *block).alike() for block in blocks) / sum(len(images) for images, _ in blocks)


def _sample_of(blocks: int) -> list[int]:
    """The numbers of some blocks from all over a set."""
    return [number * blocks // SAMPLE for number in range(SAMPLE)] if blocks > SAMPLE else list(range(blocks))


def _pixels(blocks: Blocks) -> int:
    return sum(height * width for _, shapes in blocks for height, width in shapes)


def _cut(codec: LatentCodec, images: Sequence[Latents], shapes: Shapes) -> tuple[list[Latents], Shapes]:
    """A block whose images end where they would be too large."""
    cut = [(min(SIDE, height), min(SIDE, width)) for height, width in shapes]
    parts = [
        tuple(
            found[:, : level.cells(height), : level.cells(width)]
            for level, found in zip(codec.model.levels, image, strict=True)
        )
        for image, (height, width) in zip(images, cut, strict=True)
    ]
    return parts, cut


def _with_codes(counts: Sequence[int], pairs: Sequence[Sequence[Pair]], codes: Codes) -> Choice:
    """References for these weights, and what they save, in blocks of that many images."""
    chosen = tuple(_forest(block, codes, count) for block, count in zip(pairs, counts, strict=True))
    references = References(*_shares(chosen), codes)
    saved = sum(pair.gain(codes) for pair in _kept(pairs, chosen))
    saved -= sum(reference_bits(references, found) for found in chosen)
    choice = Choice(references, chosen, saved)
    return replace(choice, saved=saved - 8 * choice.chunk.size)


def _kept(pairs: Sequence[Sequence[Pair]], chosen: Sequence[Sequence[int]]) -> list[Pair]:
    """The pairs that were chosen."""
    both = zip(pairs, chosen, strict=True)
    return [pair for block, found in both for pair in block if found[pair.image] == pair.reference]


def _best_codes(pairs: Sequence[Pair]) -> Codes:
    """The codes of weights that save most, (levels, CLASSES)."""
    best: Codes = np.argmax(np.sum([pair.saved for pair in pairs], axis=0), axis=2).astype(np.uint8)
    return best


def _forest(pairs: Sequence[Pair], codes: Codes, images: int) -> tuple[int, ...]:
    """References for a block's images without circles: what saves most comes first."""
    chosen = [NONE] * images
    for gain, pair in sorted(((pair.gain(codes), pair) for pair in pairs), key=lambda one: -one[0]):
        if gain < LEAST_BITS:
            break
        if chosen[pair.image] == NONE and not _leads_to(pair.reference, pair.image, chosen):
            chosen[pair.image] = pair.reference
    return tuple(chosen)


def _leads_to(image: int, other: int, chosen: Sequence[int]) -> bool:
    """Whether references lead from an image to another one."""
    while image not in (NONE, other):
        image = chosen[image]
    return image == other


def _shares(chosen: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Of images without a reference and of those whose reference is the one before, in 1/256; together at most 255."""
    everything = [(one, image) for block in chosen for image, one in enumerate(block)]
    without = sum(one == NONE for one, _ in everything) / len(everything)
    previous = sum(one == image - 1 for one, image in everything if image) / len(everything)
    return round(without * 250), round(previous * 250)
