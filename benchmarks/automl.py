"""AutoML systems side by side: the same columns, metric and outer wall clock for each.

    python benchmarks/automl.py make --source DIR --data OUT [--seeds 3] [--only NAME ...]
    python benchmarks/automl.py run --data OUT --budget 60 --systems pipeweave xgb-default flaml

`make` cuts a fixed list of leak-free data sets (SETS below; DIR holds INDEX.tsv and a folder each)
into folders with `train.csv`, `test.csv`, `target.txt` and `task.txt`, 80 to 20 by a seeded
permutation. `run` starts each system of `automl_systems/` in a process of its own, peers in a
throw-away environment of their own, and kills it 10 % after the budget, imports and reading
included; what has then written no predictions is scored as the constant model.

Metric: AUC, log loss, RMSE. Score of a set: (m - constant) / (best seen - constant).
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.training.metrics import auc, row_log_loss

# One a family, 500 to 50,000 rows, without a leak, all three tasks.
SETS = [
    "adult_income", "german_credit", "pima_diabetes", "telco_churn", "hr_attrition_ibm",
    "taxi_cancellation", "caravan_insurance", "sms_spam_tsv", "white_wine_quality",
    "landsat_satellite", "krk_chess", "income_bracket_bay", "dc_characters_align", "abalone",
    "california_housing", "ames_house_prices", "concrete_strength", "laptop_sales_jan",
    "google_play_rating", "imdb_movie_rating",
]  # fmt: skip
SYSTEMS: dict[str, tuple[str, list[str], list[str]]] = {
    # name: script, arguments, packages of its throw-away environment (none: this one)
    "pipeweave": ("with_pipeweave.py", [], []),
    "xgb-default": ("with_xgboost.py", [], []),
    "flaml": ("with_flaml.py", [], ["flaml[automl]"]),
    "flaml-ensemble": ("with_flaml.py", ["ensemble"], ["flaml[automl]"]),
    "autogluon-medium": ("with_autogluon.py", ["medium_quality"], ["autogluon.tabular[all]"]),
    "autogluon-best": ("with_autogluon.py", ["best_quality"], ["autogluon.tabular[all]"]),
}
HERE = Path(__file__).parent


def make(source: Path, data: Path, seeds: int, only: list[str]) -> None:
    """Cut the data sets; reading is PipeWeave's own, so all systems get its typed columns."""
    with (source / "INDEX.tsv").open(newline="") as index:
        rows = {row["name"]: row for row in csv.DictReader(index, delimiter="\t")}
    for name in only or SETS:
        row = rows[name]
        file = source / name / row["file"]
        raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            snapshot = ingest(upload=RawUpload(dataset=name, files=[raw]), files=[file], out=out)
            table = pd.read_parquet(out / snapshot.data.name)
        words = row["target"].split()
        wanted = f"column_{words[1]}" if "no header" in row["target"] else row["target"].strip()
        target = next(c for c in table.columns if str(c).strip() == wanted)
        table = table[table[target].notna()].rename(columns={target: "target"})
        for seed in range(seeds):
            cut(table, data / f"{name}-{seed}", row["task"], seed)
        print(name, *table.shape)


def cut(table: pd.DataFrame, folder: Path, task: str, seed: int) -> None:
    """Write one split."""
    folder.mkdir(parents=True, exist_ok=True)
    order = np.random.default_rng(seed).permutation(len(table))
    edge = round(0.8 * len(table))
    table.iloc[order[:edge]].to_csv(folder / "train.csv", index=False)
    table.iloc[order[edge:]].to_csv(folder / "test.csv", index=False)
    (folder / "target.txt").write_text("target")
    (folder / "task.txt").write_text(task)


def python_of(packages: list[str], store: Path) -> str:
    """The interpreter of a throw-away environment with these packages (this one if none)."""
    if not packages:
        return sys.executable
    folder = store / "-".join(p.split("[")[0] for p in packages)
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        wanted = [*packages, "pandas", "pyarrow"]
        subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return str(python)


def run_one(system: str, folder: Path, budget: float, store: Path) -> tuple[float | None, float]:
    """Metric on the test rows (None: no predictions) and the seconds it took."""
    script, arguments, packages = SYSTEMS[system]
    python = python_of(packages, store)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "predictions.csv"
        command = [python, str(HERE / "automl_systems" / script), str(folder.resolve()), str(out)]
        began = time.time()
        process = subprocess.Popen(
            [*command, str(began), str(budget), *arguments],
            cwd=scratch,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore"},
        )
        try:
            errors = process.communicate(timeout=1.1 * budget)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            errors = process.communicate()[1]
        seconds = time.time() - began
        if not out.exists():
            print(f"  {system}: no predictions: {errors.decode()[-300:]}", file=sys.stderr)
            return None, seconds
        return metric_of(folder, pd.read_csv(out)), seconds


