"""The originals of a set beside what was made of them: found when they are asked for, few of them kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inrcodec.archive import AnyArchive, ArchivedImage
from inrcodec.bitstream.escaping import normal
from inrcodec.errors import CorruptFileError
from inrcodec.evaluate.matching import Match, Originals
from inrcodec.exporters.derivatives import on_white, white_of
from inrcodec.numerics.arrays import FloatArray, Pixels
from inrcodec.numerics.metrics import mean_absolute_error, ssim

KEPT = 24  # of them, with their originals


@dataclass(frozen=True, eq=False)
class Compared:
    """An image and its original, (height, width, channels), premultiplied, and how far they are apart.

    psnr in dB, ssim up to 1, mae in color; name: of the original; is_doubtful: it must be another picture. white: the
    error that an error map shows as white.
    """

    original: Pixels
    errors: FloatArray
    psnr: float
    ssim: float
    mae: float
    name: str
    is_doubtful: bool
    white: float


class Against:
    """The pictures of a folder as originals, matched as `report --against` does; to be asked in the loader's thread.

    Raises InputError where the folder holds no picture. An original of its image's name is read when it is asked for;
    images that have none of their name are compared with the rest of the folder once: `look_for_others` does so.
    """

    def __init__(self, archive: AnyArchive, folder: str | Path, background: str | None = None) -> None:
        self.folder = Path(folder)
        self._archive = archive
        self._originals = Originals(archive, folder, background)
        self._kept: OrderedDict[int, Compared | None] = OrderedDict()
        self._others: dict[int, str] | None = None  # names of originals by image, found by content

    @property
    def looked_for_others(self) -> bool:
        """Whether pictures were matched by content yet."""
        return self._others is not None

    def compared(self, number: int) -> Compared | None:
        """An image with its original; None where there is none, or not before `look_for_others`."""
        if number not in self._kept:
            others = self._others or {}
            match = self._originals.named(self._archive[number], others.get(number))
            if match is None and self._others is None:
                return None
            self._kept[number] = None if match is None else _compared(match)
        self._kept.move_to_end(number)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[number]

    def look_for_others(self, between: Callable[[], None] = lambda: None) -> None:
        """Match by content what has no original of its name; `between` is called now and then."""
        if self._others is not None:
            return
        here, named = set(self._originals.names), set(map(normal, self._archive.names))
        lonely = [image for image in self._archive if normal(image.name) not in here and self._is_whole(image)]
        others: dict[int, str] = {}
        for image, match in self._originals.alike(lonely, sorted(here - named)):
            if match is not None:
                others[image.number] = match.name
            between()
        self._others = others

    def _is_whole(self, image: ArchivedImage) -> bool:
        try:
            image.archive.latents(image.place)
        except CorruptFileError:
            return False
        return True


def _compared(match: Match) -> Compared:
    errors = match.decoded - match.original
    return Compared(
        original=match.original,
        errors=errors,
        psnr=match.psnr,
        ssim=ssim(match.original, match.decoded),
        mae=mean_absolute_error(match.original, match.decoded),
        name=match.name,
        is_doubtful=match.is_doubtful,
        white=white_of(on_white(errors)),
    )
