"""What came of attacks so far, kept in a file from run to run, so that counts add up over days."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

TOLD = 100  # faults that are kept; more of them say nothing that these do not
Counts = dict[str, int]


@dataclass
class Came:
    """Of one kind of attack; count: of inputs, kills or commands; more: what else is counted, by name."""

    count: int = 0
    more: Counts = field(default_factory=dict)
    slowest: float = 0.0  # seconds of a core, of one
    megabytes: float = 0.0  # at most
    lost: float = 0.0  # seconds of a fit, at most
    faults: list[str] = field(default_factory=list)
    cpu: float = 0.0  # seconds of a core, all together

    def add(self, count: int, more: Counts, faults: list[str]) -> None:
        """Some more."""
        self.count += count
        for name, number in more.items():
            self.more[name] = self.more.get(name, 0) + number
        self.faults += faults[: max(0, TOLD - len(self.faults))]

    def most(self, slowest: float, megabytes: float) -> None:
        """Take note of the worst."""
        self.slowest, self.megabytes = max(self.slowest, slowest), max(self.megabytes, megabytes)


class Tally:
    """By kind of attack; each change is written where a path is given, and what is there is gone on from."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.kinds: dict[str, Came] = {}
        if path is not None and path.exists():
            self.kinds = {name: Came(**kept) for name, kept in json.loads(path.read_text()).items()}

    def of(self, kind: str) -> Came:
        """What came of a kind so far."""
        return self.kinds.setdefault(kind, Came())

    def keep(self) -> None:
        """Write it down, whole or not at all."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".part")
        unfinished.write_text(json.dumps({name: asdict(came) for name, came in self.kinds.items()}, indent=1))
        unfinished.replace(self._path)
