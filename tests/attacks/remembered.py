"""What a chunk says is made out once while its bytes, and all that it hangs on, stay the same: most of a mutated file.

A change is in one to three chunks. To read the others anew, a hundred thousand times, tells nothing: what is remembered
here are functions of their arguments alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

import pytest

from inrcodec.bitstream import base, stored, stored_chunks, stored_signal
from inrcodec.bitstream.packing import shapes_of

MOST = 256  # answers of each function; golden files need some 20
ASKED: dict[ModuleType, tuple[str, ...]] = {
    stored: (
        "decode_header", "decode_poses", "decode_ends", "check_limits", "block_bounds", "decode_base",
        "decode_references", "decode_names", "decode_figures", "decode_times", "decode_weights",
    ),
    stored_chunks: ("decode_record",),
    base: ("decode_weights",),
    stored_signal: (
        "kind_in", "decode_signal_header", "check_signal_limits", "decode_names", "decode_figures",
        "decode_times", "decode_weights",
    ),
}  # fmt: skip


@contextmanager
def remembering() -> Iterator[None]:
    """Inside, chunks whose bytes were read before are not read again; what was refused is refused anew."""
    with pytest.MonkeyPatch.context() as patched:
        for module, names in ASKED.items():
            for name in names:
                patched.setattr(module, name, once(getattr(module, name)))
        patched.setattr(stored, "shapes_of", once(lambda header: tuple(shapes_of(header))))
        patched.setattr(stored.StoredSet, "_decode", _blocks_once(stored.StoredSet._decode))
        yield


def once(asked: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, asked once for each of the last arguments, where these are values that cannot change."""
    known = lru_cache(MOST)(asked)

    def answer(*arguments: Any) -> Any:
        try:
            hash(arguments)
        except TypeError:  # a list among them
            return asked(*arguments)
        return known(*arguments)

    return answer


def _blocks_once(decode: Callable[[stored.StoredSet, int], Any]) -> Callable[[stored.StoredSet, int], Any]:
    """A block hangs on every chunk ahead of the blocks, and on its own bytes."""
    known: dict[Hashable, Any] = {}

    def decoded(opened: stored.StoredSet, block: int) -> Any:
        ahead = tuple(one.payload for one in opened.chunks if one.kind in stored.CRITICAL and one.kind != stored.BLOCK)
        key = (*ahead, block, opened._payload(block)[0])
        if key not in known:
            if len(known) > MOST:
                known.clear()
            known[key] = decode(opened, block)
        return known[key]

    return decoded
