"""A folder of images as one small SIREN file: encode it, decode any image at any size, browse it.

The doors open lazily: `import inrcodec` loads nothing, `open` loads numpy, `encode` loads torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inrcodec.version import __version__

if TYPE_CHECKING:
    from inrcodec.archive import Signal, open_images
    from inrcodec.encoding.add import add
    from inrcodec.encoding.encode import encode
    from inrcodec.encoding.options import EncodeOptions
    from inrcodec.encoding.plan import plan
    from inrcodec.encoding.rearrange import remove, replace
    from inrcodec.encoding.shards.collect import encode_collection
    from inrcodec.encoding.signals.fit import fit
    from inrcodec.encoding.signals.fit_signal import fit_signal
    from inrcodec.encoding.signals.options import SignalOptions

    open = open_images
    open_signal = Signal.open

__all__ = [
    "EncodeOptions",
    "SignalOptions",
    "__version__",
    "add",
    "encode",
    "encode_collection",
    "fit",
    "fit_signal",
    "open",
    "open_signal",
    "plan",
    "remove",
    "replace",
]

ROOMS = {
    "EncodeOptions": "options",
    "SignalOptions": "signals.options",
    "add": "add",
    "encode": "encode",
    "encode_collection": "shards.collect",
    "fit": "signals.fit",
    "remove": "rearrange",
    "replace": "rearrange",
    "fit_signal": "signals.fit_signal",
    "plan": "plan",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name == "open":
        return import_module("inrcodec.archive").open_images
    if name == "open_signal":
        return import_module("inrcodec.archive").Signal.open
    if name in ROOMS:
        return getattr(import_module(f"inrcodec.encoding.{ROOMS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
