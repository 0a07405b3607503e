"""The fixed list of data sets, and their division into training and test rows."""

import csv
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest

# One per family, 500 to 50,000 rows, without a leak, all three tasks.
SETS = [
    "adult_income", "german_credit", "pima_diabetes", "telco_churn", "hr_attrition_ibm",
    "taxi_cancellation", "caravan_insurance", "sms_spam_tsv", "white_wine_quality",
    "landsat_satellite", "krk_chess", "income_bracket_bay", "dc_characters_align", "abalone",
    "california_housing", "ames_house_prices", "concrete_strength", "laptop_sales_jan",
    "google_play_rating", "imdb_movie_rating",
]  # fmt: skip


def make(source: Path, data: Path, splits: int, only: list[str]) -> None:
    """Cut the data sets; reading is PipeWeave's own, so all systems get its typed columns.

    Args:
        source: Folder with `INDEX.tsv` (name, file, task, target) and a folder for each set.
        data: Gets a folder `<name>-<split>` for each; those that are complete are left alone.
        splits: How many splits of each, told apart by their seed.
        only: Names to cut instead of all.
    """
    with (source / "INDEX.tsv").open(newline="") as index:
        rows = {row["name"]: row for row in csv.DictReader(index, delimiter="\t")}
    for name in only or SETS:
        wanted = [s for s in range(splits) if not (data / f"{name}-{s}" / "task.txt").exists()]
        if not wanted:
            continue
        row = rows[name]
        table = _read(source / name / row["file"], row["target"])
        for seed in wanted:
            cut(table, data / f"{name}-{seed}", row["task"], seed)
        print(name, *table.shape)


def _read(file: Path, target: str) -> pd.DataFrame:
    """The typed table, rows without a target left out, the target under the name `target`."""
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    with tempfile.TemporaryDirectory() as folder:
        upload = RawUpload(dataset="benchmark", files=[raw])
        snapshot = ingest(upload=upload, files=[file], out=Path(folder))
        table = pd.read_parquet(Path(folder) / snapshot.data.name)
    # The index writes `col 9 (no header)` where the file names no column.
    wanted = f"column_{target.split()[1]}" if "no header" in target else target.strip()
    column = next(c for c in table.columns if str(c).strip() == wanted)
    return table[table[column].notna()].rename(columns={column: "target"})


def cut(table: pd.DataFrame, folder: Path, task: str, seed: int) -> None:
    """Write one split, 80 to 20; `task.txt` comes last and tells that the folder is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    order = np.random.default_rng(seed).permutation(len(table))
    edge = round(0.8 * len(table))
    table.iloc[order[:edge]].to_csv(folder / "train.csv", index=False)
    table.iloc[order[edge:]].to_csv(folder / "test.csv", index=False)
    (folder / "target.txt").write_text("target")
    (folder / "task.txt").write_text(task)
