"""Pictures as they are described: those of a set, and one that is not in it."""

from __future__ import annotations

from dataclasses import dataclass

from inrcodec.archive import ArchivedImage
from inrcodec.numerics.arrays import FloatArray
from inrcodec.retrieval.similarity import Metric

DESCRIPTOR_SIDE = 64  # pixels of the longer side, at most: more take time (a megapixel takes seconds) and tell no more


@dataclass(frozen=True)
class Outside:
    """A picture (height, width, 3) not in the set: vectors (poses, values), and what each pose takes from a cosine."""

    picture: FloatArray
    poses: FloatArray
    costs: FloatArray

    def best(self, similarity: FloatArray, metric: Metric) -> FloatArray:
        """Of how alike its poses are to images (poses, images), what counts, (images,)."""
        if metric == "cosine":  # costs are on that scale
            similarity = similarity - self.costs[:, None]
        found: FloatArray = similarity.max(axis=0)
        return found


def on_white(image: ArchivedImage) -> FloatArray:
    """The picture (height, width, 3), flattened on white; native, but no longer side than DESCRIPTOR_SIDE."""
    longer = max(image.height, image.width)
    pixels = image.render_stored(DESCRIPTOR_SIDE if longer > DESCRIPTOR_SIDE else None)
    return pixels if pixels.shape[2] == 3 else pixels[..., :3] + 1.0 - pixels[..., 3:]
