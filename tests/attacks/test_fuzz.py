"""A short run of what `make attack` does for minutes: mutated files with right checksums, and every kind of damage."""

from __future__ import annotations

import random

from mutator import joined, mutated, taken_apart
from reading import SLOW, damaged, fuzz, golden, is_found

from inrcodec.field.work import FIRST_SECONDS


def test_the_mutator_changes_files_and_keeps_their_checksums() -> None:
    blob = golden()[0]
    assert joined(taken_apart(blob)) == blob
    dice = random.Random(1)
    others = [mutated(dice, taken_apart(blob)) for _ in range(200)]
    assert sum(other != blob for other in others) > 150
    assert not any("checksum" in str(_failure(other)) for other in others)


def _failure(blob: bytes) -> Exception | None:
    from inrcodec.bitstream.container import read_chunks

    try:
        read_chunks(blob)
    except Exception as failure:
        return failure
    return None


def test_mutated_files_are_read_or_refused() -> None:
    found = fuzz(7, 3000, decoding=0.0)
    assert not found.faults
    assert found.refused > found.inputs / 3
    assert found.slowest < SLOW


def test_mutated_files_are_decoded_or_refused() -> None:
    found = fuzz(8, 250, decoding=1.0)
    assert not found.faults
    assert found.decoded > 10
    assert found.slowest < 2 * FIRST_SECONDS


def test_damage_of_any_bit_is_found() -> None:
    for blob in golden():
        assert all(map(is_found, damaged(blob, every=61)))
