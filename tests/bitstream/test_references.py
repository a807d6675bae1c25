"""Images that are coded from others: anything legal comes back, the second reader agrees, and files become smaller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import second_pixels
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import MadeUp, random_set

from inrcodec.bitstream import choosing_references, likeness
from inrcodec.bitstream.appending import extend, repacked
from inrcodec.bitstream.choosing_references import choose_all
from inrcodec.bitstream.container import REFERENCES, Chunk, read_chunks, write_chunks
from inrcodec.bitstream.context import level_contexts
from inrcodec.bitstream.header import pack_shapes
from inrcodec.bitstream.latents import LatentCodec, Latents
from inrcodec.bitstream.likeness import Block, GoOn, Pair
from inrcodec.bitstream.packing import pack, pack_latents
from inrcodec.bitstream.rangecoder import RangeEncoder
from inrcodec.bitstream.rearranging import rearranged
from inrcodec.bitstream.references import (
    CLASSES,
    NONE,
    References,
    decode_references,
    delays,
    encode_references,
    put_references,
    references_of,
    usual_codes,
)
from inrcodec.bitstream.related_latents import RelatedCodec
from inrcodec.bitstream.stored import StoredSet
from inrcodec.errors import CorruptFileError
from inrcodec.field.field import field_shapes
from inrcodec.settings import Level, ModelSettings

GOLDEN = Path(__file__).parents[1] / "golden"
MODELS = (
    {"levels": (Level(2, 2), Level(1, 3), Level(0, 1)), "context_width": 3},
    {"levels": (Level(1, 1),), "context_width": 1},
)


def family(seed: int, images: int, side: int = 9) -> MadeUp:
    """A made-up set in which every other image is the first one but for some noise."""
    made = random_set(seed, images=images, side=side, **MODELS[seed % len(MODELS)])
    rng, latents, sizes = np.random.default_rng(seed), list(made.latents), list(made.sizes)
    for number in range(2, images, 2):
        noise = rng.random() / 5
        latents[number] = tuple(np.where(rng.random(one.shape) < noise, rng.permuted(one), one) for one in latents[0])
        sizes[number] = sizes[0]
    shapes, index = pack_shapes(sizes)
    header = msgspec.structs.replace(made.header, shapes=shapes, shape_index=index)
    return replace(made, header=header, sizes=sizes, latents=tuple(latents))


def plain_codec(made: MadeUp) -> LatentCodec:
    """What codes the set's blocks without references."""
    ranges, _, _ = pack_latents(made.header, made.context, made.latents)
    return LatentCodec(made.header.model, level_contexts(made.header.model, made.context), ranges)


def any_references(made: MadeUp, seed: int) -> tuple[RelatedCodec, list[int]]:
    """Legal references and weights that nobody would choose."""
    rng, codec = np.random.default_rng(seed), plain_codec(made)
    codes = rng.integers(0, 16, (len(codec.model.levels), CLASSES)).astype(np.uint8)
    without = int(rng.integers(0, 256))
    references = References(without, int(rng.integers(0, 256 - without)), codes)
    order, chosen = rng.permutation(len(made.sizes)).tolist(), [NONE] * len(made.sizes)
    for place, image in enumerate(order):
        same = [other for other in order[:place] if made.sizes[other] == made.sizes[image]]
        if same and rng.random() < 0.8:
            chosen[image] = int(rng.choice(same))
    return RelatedCodec(codec.model, codec.contexts, codec.ranges, references), chosen


def file_of(made: MadeUp, codec: RelatedCodec, payload: bytes) -> bytes:
    """A file of one block."""
    chunks = [Chunk(REFERENCES, encode_references(codec.references)), Chunk(b"BLCK", payload)]
    names = [str(number) for number in range(len(made.sizes))]
    return pack(made.header, (*made.network, *made.context), codec.ranges, chunks, names, ())


def assert_equal(found: Sequence[Latents], expected: Sequence[Latents]) -> None:
    for one, other in zip(found, expected, strict=True):
        for level, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(level, same)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_round_trip(seed: int, images: int) -> None:
    made = family(seed, images, side=6)
    codec, chosen = any_references(made, seed)
    payload, bits = codec.encode_with(made.latents, made.sizes, chosen)
    assert_equal(codec.decode(payload, made.sizes), made.latents)
    told = 7 * images  # bits of references
    assert bits.sum() / 8 - 5 <= len(payload) <= (bits.sum() / 8 + told) * 1.0001 + 30 * images
    stored = StoredSet(file_of(made, codec, payload), field_shapes)
    assert stored.related() == sum(one != NONE for one in chosen)
    assert_equal([stored.latents(image) for image in range(images)], made.latents)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_second_reader_finds_the_same(seed: int) -> None:
    made = family(seed, 4, side=5)
    codec, chosen = any_references(made, seed)
    blob = file_of(made, codec, codec.encode_with(made.latents, made.sizes, chosen)[0])
    other = second_pixels.read(blob)
    assert_equal([other.latents(image) for image in range(4)], made.latents)


