"""One training in a process of its own: `python one_run.py FOLDER BUDGET with|without`.

Reads `train.csv`, `test.csv` and `task.txt` of the folder; prints what the model is worth as JSON.
The last word says whether numbers relative to their group may be tried.
"""

import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.metrics.metrics import auc
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import train
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY

METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def main(folder: Path, budget: float, how: str) -> None:
    """Train, predict the test rows, and print the metric and the loss of each row."""
    work = Path(tempfile.mkdtemp())
    for name in ("data", "model", "batch", "scored"):
        (work / name).mkdir()
    task = (folder / "task.txt").read_text()
    settings = DatasetSettings(target="target", task=task, metric=METRIC[task])
    if task != "regression":
        settings.columns["target"] = ColumnSetting(type="text")
    file = folder / "train.csv"
    raw = RawFile(name="train.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
    snapshot = ingest(
        upload=RawUpload(dataset="train", files=[raw], settings=settings),
        files=[file],
        out=work / "data",
    )
    data = work / "data" / snapshot.data.name
    schema = deduce(snapshot=snapshot, data=data, settings=settings)
    findings = inspect(snapshot=snapshot, schema=schema, data=data, settings=settings)
    spec = plan(snapshot=snapshot, schema=schema, findings=findings, settings=settings)
    # The search alone gets the budget: imports and reading take as long on both sides.
    policy = DEFAULT_POLICY if how == "with" else replace(DEFAULT_POLICY, tested_groups=0)
    began = time.monotonic()
    model = train(
        spec=spec, data=data, out=work / "model", budget_s=budget, started_at=began, policy=policy
    )
    took = time.monotonic() - began
    batch = read_aligned(
        file=folder / "test.csv", name="test.csv", columns=snapshot.columns, out=work / "batch"
    )
    scored = predict(
        model=work / "model" / model.model.name,
        trained=model,
        data=work / "batch" / batch.data.name,
        out=work / "scored",
    )
    scores = pd.read_parquet(work / "scored" / scored.predictions.name)
    truth = pd.read_csv(folder / "test.csv", dtype=str, keep_default_na=False)["target"]
    metric, losses = _worth(task, truth, scores, model.classes)
    print(
        json.dumps(
            {
                "metric": metric,
                "losses": [round(float(x), 6) for x in losses],
                "seconds": round(took, 1),
                "cpu": round(time.process_time(), 1),
                "extended": model.extended_to_s,
                "winner": model.winner,
                "made": [e["name"] for e in model.made if e["use"] == "relative"],
                "grouped_weight": round(
                    sum(m.weight for m in model.recipe if m.params.get("grouped")), 3
                ),
                "candidates": len(model.leaderboard),
                "bytes": model.model.size_bytes,
            }
        )
    )


def _worth(
    task: str, truth: pd.Series, scores: pd.DataFrame, classes: list[str]
) -> tuple[float, np.ndarray]:
    """Return the metric (greater is better) and the loss of each row."""
    if task == "regression":
        errors = (scores["prediction"].to_numpy() - truth.astype(float).to_numpy()) ** 2
        return -float(np.sqrt(errors.mean())), errors
    chances = scores[[f"probability_{c}" for c in classes]].to_numpy()
    codes = np.array([classes.index(t) if t in classes else -1 for t in truth])
    own = np.where(codes >= 0, chances[np.arange(len(codes)), codes], 0.0)
    losses = -np.log(np.clip(own, 1e-6, 1))
    if task == "binary":
        return float(auc(codes == 1, chances[:, 1])), losses
    return -float(losses.mean()), losses


main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