def metric_of(folder: Path, predictions: pd.DataFrame | None) -> float:
    """AUC, minus log loss or minus RMSE: greater is better. None: the constant model."""
    task = (folder / "task.txt").read_text()
    train = pd.read_csv(folder / "train.csv", usecols=["target"])["target"]
    test = pd.read_csv(folder / "test.csv", usecols=["target"])["target"]
    if task == "regression":
        values = np.full(len(test), train.mean())
        if predictions is not None:
            values = predictions["prediction"].to_numpy()
        return -float(np.sqrt(np.mean((test.to_numpy() - values) ** 2)))
    labels = sorted(train.astype(str).unique())
    shares = train.astype(str).value_counts(normalize=True)
    proba = np.tile([shares[label] for label in labels], (len(test), 1))
    if predictions is not None:
        zero = pd.Series(np.zeros(len(test)))
        proba = np.c_[tuple(predictions.get(f"probability_{x}", zero) for x in labels)]
    known = test.astype(str).isin(labels).to_numpy()
    codes = np.searchsorted(labels, test.astype(str)[known])
    if task == "binary":
        return float(auc(codes == 1, proba[known, 1]) or 0.5)
    return -float(row_log_loss(codes, np.clip(proba[known], 1e-6, 1)).mean())


def summarise(results: list[dict[str, Any]], systems: list[str]) -> None:
    """Mean scaled score and rank over sets, wins, and paired bootstrap intervals over sets."""
    table = pd.DataFrame(results)
    table["set"] = table["folder"].str.rsplit("-", n=1).str[0]
    best = table.groupby("folder")["metric"].transform("max")
    room = (best - table["constant"]).clip(lower=1e-12)
    table["score"] = (table["metric"] - table["constant"]) / room
    wide = table.groupby(["set", "system"])["score"].mean().unstack()[systems]
    ranks = wide.rank(axis=1, ascending=False).mean()
    rng = np.random.default_rng(0)
    print(f"\n{len(wide)} sets; first system against the others")
    print("| system | mean score | mean rank | win/tie/loss of the first | difference [95 %] |")
    print("| --- | --- | --- | --- | --- |")
    for system in systems:
        difference = (wide[systems[0]] - wide[system]).to_numpy()
        draws = [rng.choice(difference, len(difference)).mean() for _ in range(4000)]
        low, high = np.quantile(draws, [0.025, 0.975])
        wins, losses = int((difference > 1e-3).sum()), int((difference < -1e-3).sum())
        versus = f"{wins}/{len(difference) - wins - losses}/{losses}"
        print(f"| {system} | {wide[system].mean():.4f} | {ranks[system]:.2f} | {versus} "
              f"| {difference.mean():+.4f} [{low:+.4f}, {high:+.4f}] |")  # fmt: skip


def run(data: Path, budget: float, systems: list[str], store: Path, out: Path | None) -> None:
    """Every system on every folder; the table grows line by line."""
    results: list[dict[str, Any]] = []
    print("| set | " + " | ".join(systems) + " |")
    print("| --- |" + " --- |" * len(systems))
    for folder in sorted(p for p in data.resolve().iterdir() if (p / "task.txt").exists()):
        constant, cells = metric_of(folder, None), []
        for system in systems:
            value, seconds = run_one(system, folder, budget, store)
            metric = constant if value is None else value
            results.append(
                {"folder": folder.name, "system": system, "metric": metric, "constant": constant,
                 "seconds": seconds, "failed": value is None}
            )  # fmt: skip
            cells.append(
                f"{'-' if value is None else format(abs(metric), '.4f')} ({seconds:.0f} s)"
            )
        print(f"| {folder.name} | " + " | ".join(cells) + " |", flush=True)
        if out is not None:
            out.write_text(json.dumps(results, indent=1))
    summarise(results, systems)


def main() -> None:
    """See the text above."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make")
    maker.add_argument("--source", type=Path, required=True)
    maker.add_argument("--seeds", type=int, default=3)
    maker.add_argument("--only", nargs="*", default=[])
    runner = commands.add_parser("run")
    runner.add_argument("--budget", type=float, default=60)
    runner.add_argument("--systems", nargs="+", default=["pipeweave", "xgb-default"])
    runner.add_argument("--environments", type=Path, default=Path(".automl"))
    runner.add_argument("--out", type=Path)
    for command in (maker, runner):
        command.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "make":
        make(options.source, options.data, options.seeds, options.only)
    else:
        run(options.data, options.budget, options.systems, options.environments, options.out)


if __name__ == "__main__":
    main()
