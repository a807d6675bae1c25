"""Options that ask for different things at once are refused, where both were typed."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from inrcodec.errors import UsageError

# Parameters of which a command takes one; the words say why.
PAIRS = (
    ("quiet", "verbose", "say less or say more"),
    ("json", "csv", "both want stdout"),
    ("quality", "target_psnr", "a target decides the quality"),
    ("quality", "target_size", "a target decides the quality"),
    ("target_psnr", "target_size", "one fit is steered to one target"),
    ("effort", "passes", "passes are what an effort stands for"),
    ("dry_run", "snapshots", "a dry run writes nothing"),
    ("gif", "sheet", "a moving picture or a strip"),
    ("gif", "compare", "a moving picture or a strip"),
    ("metrics", "sheet", "--metrics writes nothing"),
    ("metrics", "compare", "--metrics measures every mode anyway"),
    ("every", "labels", "--labels judges all images"),
    ("farthest", "labels", "--labels judges the nearest"),
)
NEEDS = (("snapshots_to", "snapshots"), ("null", "files_from"), ("label_column", "labels"))  # the first the second


class Checked(TyperCommand):
    """A command that refuses what does not go together before it does anything."""

    def invoke(self, ctx: Any) -> Any:
        """Run it, once nothing speaks against that."""
        typed = {
            parameter.name: max(parameter.opts, key=len)
            for parameter in self.params
            if getattr(ctx.get_parameter_source(parameter.name), "name", "") == "COMMANDLINE"
        }
        for first, second, why in PAIRS:
            if first in typed and second in typed:
                raise UsageError(f"{typed[first]} and {typed[second]} do not go together: {why}; leave one out")
        for first, second in NEEDS:
            known = {parameter.name: max(parameter.opts, key=len) for parameter in self.params}
            if first in typed and second in known and ctx.params.get(second) is None:
                raise UsageError(f"{typed[first]} is for {known[second]}; add that, or leave it out")
        return super().invoke(ctx)
