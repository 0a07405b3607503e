"""PipeWeave's own line without the orchestrator: read, deduce, inspect, plan, train, predict."""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest, read_aligned
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.prediction import predict
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.training import train

_METRIC = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def main(folder: Path, out: Path, began: float, budget: float, without: str = "") -> None:
    """Train on `train.csv`, write the predictions for `test.csv`; `without` names a family."""
    work = Path(tempfile.mkdtemp())
    for name in ("data", "model", "batch", "scored"):
        (work / name).mkdir()
    task = (folder / "task.txt").read_text()
    settings = DatasetSettings(target="target", task=task, metric=_METRIC[task])
    if task != "regression":  # labels as they are written, not what they may mean
        settings.columns["target"] = ColumnSetting(type="text")
    file = folder / "train.csv"
    raw = RawFile(name="train.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
    upload = RawUpload(dataset="train", files=[raw], settings=settings)
    snapshot = ingest(upload=upload, files=[file], out=work / "data")
    data = work / "data" / snapshot.data.name
    schema = deduce(snapshot=snapshot, data=data, settings=settings)
    findings = inspect(snapshot=snapshot, schema=schema, data=data, settings=settings)
    spec = plan(snapshot=snapshot, schema=schema, findings=findings, settings=settings)
    families = next(step.params["families"] for step in spec.steps if step.kind == "train")
    if without in families:
        families.remove(without)
    # Reading and scoring the test rows is on the same clock.
    model = train(
        spec=spec,
        data=data,
        out=work / "model",
        budget_s=budget - 2.0,
        started_at=began,
    )
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
    if task != "regression":
        scores = _as_pandas_reads(scores, model.classes, file)
    scores.to_csv(out, index=False)


def _as_pandas_reads(scores: pd.DataFrame, classes: list[str], file: Path) -> pd.DataFrame:
    """Classes are asked for as pandas reads them: `01` as 1, `true` as True, blanks kept."""
    labels = pd.read_csv(file, usecols=["target"])["target"].dropna().astype(str).unique()
    found = {}
    for label in labels:
        same = [c for c in classes if c == label] or [
            c for c in classes if _mean(c) == _mean(label)
        ]
        found[f"probability_{label}"] = scores[[f"probability_{c}" for c in same]].sum(axis=1)
    rest = scores.drop(columns=[f"probability_{c}" for c in classes])
    return pd.concat([rest, pd.DataFrame(found)], axis=1)


def _mean(label: str) -> float | str:
    try:
        return float(label)
    except ValueError:
        return label.strip().casefold()


main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:])
