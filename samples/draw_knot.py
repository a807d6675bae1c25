"""Draw knot.ply: points with normals on a trefoil knot, a tube of radius 0.1 in a box whose longest side is 2.

python samples/draw_knot.py                 redraw it next to this file (needs numpy)
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
RADIUS, POINTS = 0.1, 6000
SCALE = 0.3  # the line reaches 3 from the middle, the tube is to reach 1
FINE = 20_000  # places along the line, between which it is as good as straight


def line(turn: Doubles) -> Doubles:
    """Places (count, 3) of the tube's middle at parameters from 0 to 2 pi."""
    across = np.sin(turn) + 2 * np.sin(2 * turn)
    down = np.cos(turn) - 2 * np.cos(2 * turn)
    return SCALE * np.stack([across, down, -np.sin(3 * turn)], axis=1)


def tube(count: int) -> tuple[Doubles, Doubles]:
    """Points (count, 3), evenly along the line and around it by the golden angle, and their normals."""
    turns = np.linspace(0, 2 * np.pi, FINE, endpoint=False)
    places = line(turns)
    ways = np.linalg.norm(np.roll(places, -1, axis=0) - places, axis=1)
    along = (np.arange(count) + 0.5) / count * ways.sum()
    turn = np.interp(along, np.concatenate([[0], np.cumsum(ways)]), np.append(turns, 2 * np.pi))
    middle = line(turn)
    forward = line(turn + 1e-5) - line(turn - 1e-5)
    side = np.cross(forward, [0.0, 0.0, 1.0])
    up = np.cross(forward, side)
    side, up = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (side, up))
    angle = (np.arange(count) * np.pi * (3 - 5**0.5))[:, None]
    normals = np.cos(angle) * side + np.sin(angle) * up
    return middle + RADIUS * normals, normals


def distances(points: Doubles) -> Doubles:
    """True distances (count,) of points (count, 3) from the tube, negative inside; needs scipy."""
    from scipy.spatial import cKDTree

    places = line(np.linspace(0, 2 * np.pi, FINE, endpoint=False))
    _, nearest = cKDTree(places).query(points)
    found = np.full(len(points), np.inf)
    for first in (nearest - 1, nearest):
        start, way = places[first], places[(first + 1) % FINE] - places[first]
        share = np.clip(((points - start) * way).sum(axis=1) / (way * way).sum(axis=1), 0, 1)
        found = np.minimum(found, np.linalg.norm(points - start - share[:, None] * way, axis=1))
    return found - RADIUS


def write_points(path: Path, points: Doubles, normals: Doubles) -> None:
    """A binary .ply of float32."""
    titles = "".join(f"property float {name}\n" for name in ("x", "y", "z", "nx", "ny", "nz"))
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n{titles}end_header\n"
    path.write_bytes(head.encode("ascii") + np.concatenate([points, normals], axis=1).astype("<f4").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the sample shape.")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("knot.ply"))
    write_points(parser.parse_args().output, *tube(POINTS))


if __name__ == "__main__":
    main()
