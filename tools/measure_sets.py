"""What encode says and what comes true, on ten sets: forecasts, limits, targets and verdicts, as one table.

    python tools/measure_sets.py --effort 1 --limit 60
    python tools/measure_sets.py --passes 20 --limit 10 --sets sprites icons     # a trial

Every row is one set: seconds of an encode and what --dry-run said; seconds under --time-limit; mean PSNR under
--target-psnr and bytes under --target-size (both asked for what the first encode came to, less a tenth); PSNR, bytes,
bytes of a lossless and of an AVIF sheet, and what was missed or warned of. To be run on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measurement_sets import SETS, write_set

HEADINGS = (
    *("set", "images", "forecast s", "real s", "limit s", "took s", "PSNR", "target", "reached", "bytes"),
    *("target", "reached", "figures %", "lossless sheet", "AVIF sheet", "missed, warned"),
)


def run(*words: object) -> dict[str, Any]:
    """The answer of `inrcodec ... --json`; of what was refused, only that."""
    command = [sys.executable, "-m", "inrcodec", *map(str, words), "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        print(done.stderr.strip(), file=sys.stderr)
        return {"missed": ["refused"]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def measured(name: str, folder: Path, how: list[str], limit: float) -> tuple[object, ...]:
    """The row of one set."""
    source, output = write_set(name, folder), folder / f"{name}.inr"
    encode = ("encode", source, "-o", output, "-f", *how)
    forecast = run("encode", source, *how, "--dry-run")
    plain = run(*encode)
    parts = {part["label"]: part["bytes"] for part in run("info", output)["parts"]}
    limited = run(*encode, "--time-limit", f"{limit}s", "--no-verdict")
    psnr, size = plain["mean_psnr"], plain["file_size"]
    fine = run(*encode, "--target-psnr", round(psnr - 1, 1), "--no-verdict") if psnr and psnr > 11 else {}
    small = run(*encode, "--target-size", round(0.9 * size), "--no-verdict")
    verdict = plain["verdict"] or {}
    remarks = [f"{what} {runs['missed']}" for what, runs in (("limit", limited), ("psnr", fine), ("size", small))
               if runs.get("missed")]  # fmt: skip
    remarks += ["warned"] if plain["warnings"] else []
    aimed = None if psnr is None else round(psnr - 1, 1)
    figures = f"{100 * parts['figures'] / size:.1f}"
    times = [forecast["estimated_seconds"], plain["seconds"], limit, limited.get("seconds", 0.0)]
    return (
        name, plain["images"], *(f"{seconds:.1f}" for seconds in times), _db(psnr), _db(aimed),
        _db(fine.get("mean_psnr")), size, round(0.9 * size), small.get("file_size"), figures,
        verdict.get("lossless_sheet"), verdict.get("avif_sheet"), "; ".join(remarks),
    )  # fmt: skip


def _db(psnr: float | None) -> str:
    return "-" if psnr is None else f"{psnr:.2f}"


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--effort", type=int, default=1)
    parser.add_argument("--passes", type=int, help="in place of effort")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    how = ["--passes", str(asked.passes)] if asked.passes else ["--effort", str(asked.effort)]
    how += ["--threads", str(asked.threads)]
    print("|", " | ".join(HEADINGS), "|")
    print("|---" * len(HEADINGS) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.sets:
            try:
                row = measured(name, Path(folder), how, asked.limit)
            except ImportError as missing:
                print(f"{name}: left out, {missing}; pip install scikit-learn", file=sys.stderr)
                continue
            print("|", " | ".join("-" if cell is None else str(cell) for cell in row), "|", flush=True)


if __name__ == "__main__":
    main()
