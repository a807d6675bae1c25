"""Results as one JSON document, for other programs to read."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any


def as_json(answer: Any) -> str:
    """The document; dataclasses become objects, infinities and NaN become null, and all text is ASCII."""
    return json.dumps(_plain(answer), indent=2, allow_nan=False) + "\n"


def _plain(answer: Any) -> Any:
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {field.name: _plain(getattr(answer, field.name)) for field in dataclasses.fields(answer)}
    if isinstance(answer, dict):
        return {str(key): _plain(value) for key, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [_plain(value) for value in answer]
    if isinstance(answer, float):
        return float(answer) if math.isfinite(answer) else None
    return answer