@pytest.mark.parametrize("seed", [0, 5])
def test_what_is_alike_becomes_smaller(seed: int) -> None:
    made = family(seed, 70, side=12)
    _, plain, _ = pack_latents(made.header, made.context, made.latents)
    _, (chunk, *blocks), bits = pack_latents(made.header, made.context, made.latents, share=True)
    assert chunk.kind == REFERENCES
    before, after = (sum(one.size for one in chunks) for chunks in (plain, blocks))
    assert after + chunk.size < 0.9 * before
    assert len(bits) == 70
    parts = [(made.latents[first:last], made.sizes[first:last]) for first, last in ((0, 64), (64, 70))]
    choice = choose_all(plain_codec(made), parts)
    assert choice is not None
    assert choice.saved / 8 == pytest.approx(before - after - chunk.size, rel=0.02, abs=40)
    names = [str(number) for number in range(70)]
    blob = pack(made.header, (*made.network, *made.context), plain_codec(made).ranges, [chunk, *blocks], names, ())
    stored = StoredSet(blob, field_shapes)
    assert_equal([stored.latents(image) for image in range(70)], made.latents)
    assert dict(stored.parts())["latents"] == after + chunk.size - 12 * (1 + len(blocks))


def test_what_is_not_alike_stays_as_it_was() -> None:
    for made in (random_set(4, images=20, **MODELS[0]), random_set(5, images=1, **MODELS[0])):
        assert pack_latents(made.header, made.context, made.latents, share=True)[1] == pack_latents(
            made.header, made.context, made.latents
        )[1]  # fmt: skip


def test_of_large_sets_a_part_says_whether_the_rest_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    alike, others = family(5, 70, side=12), random_set(4, images=20, **MODELS[0])
    codec, parts = plain_codec(alike), [(alike.latents[:64], alike.sizes[:64]), (alike.latents[64:], alike.sizes[64:])]
    whole = choose_all(codec, parts)
    looked: list[int] = []
    pairs = Block.pairs

    def counted(block: Block, go_on: GoOn) -> list[Pair]:
        looked.append(len(block._images))
        return pairs(block, go_on)

    monkeypatch.setattr(Block, "pairs", counted)
    monkeypatch.setattr(choosing_references, "MANY_PIXELS", 500)
    monkeypatch.setattr(choosing_references, "SIDE", 2)
    monkeypatch.setattr(choosing_references, "SAMPLE", 1)
    assert choose_all(plain_codec(others), [(others.latents, others.sizes)]) is None
    assert looked == [20]
    monkeypatch.setattr(choosing_references, "SIDE", 12)
    monkeypatch.setattr(choosing_references, "MANY_PIXELS", 4000)
    found = choose_all(codec, parts)
    assert found is not None
    assert whole is not None
    assert found.chosen == whole.chosen
    assert looked == [20, 64, 64, 6]


def test_a_look_that_is_ended_leaves_the_others_without(monkeypatch: pytest.MonkeyPatch) -> None:
    made = family(5, 70, side=12)
    size = made.sizes[0][0] * made.sizes[0][1]
    monkeypatch.setattr(likeness, "TOGETHER", 4 * size)
    asked: list[int] = []

    def go_on(pixels: int) -> bool:
        asked.append(pixels)
        return len(asked) <= 3

    everything = pack_latents(made.header, made.context, made.latents, share=True)
    _, (chunk, *blocks), _ = pack_latents(made.header, made.context, made.latents, share=True, go_on=go_on)
    assert asked[:4] == [4 * size] * 4
    references = decode_references(chunk.payload, made.header.model)
    chosen = references_of(references, blocks[0].payload, made.sizes[:64])
    assert 0 < sum(one != NONE for one in chosen) <= 12
    assert sum(len(block.payload) for block in blocks) > sum(len(block.payload) for block in everything[1][1:])


