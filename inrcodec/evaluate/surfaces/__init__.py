"""Where a field is 0: its surface as a mesh or as points, found in coarse cells first and then only near it."""

from __future__ import annotations

from inrcodec.evaluate.surfaces.marching import mesh_of
from inrcodec.evaluate.surfaces.mesh import Mesh

__all__ = ["Mesh", "mesh_of"]
