"""JSON that any program can read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from inrcodec.exporters.documents import as_json


@dataclass(frozen=True)
class Row:
    name: str
    figures: tuple[float | None, ...]


def test_dataclasses_and_infinities() -> None:
    text = as_json({"rows": [Row("\u202ea", (1.5, math.inf, math.nan, None))], "count": 1})
    assert text.isascii()
    assert text.endswith("}\n")
    assert json.loads(text) == {"rows": [{"name": "\u202ea", "figures": [1.5, None, None, None]}], "count": 1}
