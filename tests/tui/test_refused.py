"""Files that claim more work than their size lets one expect: it is said and not done, until `--trust`."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from claims import claims
from textual.pilot import Pilot

from inrcodec.cli.browse import _opened
from inrcodec.tui.app import Browser

from .conftest import headline, notes, play, seen, until

CLAIMS = claims()


@pytest.mark.parametrize("name", ["latents", "pixels"])
def test_too_much_work_is_said_and_not_done(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.inr"
    path.write_bytes(CLAIMS[name])

    async def script(app: Browser, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "--trust" in headline(app))
        assert "too much" in seen(app)
        assert "to let it, add --trust" in notes(app)
        await pilot.press("enter")
        await until(pilot, lambda: "to let it, add --trust" in seen(app))
        await pilot.press("escape", "a")
        await until(pilot, lambda: "no map" in seen(app))

    play(path, script)


def test_who_trusts_a_file_lifts_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "pixels.inr"
    path.write_bytes(CLAIMS["pixels"])
    assert _opened(str(path), trust=False).work.limit < math.inf
    assert _opened(str(path), trust=True).work.limit == math.inf
