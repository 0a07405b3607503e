"""Every data set of a folder through the main job: score, seconds and outcome.

    python benchmarks/tabular.py DIR [--time-budget 20] [--only NAME ...] [--out results.tsv]

DIR holds `INDEX.tsv` with the columns name, file, rows, cols, task and target, and a folder for
each data set. Only the target is told; all else is to be found. A target `col 15 (no header)` is
passed by the name that PipeWeave gives to the columns of a file without header.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_HEADER = ("name", "task", "rows", "read", "outcome", "metric", "test score [95 %]", "seconds")


def target_of(text: str) -> str:
    """The target as it is given on the command line."""
    ordinal = re.fullmatch(r"col (\d+) \(no header\)", text)
    return f"column_{ordinal.group(1)}" if ordinal else text.strip()


def run_one(row: dict[str, str], folder: Path, budget: float, home: Path) -> dict[str, Any]:
    """One main job in a process of its own."""
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "run"]
    command += [str(folder / row["name"] / row["file"]), "--name", row["name"].replace(".", "-")]
    command += ["--target", target_of(row["target"]), "--time-budget", str(budget), "--json"]
    began = time.monotonic()
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PIPEWEAVE_HOME": str(home)},
        cwd=home,
    )
    seconds = time.monotonic() - began
    try:
        facts = json.loads(done.stdout)
    except json.JSONDecodeError:
        facts = {"error": {"code": "CRASH", "message": done.stderr[-500:]}}
    return {"seconds": seconds, "exit": done.returncode, "facts": facts}


def line_of(row: dict[str, str], result: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table."""
    facts = result["facts"]
    model, data, error = facts.get("model"), facts.get("data"), facts.get("error")
    outcome = "model" if model and not error else "refused"
    if error:
        outcome = f"{outcome}: {error['code']} {error['message'][:160]}"
    elif model["verdict"] != "model":
        outcome = model["verdict"]
    score = (model or {}).get("score") or "-"
    metric, _, value = score.partition(" ")
    read = f"{data['rows']} x {data['columns']}" if data else "-"
    size = f"{row['rows']} x {row['cols']}"
    return (
        row["name"], row["task"], size, read, outcome, metric, value or "-",
        f"{result['seconds']:.1f}",
    )  # fmt: skip


def main() -> None:
    """Print the table as it grows, and a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--time-budget", type=float, default=20)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with (options.folder / "INDEX.tsv").open(newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    rows = [r for r in rows if not options.only or r["name"] in options.only]
    lines = []
    with tempfile.TemporaryDirectory() as home:
        print("\t".join(_HEADER), flush=True)
        for row in rows:
            result = run_one(row, options.folder, options.time_budget, Path(home))
            lines.append(line_of(row, result))
            print("\t".join(lines[-1]), flush=True)
            if options.out:
                options.out.write_text("\n".join("\t".join(r) for r in [_HEADER, *lines]) + "\n")
    crashes = sum("INTERNAL_ERROR" in line[4] or "CRASH" in line[4] for line in lines)
    models = sum(line[4] == "model" for line in lines)
    print(f"{len(lines)} data sets: {models} models, {crashes} crashes")


if __name__ == "__main__":
    main()
