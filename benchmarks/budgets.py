"""A longer budget against a shorter one: the same version and split, paired on the test rows.

    python benchmarks/automl.py make --source DIR --data OUT
    python benchmarks/budgets.py --data OUT --budgets 60 180

Each split is trained once per budget without the extra CatBoost, as in `automl.py`; the difference
of the two models on the same test rows has a 95 % interval by a paired bootstrap. Every split is
one line of the results file, written at once, and is not repeated; both runs are lines of the
file of runs, which `automl.py table` reads. A negative difference means that the longer budget
made the worse model; two runs of one budget differ as well, so a few of twenty intervals exclude
0 by chance.
"""

import argparse
import csv
from pathlib import Path

import pandas as pd
from automl import folders_of
from automl_parts.runner import append_run, outputs_of, run_one

from pipeweave_dagster.core.metrics.paired_test import paired

_SYSTEM = "pipeweave-no-catboost"
_FIELDS = ("split", "short", "long", "metric", "short_score", "long_score")
_FIELDS += ("difference", "low", "high", "verdict", "short_s", "long_s")


def compare(
    folder: Path, short: float, long: float, kept: Path, runs_file: Path
) -> dict[str, object]:
    """Return the line of one split; trains twice."""
    runs, outputs = [], []
    for budget in (short, long):
        file = kept / f"{folder.name}-{budget:g}.csv"
        runs.append(run_one(_SYSTEM, folder, budget, kept, [], file))
        append_run(runs_file, runs[-1])
        outputs.append(outputs_of(folder, pd.read_csv(file) if file.exists() else None))
    (metric, truth, first), (_, _, second) = outputs
    test = paired(metric, truth, second, first, f"{short:g} s")
    scores = [abs(run.metric) for run in runs]
    return dict(
        zip(
            _FIELDS,
            (folder.name, short, long, metric, *scores, test.difference, test.low, test.high,
             test.verdict, *(run.seconds for run in runs)),
            strict=True,
        )
    )  # fmt: skip


def main() -> None:
    """See the text above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[], help="sets, or single splits")
    parser.add_argument("--splits", type=int, default=1)
    parser.add_argument("--budgets", nargs=2, type=float, default=[60, 180])
    parser.add_argument("--kept", type=Path, default=Path(".automl"), help="for the predictions")
    parser.add_argument("--results", type=Path, default=Path("budgets_results.tsv"))
    parser.add_argument(
        "--runs", type=Path, default=Path("budgets_runs.tsv"), help="lines as of automl.py"
    )
    options = parser.parse_args()
    options.kept.mkdir(exist_ok=True)
    done = set()
    if options.results.exists():
        with options.results.open(newline="") as lines:
            done = {line["split"] for line in csv.DictReader(lines, delimiter="\t")}
    for folder in folders_of(options.data, options.only, options.splits):
        if folder.name in done:
            continue
        line = compare(folder, *options.budgets, options.kept, options.runs)
        fresh = not options.results.exists()
        with options.results.open("a", newline="") as lines:
            writer = csv.DictWriter(lines, _FIELDS, delimiter="\t", lineterminator="\n")
            if fresh:
                writer.writeheader()
            writer.writerow(line)
        print("  ".join(str(value) for value in line.values()), flush=True)


if __name__ == "__main__":
    main()
