"""What encode says and what comes true, on ten sets: forecasts, limits, targets and verdicts, as one table.

    python tools/measure_sets.py --effort 1 --limit 20 --save sets.json
    python tools/measure_sets.py --passes 20 --limit 10 --only sprites icons     # a trial

Every row is one set: seconds of an encode and what --dry-run said; seconds under --time-limit; mean PSNR under
--target-psnr and bytes under --target-size (both asked for what the first encode came to, less a decibel and a tenth,
within some times of its time); PSNR, bytes, bytes of a lossless and of an AVIF sheet, and what encode says of all that.
Rows come as they are measured; what --save has is not measured again. To be run on an idle machine: some 12 minutes on
two cores. Seconds are counted from the start of the program.
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

from inrcodec.benchmark.verdict import LEAST_GAIN

HEADINGS = (
    *("set", "images", "forecast s", "real s", "limit s", "took s", "PSNR", "target", "reached", "bytes"),
    *("target", "reached", "figures %", "lossless sheet", "AVIF sheet", "verdict", "missed"),
)
PATIENCE = 900.0  # seconds for one command
AIMING, LEAST_AIMING = 2.5, 40.0  # times of the first encode, and seconds, that one with a target may take
MISSED, SOME_MISSED = 4, 6  # exit codes


def run(*words: object) -> dict[str, Any]:
    """The answer of `inrcodec ... --json`; of what failed or did not end, only that."""
    command = [sys.executable, "-m", "inrcodec", *map(str, words), "--json", "--quiet"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {"missed": [f"not done after {PATIENCE:.0f} s"]}
    if done.returncode not in (0, MISSED, SOME_MISSED) or not done.stdout:
        print(done.stderr.strip(), file=sys.stderr)
        return {"missed": [f"exit {done.returncode}"]}
    answer: dict[str, Any] = json.loads(done.stdout)
    if (done.returncode != 0) != bool(answer.get("missed")):
        answer["missed"] = [*answer.get("missed", []), f"exit {done.returncode}"]
    return answer


def measured(name: str, folder: Path, how: list[str], limit: float) -> list[str]:
    """The row of one set."""

    def told(stage: str) -> None:
        print(f"{name}: {stage}", file=sys.stderr, flush=True)

    source, output = write_set(name, folder), folder / f"{name}.inr"
    encode = ("encode", source, "-o", output, "-f", *how)
    told("forecast")
    forecast = run("encode", source, *how, "--dry-run")
    told("encode")
    plain = run(*encode)
    parts = {part["label"]: part["bytes"] for part in run("info", output)["parts"]}
    told("time limit")
    limited = run(*encode, "--time-limit", f"{limit}s", "--no-verdict")
    psnr, size = plain["mean_psnr"], plain["file_size"]
    aimed = round(psnr - 1, 1) if psnr and psnr > 11 else None
    aiming = (*encode, "--no-verdict", "--time-limit", f"{max(LEAST_AIMING, AIMING * plain['seconds']):.0f}s")
    told("target PSNR")
    fine = {} if aimed is None else run(*aiming, "--target-psnr", aimed)
    told("target size")
    small = run(*aiming, "--target-size", round(0.9 * size))
    remarks = [f"{what}: {', '.join(runs['missed'])}" for what, runs in (("limit", limited), ("PSNR", fine),
               ("size", small)) if runs.get("missed")]  # fmt: skip
    times = (forecast.get("estimated_seconds"), plain["seconds"], limit, limited.get("seconds"))
    sheets = plain["verdict"] or {}
    lossless, avif = sheets.get("lossless_sheet"), sheets.get("avif_sheet")
    return [
        name, str(plain["images"]), *(_figure(seconds, ".1f") for seconds in times), _figure(psnr, ".2f"),
        _figure(aimed, ".1f"), _figure(fine.get("mean_psnr"), ".2f"), f"{size:,}", f"{round(0.9 * size):,}",
        _figure(small.get("file_size"), ","), f"{100 * parts.get('figures', 0) / size:.1f}", _figure(lossless, ","),
        _figure(avif, ","), _verdict(plain, lossless, avif), "; ".join(remarks),
    ]  # fmt: skip


def _verdict(plain: dict[str, Any], lossless: int | None, avif: int | None) -> str:
    """What encode says: that it is poor, or which sheet is smaller."""
    words = ["poor"] if plain["warnings"] else []
    if lossless is not None and lossless < LEAST_GAIN * plain["file_size"]:
        words.append("lossless sheet")
    elif avif is not None and avif < LEAST_GAIN * plain["file_size"]:
        words.append("AVIF sheet")
    return ", ".join(words) or ("unknown" if lossless is None else "this")


def _figure(value: float | None, layout: str) -> str:
    return "-" if value is None else format(value, layout)


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=list(SETS), choices=list(SETS), metavar="SET", help=" ".join(SETS))
    parser.add_argument("--effort", type=int, default=1)
    parser.add_argument("--passes", type=int, help="in place of effort")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save", type=Path, help="keep rows in this file, and go on with those that it lacks")
    asked = parser.parse_args()
    how = ["--passes", str(asked.passes)] if asked.passes else ["--effort", str(asked.effort)]
    how += ["--threads", str(asked.threads)]
    known = json.loads(asked.save.read_text("utf-8")) if asked.save and asked.save.exists() else {}
    print("|", " | ".join(HEADINGS), "|")
    print("|---" * len(HEADINGS) + "|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only:
            key = " ".join((name, *how, f"{asked.limit:g}"))
            try:
                row = known.get(key) or measured(name, Path(folder), how, asked.limit)
            except ImportError as missing:
                print(f"{name}: left out, {missing}; pip install scikit-learn", file=sys.stderr)
                continue
            except KeyError:  # the first encode came to nothing, and said so
                continue
            print("|", " | ".join(row), "|", flush=True)
            if asked.save:
                known[key] = row
                asked.save.write_text(json.dumps(known, indent=1), "utf-8")


if __name__ == "__main__":
    main()
