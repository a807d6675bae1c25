"""`encode --preset`: well-known experiments as one word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inrcodec.cli.values import spoken_duration
from inrcodec.errors import UsageError

# The study's own: one joint network, ten times 256 wide, three hidden layers, a tenth of the pixels hidden for good.
MEMORIZE: dict[str, Any] = {"conditioning": "binary", "width": "10x", "depth": 3, "holdout_mode": "strict"}
PRESETS = {"memorize": MEMORIZE}
PATIENCE = 1800.0  # seconds on a processor beyond which a preset is not begun unasked
WIDTHS = ("8x", "6x", "4x", "3x", "2x", "1x", "0.5x", "0.25x")


def with_preset(preset: str, asked: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """What was asked, with the preset's choices wherever nothing else was asked than what is usual."""
    chosen = PRESETS[preset]
    return {name: chosen.get(name, value) if value == usual.get(name) else value for name, value in asked.items()}


def check_patience(sources: Sequence[str], asked: dict[str, Any]) -> None:
    """Refuse what would keep a processor busy for very long, and name a width that would not."""
    import inrcodec

    if asked["time_limit"] is not None or asked["device"] in ("cuda", "mps"):
        return
    from inrcodec.fitting.devices import device_named

    if device_named(asked["device"]).type != "cpu":
        return
    takes = inrcodec.plan(sources, **asked).estimated_seconds
    if takes <= PATIENCE:
        return
    narrower = [(width, inrcodec.plan(sources, **{**asked, "width": width}).estimated_seconds) for width in WIDTHS]
    fitting = next(((width, seconds) for width, seconds in narrower if seconds <= PATIENCE), narrower[-1])
    raise UsageError(
        f"this network takes about {spoken_duration(takes)} without a GPU; "
        f"try --width {fitting[0]} (about {spoken_duration(fitting[1])}), fewer --passes, or set a --time-limit"
    )
