"""The table of a manifest, changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inrcodec.bitstream.collection import MANIFEST
from tests.peaks import peak_of

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def changed(folder: Path, change: Callable[[Any], Any]) -> None:
    """The manifest with its table changed; the metadata stay unless the change has others."""
    table = parquet.read_table(folder / MANIFEST)
    parquet.write_table(change(table), folder / MANIFEST, write_page_checksum=True)


def with_column(name: str, values: list[Any]) -> Callable[[Any], Any]:
    def change(table: Any) -> Any:
        at = table.schema.get_field_index(name)
        return table.set_column(at, name, pyarrow.array(values, table.schema.field(name).type))

    return change


def with_metadata(key: str, old: bytes, new: bytes) -> Callable[[Any], Any]:
    def change(table: Any) -> Any:
        told = dict(table.schema.metadata)
        assert old in told[key.encode()]
        told[key.encode()] = told[key.encode()].replace(old, new)
        return table.replace_schema_metadata(told)

    return change


def without_metadata(key: str) -> Callable[[Any], Any]:
    return lambda table: table.replace_schema_metadata(
        {name: value for name, value in table.schema.metadata.items() if name != key.encode()}
    )


def refused(folder: Path, told: str) -> float:
    """Bytes that it takes at most to say that of a collection."""
    return peak_of(
        "import re, pyarrow.parquet; from inrcodec.archive import Collection\n"
        "from inrcodec.errors import CorruptFileError",
        f"try: Collection.open({str(folder)!r}); assert False\n"
        f"except CorruptFileError as failure: assert re.search({told!r}, str(failure)), failure",
    )
