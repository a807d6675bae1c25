"""Signals that are no pictures, as they come in: sounds, clips and shapes. One file = one kind."""

from __future__ import annotations

from pathlib import Path

from inrcodec.signals.moving import is_moving

SOUNDS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".aif", ".aiff", ".au", ".caf", ".w64")
FILMS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
MOVING = (".gif", ".webp", ".png", ".apng", ".avif")  # pictures, but for those with several frames
SHAPES = (".ply", ".obj", ".stl", ".glb", ".xyz")
SUFFIXES = {
    **dict.fromkeys(SOUNDS, "sound"),
    **dict.fromkeys((*FILMS, *MOVING), "video"),
    **dict.fromkeys(SHAPES, "shape"),
}


def kind_of(path: str | Path) -> str | None:
    """The kind of a file by its suffix, and by its frames where a picture may have several; None for a picture."""
    suffix = Path(path).suffix.lower()
    if suffix in MOVING and not is_moving(Path(path)):
        return None
    return SUFFIXES.get(suffix)
