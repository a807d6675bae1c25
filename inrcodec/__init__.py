"""A folder of images as one small SIREN file: encode it, decode any image at any size, browse it.

The doors open lazily: `import inrcodec` loads nothing, `open` loads numpy, `encode` loads torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.archive import Archive
    from inrcodec.encoding.add import add
    from inrcodec.encoding.encode import encode
    from inrcodec.encoding.plan import plan

    open = Archive.open

__all__ = ["__version__", "add", "encode", "open", "plan"]


def __dir__() -> list[str]:
    return sorted([*globals(), "add", "encode", "open", "plan"])


def __getattr__(name: str) -> Any:
    if name == "open":
        return import_module("inrcodec.archive").Archive.open
    if name == "add":
        return import_module("inrcodec.encoding.add").add
    if name == "encode":
        return import_module("inrcodec.encoding.encode").encode
    if name == "plan":
        return import_module("inrcodec.encoding.plan").plan
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
