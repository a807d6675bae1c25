"""Results as one JSON document, for other programs to read."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any


def as_json(answer: Any, spell: Callable[[str], str] = str) -> str:
    """The document; dataclasses become objects, infinities and NaN become null, and all text is ASCII.

    spell: what becomes of every text, such as messages that name parameters.
    """
    return json.dumps(_plain(answer, spell), indent=2, allow_nan=False) + "\n"


def _plain(answer: Any, spell: Callable[[str], str]) -> Any:
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {field.name: _plain(getattr(answer, field.name), spell) for field in dataclasses.fields(answer)}
    if isinstance(answer, dict):
        return {str(key): _plain(value, spell) for key, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [_plain(value, spell) for value in answer]
    if isinstance(answer, float):
        return float(answer) if math.isfinite(answer) else None
    return spell(answer) if isinstance(answer, str) else answer