def test_what_is_known_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = family(5, 70, side=12)
    parts = [(made.latents[:64], made.sizes[:64]), (made.latents[64:], made.sizes[64:])]
    found = choose_all(plain_codec(made), parts)
    everything = pack_latents(made.header, made.context, made.latents, share=True)
    monkeypatch.setattr(Block, "pairs", None)
    assert found is not None
    assert pack_latents(made.header, made.context, made.latents, share=True, choice=found)[1] == everything[1]


def test_codes_of_one_cell_have_no_references() -> None:
    made = random_set(6, images=4, conditioning="latent", hidden_layers=2, levels=(Level(31, 3),))
    _, blocks, _ = pack_latents(made.header, made.context, made.latents, share=True)
    assert [chunk.kind for chunk in blocks] == [b"BLCK"]


def test_images_come_and_go() -> None:
    made = family(3, 9)
    codec, chosen = any_references(made, 2)
    stored = StoredSet(file_of(made, codec, codec.encode_with(made.latents, made.sizes, chosen)[0]), field_shapes)
    assert stored.related()
    longer = extend(stored, made.sizes[:2], made.latents[:2], [True, True])
    names = [str(number) for number in range(11)]
    again = StoredSet(repacked(stored, longer, names, None), field_shapes)
    assert_equal([again.latents(image) for image in range(11)], [*made.latents, *made.latents[:2]])
    left = [8, 1, 4, 6]
    fewer = StoredSet(repacked(again, rearranged(again, left), list("abcd"), None), field_shapes)
    assert_equal([fewer.latents(image) for image in range(4)], [made.latents[number] for number in left])


def test_payload_comes_back() -> None:
    model = ModelSettings()
    usual = References(3, 200, usual_codes(3))
    assert encode_references(usual) == bytes([3, 200])
    for references in (usual, References(0, 0, np.arange(96, dtype=np.uint8).reshape(3, 32) % 16)):
        found = decode_references(encode_references(references), model)
        assert (found.without, found.previous) == (references.without, references.previous)
        np.testing.assert_array_equal(found.codes, references.codes)


@pytest.mark.parametrize(
    ("payload", "model", "told"),
    [
        (b"", ModelSettings(), "0 bytes"),
        (bytes(17), ModelSettings(), "17 bytes"),
        (bytes(51), ModelSettings(), "51 bytes"),
        (bytes([128, 128]), ModelSettings(), "more than all"),
        (bytes(2), ModelSettings(levels=(Level(31, 2), Level(0, 1))), "no neighboring"),
        (bytes(2), ModelSettings("grid", levels=()), "no neighboring"),
        (bytes(2) + bytes(a | b << 4 for a, b in usual_codes(3).reshape(-1, 2).tolist()), ModelSettings(), "usual"),
    ],
)
def test_illegal_payloads(payload: bytes, model: ModelSettings, told: str) -> None:
    with pytest.raises(CorruptFileError, match=told):
        decode_references(payload, model)


def test_impossible_references() -> None:
    references = References(10, 10, usual_codes(1))
    for chosen in ([0], [1, 0], [1, 2, 0, NONE]):
        with pytest.raises(CorruptFileError, match="leads back"):
            delays(chosen)
    assert delays([2, NONE, 1, 2, 3]) == [2, 0, 1, 2, 3]
    coder = RangeEncoder()
    put_references(coder, references, [NONE, 0])
    payload = coder.finish()
    assert references_of(references, payload, [(3, 4), (3, 4)]) == [NONE, 0]
    with pytest.raises(CorruptFileError, match="different sizes"):
        references_of(references, payload, [(3, 4), (4, 3)])


def test_a_lost_or_damaged_chunk_is_not_done_without() -> None:
    blob = (GOLDEN / "references.inr").read_bytes()
    place = blob.index(b"REFS")
    damaged = blob[: place + 9] + bytes([blob[place + 9] ^ 1]) + blob[place + 10 :]
    for lenient in (False, True):
        with pytest.raises(CorruptFileError):
            StoredSet(damaged, field_shapes, lenient=lenient, salvage=lenient)
    chunks = read_chunks(blob)
    shorter = StoredSet(write_chunks([chunk for chunk in chunks if chunk.kind != REFERENCES]), field_shapes)
    with pytest.raises(CorruptFileError):
        shorter.latents(0)


def test_the_golden_file_has_both() -> None:
    stored = StoredSet((GOLDEN / "references.inr").read_bytes(), field_shapes)
    assert 0 < stored.related() < stored.header.images
