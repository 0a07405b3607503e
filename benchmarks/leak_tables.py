"""Writes tables with one planted leak each, and their clean twins, for `guardrails.py`.

    python benchmarks/leak_tables.py OUT_DIR [--seeds 3] [--first 0]
    python benchmarks/guardrails.py OUT_DIR --skip-injected

The tables differ in their field, size (300 to 20,000 rows, 5 to 60 honest columns), skewness and
gaps. Names are neutral, so only the values can tell. In a clean twin the leaking columns are
shuffled among the rows. The guardrails are not tuned on these tables; a kind that fails here is
looked up in real tables first.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from leak_table_parts.formulas import formulas
from leak_table_parts.hosts import make_host
from leak_table_parts.single_columns import single_columns

SIZES = [300, 700, 1500, 4000, 20_000]


def main() -> None:
    """Write the tables and their lists."""
    parser = argparse.ArgumentParser(description="Write tables with planted leaks.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    index: list[dict[str, object]] = []
    leaks: list[dict[str, str]] = []
    for seed in range(options.first, options.first + options.seeds):
        for number in range(100):
            rng = np.random.default_rng([seed, number])
            if not write(options.out, rng, seed, number, (index, leaks)):
                break
    clean = [row for row in index if str(row["name"]).endswith("_clean")]
    columns = {"doubtful": ["name", "column"], "clean": ["name", "task"]}
    lists = {"INDEX": index, "leaks": leaks, "clean": clean, "doubtful": []}
    for name, rows in lists.items():
        table = pd.DataFrame(rows, columns=columns.get(name))
        table.to_csv(options.out / f"{name}.tsv", sep="\t", index=False)
    print(f"{len(index)} tables, {len(leaks)} leaking columns")


def write(
    out: Path,
    rng: np.random.Generator,
    seed: int,
    number: int,
    lists: tuple[list[dict[str, object]], list[dict[str, str]]],
) -> bool:
    """Write the leak of that number and its clean twin; False if there is none."""
    n = int(rng.choice(SIZES, p=[0.25, 0.25, 0.25, 0.2, 0.05]))
    host = make_host(rng, n)
    found = [*single_columns(rng, host.score), *formulas(rng, host.score)][number : number + 1]
    if not found:
        return False
    kind, added, task, kinds = found[0]
    new = dict(zip((c for c in added if c != "y"), host.names, strict=False)) | {"y": "y"}
    frame = pd.concat([host.frame, pd.DataFrame(added).rename(columns=new)], axis=1)
    frame = frame[list(rng.permutation(frame.columns))]
    if "stamp" not in frame:
        frame = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    twin = frame.copy()
    for column in kinds:
        twin[new[column]] = rng.permutation(twin[new[column]].to_numpy())
    index, leaks = lists
    for name, table in ((f"{kind}_{seed}", frame), (f"{kind}_{seed}_clean", twin)):
        (out / name).mkdir(parents=True, exist_ok=True)
        table.to_csv(out / name / "data.csv", index=False)
        index.append(
            {
                "name": name,
                "file": "data.csv",
                "rows": n,
                "cols": frame.shape[1],
                "task": task,
                "target": "y",
            }
        )
    leaks += [{"name": f"{kind}_{seed}", "column": new[c], "kind": k} for c, k in kinds.items()]
    return True


if __name__ == "__main__":
    main()
